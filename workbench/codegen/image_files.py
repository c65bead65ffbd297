"""Reading a folder of image files as source: which files, and what becomes of each."""

from __future__ import annotations

from workbench.codegen.expressions import listed
from workbench.data.formats import EXTENSIONS, LEFT_BEHIND, LITTER, STRONG, WEAK
from workbench.data.image_files import COLOUR_MODES, GRAY_MODES, WIDE_MODES
from workbench.data.pixels import WHITEST
from workbench.spec.base import SpecError
from workbench.spec.data import BYTE, DataInfo, ImageFolder
from workbench.spec.recipe import Recipe

IMPORTS = ("import os", "import pathlib", "from PIL import Image, ImageOps")

ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz")

FILES = '''
def is_litter(name):
    """Whether a file or folder is hidden, or left behind by a system."""
    return name.startswith((".", "~$")) or name.lower() in LITTER


def files(folder):
    """Image files in and below a folder, in the order of their paths; hidden ones left out."""
    found = []
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not is_litter(name)]
        images = [name for name in names if name.lower().endswith(ENDINGS)]
        found += [pathlib.Path(place, name) for name in images if not is_litter(name)]
    return sorted(found, key=pathlib.Path.as_posix)
'''

PART = '''
def part(folder, below=""):
    """Images and labels of a folder with a folder of files for each class."""
    images, labels = [], []
    for label, name in enumerate(CLASSES):
        for file in files(folder / name / below):
            images.append(pixels(file))
            labels.append(label)
    return np.stack(images), np.array(labels)
'''

CAREFUL_PART = '''
def part(folder, below=""):
    """Images and labels of a folder with a folder of files for each class."""
    images, labels = [], []
    for label, name in enumerate(CLASSES):
        for file in files(folder / name / below):
            try:
                images.append(pixels(file))
            except Exception as error:  # Pillow raises all sorts of things at damaged files
                print(f"left out: {ascii(str(file))} ({ascii(error)})")
            else:
                labels.append(label)
    return np.stack(images), np.array(labels)
'''


def helpers(spec: ImageFolder, info: DataInfo, recipe: Recipe) -> tuple[str, ...]:
    """The constants and functions that read the files, each as its source."""
    if recipe.has_deep_colors:
        raise SpecError.at(
            "data.path",
            "holds color images of 16 bits a channel, which a stand-alone script can't read",
        )
    if spec.path.lower().endswith(ARCHIVES):
        raise SpecError.at(
            "data.path",
            "is an archive, which a stand-alone script can't read; unpack it and choose the folder",
        )
    constants = [
        *listed("CLASSES", recipe.classes),
        *listed("ENDINGS", sorted(EXTENSIONS)),
        *listed("LITTER", sorted(LEFT_BEHIND | LITTER)),
        *(listed("FORMATS", (*STRONG, *sorted(set(WEAK.values())))) if recipe.unreadable else []),
        *(listed("MODES", _modes(info)) if recipe.unreadable else []),
        *(listed("WIDE", sorted(WIDE_MODES)) if info.reading.white else []),
    ]
    return (
        "\n".join(constants),
        FILES,
        "\n".join(_pixels(spec, info, bool(recipe.unreadable))),
        CAREFUL_PART if recipe.unreadable else PART,
    )


def _pixels(spec: ImageFolder, info: DataInfo, careful: bool) -> list[str]:
    """The function `pixels`."""
    height, width, channels = info.image_shape
    opened = "Image.open(file, formats=FORMATS)" if careful else "Image.open(file)"
    side = 2 * max(height, width)
    draft = f"image.draft(None, ({side}, {side}))  # decodes a large JPEG at a part of its size"
    to_gray = '.convert("L")' if channels == 1 else ""
    resized = f"image = image.resize(({width}, {height}), Image.Resampling.BILINEAR)"
    axis = "[..., np.newaxis]" if channels == 1 else ""
    floats = ".astype(np.float32) / np.float32(255)" if info.reading.white else ""
    refused = [
        "if image.width * image.height > Image.MAX_IMAGE_PIXELS or image.mode not in MODES:",
        '    raise ValueError(f"is too large, or has the mode {image.mode}")',
    ]
    inside = [
        *(refused if careful else []),
        *([draft] if spec.resize else []),
        "image.load()",
        "ImageOps.exif_transpose(image, in_place=True)",
        *(_wide(spec, info, careful) if info.reading.white else []),
        *_alpha(info.reading.ground),
        f'image = image.convert("RGB"){to_gray}',
        *([resized] if spec.resize else []),
        f"return np.asarray(image){axis}{floats}",
    ]
    return [
        "def pixels(file):",
        f'    """The image in a file as the network takes it, {info.image_shape}, upright."""',
        f"    with {opened} as image:",
        *(f"        {line}" for line in inside),
    ]


def _modes(info: DataInfo) -> list[str]:
    """Pillow's modes of images that are read."""
    known = GRAY_MODES | COLOUR_MODES
    return sorted(known if info.reading.white else known - WIDE_MODES)


def _wide(spec: ImageFolder, info: DataInfo, careful: bool) -> list[str]:
    """Images of more than 8 bits, on the scale of the training images."""
    outside = [
        f"    if not (stored.min() >= 0 and stored.max() <= {WHITEST}):",
        '        raise ValueError("has pixels below 0 or too bright ones")',
    ]
    height, width, channels = info.image_shape
    resized = f"image = image.resize(({width}, {height}), Image.Resampling.BILINEAR)"
    shades = "np.asarray(image).clip(0, 1)[..., np.newaxis]"
    white = f"{info.reading.white:g}"
    shares = ['    white = 1 if image.mode == "F" and stored.max() <= 1 + 1e-6 else white']
    return [
        "if image.mode in WIDE:  # more than 8 bits to a pixel",
        f"    stored, white = np.asarray(image), np.float64({white})",
        *(outside if careful else []),
        *(shares if info.reading.white > BYTE else []),
        "    image = Image.fromarray((stored / white).clip(0, 1).astype(np.float32))",
        *([f"    {resized}"] if spec.resize else []),
        f"    return np.repeat({shades}, 3, axis=2)" if channels == 3 else f"    return {shades}",
    ]


def _alpha(ground: str) -> list[str]:
    """Transparent pixels laid on the ground."""
    if not ground:
        return [
            'if image.mode in ("P", "PA"):  # a palette, whose colors may be transparent',
            '    image = image.convert("RGBA")',
        ]
    behind = " + 255 * (255 - opacity)" if ground == "white" else ""
    return [
        f'if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:  # on {ground}',
        '    seen = np.asarray(image.convert("RGBA")).astype(np.uint32)',
        "    opacity = seen[..., 3:]",
        f"    seen = (seen[..., :3] * opacity{behind} + 127) // 255",
        "    image = Image.fromarray(seen.astype(np.uint8))",
    ]
