"""Reading a folder of image files as source: which files, and what becomes of each."""

from __future__ import annotations

from workbench.base.text import tr
from workbench.data.images.decoding import COLOUR_MODES, GRAY_MODES, WIDE_MODES
from workbench.data.images.formats import EXTENSIONS, LEFT_BEHIND, LITTER, STRONG, WEAK
from workbench.data.images.rules import WHITEST
from workbench.exchange.codegen.expressions import listed
from workbench.exchange.codegen.pixels import GRAY_FLOATS, RESIZED
from workbench.spec.base import SpecError
from workbench.spec.data import BYTE, DataInfo, ImageFolder
from workbench.spec.recipe import Recipe

IMPORTS = ("import os", "import pathlib", "from PIL import Image, ImageOps")

ARCHIVES = {
    ".zip": "zip",
    ".tar": "tar",
    ".tar.gz": "gztar",
    ".tgz": "gztar",
    ".tar.bz2": "bztar",
    ".tbz2": "bztar",
    ".tar.xz": "xztar",
    ".txz": "xztar",
}
"""What `shutil` calls the kinds of archives, by their endings."""

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


DEEP = '''
def raw_mode(image):
    """How the decoder takes the bytes of an image: "RGB;16B" of colors of 16 bits."""
    arguments = image.tile[0].args if image.tile else ""
    return arguments if isinstance(arguments, str) else str(arguments[0])


def deep(file):
    """Colors of 16 bits: Pillow gives their upper bytes, and in the other byte order the lower."""
    halves = []
    for is_lower in (False, True):
        with Image.open(file) as image:
            if is_lower:
                raw, tile = raw_mode(image), image.tile[0]
                little = sys.byteorder == "little"
                raw = raw[:-1] + {"B": "L", "L": "B", "N": "B" if little else "L"}[raw[-1]]
                arguments = raw if isinstance(tile.args, str) else (raw, *tile.args[1:])
                image.tile = [tile._replace(args=arguments)]
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            halves.append(np.asarray(image).astype(np.uint16))
    return halves[0] << 8 | halves[1]
'''


def helpers(spec: ImageFolder, info: DataInfo, recipe: Recipe) -> tuple[str, ...]:
    """The constants and functions that read the files, each as its source."""
    constants = [
        *listed("CLASSES", recipe.classes),
        *listed("ENDINGS", sorted(EXTENSIONS)),
        *listed("LITTER", sorted(LEFT_BEHIND | LITTER)),
        *(listed("FORMATS", (*STRONG, *sorted(set(WEAK.values())))) if recipe.unreadable else []),
        *(listed("MODES", _modes(info)) if recipe.unreadable else []),
        *(listed("WIDE", sorted(WIDE_MODES)) if recipe.has_wide else []),
    ]
    deep: tuple[str, ...] = ()
    if recipe.has_deep_colors:
        gray = (GRAY_FLOATS,) if info.image_shape[2] == 1 else ()
        resized = (RESIZED,) if spec.resize else ()
        deep = (DEEP, *gray, *resized, "\n".join(_shades(spec, info)))
    return (
        "\n".join(constants),
        FILES,
        *deep,
        "\n".join(_pixels(spec, info, recipe)),
        CAREFUL_PART if recipe.unreadable else PART,
    )


def _pixels(spec: ImageFolder, info: DataInfo, recipe: Recipe) -> list[str]:
    """The function `pixels`."""
    careful = recipe.unreadable > 0
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
    deep = [
        'if raw_mode(image).startswith(("RGB;16", "RGBA;16")):  # 16 bits a color',
        "    return shades(deep(file))",
    ]
    inside = [
        *(refused if careful else []),
        *(deep if recipe.has_deep_colors else []),
        *([draft] if spec.resize else []),
        "image.load()",
        "ImageOps.exif_transpose(image, in_place=True)",
        *(_wide(spec, info, careful) if recipe.has_wide else []),
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
    white = f"{info.reading.white or WHITEST:g}"
    in_bytes = "np.round(255 * shades).astype(np.uint8)"
    shares = ['    white = 1 if image.mode == "F" and stored.max() <= 1 + 1e-6 else white']
    return [
        "if image.mode in WIDE:  # more than 8 bits to a pixel",
        f"    stored, white = np.asarray(image), np.float64({white})",
        *(outside if careful else []),
        *(shares if info.reading.white > BYTE or not info.reading.white else []),
        "    image = Image.fromarray((stored / white).clip(0, 1).astype(np.float32))",
        *([f"    {resized}"] if spec.resize else []),
        "    shades = np.asarray(image).clip(0, 1)[..., np.newaxis]",
        *(["    shades = np.repeat(shades, 3, axis=2)"] if channels == 3 else []),
        # Where the images trained on have 8 bits, so have all.
        f"    return {'shades' if info.reading.white else in_bytes}",
    ]


def _shades(spec: ImageFolder, info: DataInfo) -> list[str]:
    """The function `shades`: what `pixels` gives of colors of 16 bits."""
    height, width, channels = info.image_shape
    white = info.reading.white if info.reading.white >= BYTE else WHITEST
    behind = {"white": " + (1 - opacity)", "black": ""}.get(info.reading.ground)
    lines = [f"images = (seen[..., :3] / np.float64({white:g})).clip(0, 1).astype(np.float32)"]
    if behind is not None:
        lines += [
            f"if seen.shape[2] == 4:  # laid on {info.reading.ground}",
            f"    opacity = (seen[..., 3:] / np.float64({WHITEST})).astype(np.float32)",
            f"    images = np.clip(images * opacity{behind}, 0, 1)",
        ]
    lines.append("images = images[np.newaxis]")
    if channels == 1:
        lines.append("images = gray(images)")
    if spec.resize:
        lines.append(f"images = np.clip(resized(images, {height}, {width}), 0, 1)")
    in_bytes = "np.round(255 * images[0]).astype(np.uint8)"
    lines.append(f"return {'images[0]' if info.reading.white else in_bytes}")
    words = '"""Colors of 16 bits as the network takes them."""'
    return ["def shades(seen):", *(f"    {line}" for line in (words, *lines))]


def unpacked(path: str, lines: list[str]) -> list[str]:
    """Lines of `read` that find the folder `folder`, in which an archive is unpacked.

    Raises:
        SpecError: where its name doesn't say what kind of archive it is.
    """
    kind = next((ARCHIVES[ending] for ending in ARCHIVES if path.lower().endswith(ending)), None)
    if kind is None:
        raise SpecError.at(
            "data.path",
            tr(
                "names an archive that a stand-alone script can't unpack; must end in {endings}",
                endings=", ".join(ARCHIVES),
            ),
        )
    safe = "" if kind == "zip" else ', filter="data"'
    return [
        "with tempfile.TemporaryDirectory() as folder:",
        f'    shutil.unpack_archive(PATH, folder, "{kind}"{safe})',
        *(f"    {line}" for line in lines),
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
