"""Reading a folder of image files as source: which files, and what becomes of each."""

from __future__ import annotations

from workbench.codegen.expressions import listed
from workbench.data.image_files import COLOUR_MODES, EXTENSIONS, FORMATS, GRAY_MODES
from workbench.spec.data import DataInfo, ImageFolder
from workbench.spec.recipe import Recipe

IMPORTS = ("import os", "import pathlib", "from PIL import Image, ImageOps")

FILES = '''
def files(folder):
    """Image files in and below a folder, in the order of their paths; hidden ones left out."""
    found = []
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        images = [name for name in names if name.lower().endswith(ENDINGS)]
        found += [pathlib.Path(place, name) for name in images if not name.startswith(".")]
    return sorted(found, key=pathlib.Path.as_posix)
'''

PART = '''
def part(folder):
    """Images and labels of a folder with a folder of files for each class."""
    images, labels = [], []
    for label, name in enumerate(CLASSES):
        for file in files(folder / name):
            images.append(pixels(file))
            labels.append(label)
    return np.stack(images), np.array(labels)
'''

CAREFUL_PART = '''
def part(folder):
    """Images and labels of a folder with a folder of files for each class."""
    images, labels = [], []
    for label, name in enumerate(CLASSES):
        for file in files(folder / name):
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
    constants = [
        *listed("CLASSES", recipe.classes),
        *listed("ENDINGS", sorted(EXTENSIONS)),
        *(listed("FORMATS", FORMATS) if recipe.unreadable else []),
        *(listed("MODES", sorted(GRAY_MODES | COLOUR_MODES)) if recipe.unreadable else []),
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
    refused = [
        "if image.width * image.height > Image.MAX_IMAGE_PIXELS or image.mode not in MODES:",
        '    raise ValueError(f"is too large, or has the mode {image.mode}")',
    ]
    inside = [
        *(refused if careful else []),
        *([draft] if spec.resize else []),
        "image.load()",
        "ImageOps.exif_transpose(image, in_place=True)",
        'if image.mode.startswith("I;16"):  # 16 bits to a pixel',
        "    wide = np.asarray(image).astype(np.uint32)",
        "    image = Image.fromarray(((wide + 128) // 257).astype(np.uint8))",
        'if image.mode in ("P", "PA"):  # a palette, whose colors may be transparent',
        '    image = image.convert("RGBA")',
        f'image = image.convert("RGB"){to_gray}',
        *([resized] if spec.resize else []),
        f"return np.asarray(image){axis}",
    ]
    return [
        "def pixels(file):",
        f'    """The image in a file as the network takes it, {info.image_shape}, upright."""',
        f"    with {opened} as image:",
        *(f"        {line}" for line in inside),
    ]
