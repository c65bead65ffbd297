"""An int8 network as C for microcontrollers: array, header, and a self-test with real images.

The array is a LiteRT file for TensorFlow Lite Micro. The self-test checks the array by its checksum
and, given a function that runs the network on the device, its answers on images of the test part.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr
from workbench.deployment.litert_answerer import LiteRTAnswerer
from workbench.deployment.litert_file import ModelFileError

TEST_IMAGES = 4
A_LINE = 12
TOLERANCE = 4
"""Steps of the int8 output by which kernels of devices may round otherwise."""

Bytes = npt.NDArray[np.int8]


def symbol_of(stem: str) -> str:
    """A name that C takes, of a file's name."""
    made = re.sub(r"\W", "_", stem, flags=re.ASCII)
    return f"net_{made}" if not made[:1].isalpha() else made


def array_file(stem: str, content: bytes) -> str:
    """The C file with the array."""
    symbol = symbol_of(stem)
    return (
        f'#include "{stem}.h"\n\n'
        f"const unsigned char {symbol}_model[] __attribute__((aligned(16))) = {{\n"
        f"{_lines([f'0x{byte:02x}' for byte in content])}}};\n\n"
        f"const unsigned int {symbol}_model_len = {len(content)};\n"
    )


def header_file(
    stem: str, network: LiteRTAnswerer, labels: Sequence[str], arena: int | None
) -> str:
    """The header: the array, shapes, scales, labels, and the RAM that it needs."""
    symbol = symbol_of(stem)
    upper = symbol.upper()
    height, width, channels = network.image_shape
    takes, gives = network.scales
    ram = (
        "/* Bytes of RAM (tensor arena) that TensorFlow Lite Micro needs, as measured on a PC. */\n"
        f"#define {upper}_ARENA_BYTES {arena}\n\n"
        if arena is not None
        else ""
    )
    names = "".join(f"    {_text(label)},\n" for label in labels)
    return f"""#ifndef {upper}_H
#define {upper}_H

#ifdef __cplusplus
extern "C" {{
#endif

/* A LiteRT network of int8. Input: (1, {height}, {width}, {channels}), output: (1, {len(labels)}).
   value = SCALE * (integer - ZERO); images reach from 0 to 1, outputs are shares of the classes. */
#define {upper}_HEIGHT {height}
#define {upper}_WIDTH {width}
#define {upper}_CHANNELS {channels}
#define {upper}_CLASSES {len(labels)}
#define {upper}_INPUT_SCALE {takes[0]:.9g}f
#define {upper}_INPUT_ZERO ({takes[1]})
#define {upper}_OUTPUT_SCALE {gives[0]:.9g}f
#define {upper}_OUTPUT_ZERO ({gives[1]})

{ram}extern const unsigned char {symbol}_model[];
extern const unsigned int {symbol}_model_len;

/* Names of the classes, in the order of the outputs; where the names are wanted, define
   {upper}_WITH_LABELS in one file before including this one. */
#ifdef {upper}_WITH_LABELS
static const char *const {symbol}_labels[{len(labels)}] = {{
{names}}};
#endif

#ifdef __cplusplus
}}
#endif

#endif
"""


def test_file(stem: str, content: bytes, images: Bytes, outputs: Bytes) -> str:
    """The self-test in C.

    Args:
        stem: Of the files.
        content: Of the array.
        images: Real ones, as the network takes them, (n, height, width, channels).
        outputs: What it gives, (n, classes).
    """
    symbol = symbol_of(stem)
    upper = symbol.upper()
    given = "".join(
        f"    {{\n{_lines([str(v) for v in image.ravel()])}    }},\n" for image in images
    )
    wanted = "".join(f"    {{{', '.join(str(v) for v in row)}}},\n" for row in outputs)
    size = f"{upper}_HEIGHT * {upper}_WIDTH * {upper}_CHANNELS"
    return f"""/* Self-test of {stem}.c.

   On a PC:       cc {stem}.c {stem}_test.c -o {stem}_test && ./{stem}_test
   On a device:   define {upper}_NO_MAIN, and call {symbol}_test with a function that runs the
                  network: it gets an image and fills in the outputs. 0 means that all is well. */
#include <stdio.h>

#include "{stem}.h"

#define IMAGES {len(images)}
#define TOLERANCE {TOLERANCE}

static const signed char images[IMAGES][{size}] = {{
{given}}};

static const signed char expected[IMAGES][{upper}_CLASSES] = {{
{wanted}}};

/* 0 where the array is whole: length, name of the format, alignment and CRC-32. */
int {symbol}_test_array(void) {{
    unsigned long crc = 0xffffffffUL;
    unsigned int i;
    int bit;
    if ({symbol}_model_len != {len(content)}u) return 1;
    if ({symbol}_model[4] != 'T' || {symbol}_model[5] != 'F' || {symbol}_model[6] != 'L') return 2;
    if ((unsigned long)(const void *){symbol}_model % 16 != 0) return 3;
    for (i = 0; i < {symbol}_model_len; i++) {{
        crc ^= {symbol}_model[i];
        for (bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) ? 0xedb88320UL : 0);
    }}
    return (crc ^ 0xffffffffUL) == 0x{zlib.crc32(content):08x}UL ? 0 : 4;
}}

/* The number of images that are answered otherwise than on the PC. */
int {symbol}_test(void (*run)(const signed char *image, signed char *outputs)) {{
    int image, wrong = 0;
    for (image = 0; image < IMAGES; image++) {{
        signed char outputs[{upper}_CLASSES];
        int number, best = 0, likeliest = 0, differs = 0;
        run(images[image], outputs);
        for (number = 0; number < {upper}_CLASSES; number++) {{
            int difference = outputs[number] - expected[image][number];
            if (difference > TOLERANCE || difference < -TOLERANCE) differs = 1;
            if (outputs[number] > outputs[best]) best = number;
            if (expected[image][number] > expected[image][likeliest]) likeliest = number;
        }}
        if (differs || best != likeliest) wrong++;
    }}
    return wrong;
}}

#ifndef {upper}_NO_MAIN
int main(void) {{
    int fault = {symbol}_test_array();
    printf(fault ? "{symbol}: the array is damaged (%d)\\n" : "{symbol}: ok\\n", fault);
    return fault;
}}
#endif
"""


def read(path: Path) -> bytes:
    """The LiteRT file in a C file that `array_file` made.

    Raises:
        ModelFileError: where there is none.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    array = text.partition("= {")[2].partition("};")[0]
    content = bytes(int(byte, 16) for byte in re.findall(r"0x[0-9a-f]{2}\b", array))
    if not content:
        raise ModelFileError(tr("{path}: holds no array of a network", path=path))
    return content


def opened(path: Path, threads: int) -> LiteRTAnswerer:
    """The network in a C file.

    Raises:
        ModelFileError: where there is none that runs.
    """
    return LiteRTAnswerer(read(path), threads, str(path))


def _lines(values: Sequence[str]) -> str:
    rows = (values[first : first + A_LINE] for first in range(0, len(values), A_LINE))
    return "".join(f"    {', '.join(row)},\n" for row in rows)


def _text(label: str) -> str:
    """A literal of C; a trigraph or a letter beyond ASCII would mean something else."""
    escaped = "".join(
        letter
        if letter.isascii() and letter.isprintable() and letter not in '"\\?'
        else _octal(letter)
        for letter in label
    )
    return f'"{escaped}"'


def _octal(letter: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in letter.encode())
