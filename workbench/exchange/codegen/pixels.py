"""Stored arrays as pixels that the network takes, as source: the function `fitted`."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.spec.data import Data, DataInfo
from workbench.spec.recipe import Recipe, StoredPart

GRAY = '''
def gray(images):
    """Luma of RGB images, as Pillow rounds it, as one channel."""
    return np.stack([Image.fromarray(image).convert("L") for image in images])[..., np.newaxis]
'''

GRAY_FLOATS = '''
def gray(images):
    """Luma of RGB images as one channel."""
    return (images @ np.float32([0.299, 0.587, 0.114]))[..., np.newaxis]
'''

RESIZED = '''
def resized(images, height, width):
    """Images of another size by Pillow's bilinear filter, a channel at a time."""
    result = np.empty((len(images), height, width, images.shape[3]), images.dtype)
    for row, image in enumerate(images):
        for channel in range(images.shape[3]):
            plane = Image.fromarray(np.ascontiguousarray(image[..., channel]))
            result[row, ..., channel] = plane.resize((width, height), Image.Resampling.BILINEAR)
    return result
'''


def _as_stored(part: StoredPart) -> tuple[int, ...]:
    """The shape of an image before it is transposed."""
    return (part.shape[1], part.shape[0], *part.shape[2:]) if part.is_transposed else part.shape


def _laid(recipe: Recipe, ground: str) -> str:
    """The function `laid`, for arrays with an alpha channel."""
    words = f'"""Images with an alpha channel, laid on {ground}."""'
    if not recipe.gives_floats:
        behind = " + 255 * (255 - opacity)" if ground == "white" else ""
        times = f" * {recipe.factor:g}" if recipe.factor != 1 else ""
        body = [
            f"images = images.astype(np.uint32){times}",
            "colors, opacity = images[..., :3], images[..., 3:]",
            f"return ((colors * opacity{behind} + 127) // 255).astype(np.uint8)",
        ]
    else:
        behind = " + (1 - opacity)" if ground == "white" else ""
        share = [
            f"np.clip(images[..., {part}] * np.float64({factor!r}), 0, 1).astype(np.float32)"
            for part, factor in ((":3", recipe.factor), ("3:", 1 / recipe.opaque))
        ]
        body = [
            f"colors = {share[0]}",
            f"opacity = {share[1]}",
            f"return np.clip(colors * opacity{behind}, 0, 1)",
        ]
    return "\n".join(["def laid(images):", *(f"    {line}" for line in (words, *body))])


def _scaled(recipe: Recipe) -> str:
    """Stored numbers as uint8, or as float32 from 0 to 1; "" where they stay as they are."""
    factor = recipe.factor
    if not recipe.gives_floats:
        times = "images" if factor == 1 else f"(images * {factor:g})"
        return f"{times}.astype(np.uint8)" if recipe.stored_type != "uint8" else ""
    inverse = round(1 / factor)
    share = f"1 / {inverse}" if 1 / inverse == factor else repr(factor)
    times = "images" if factor == 1 else f"images * np.float64({share})"
    return f"np.clip({times}, 0, 1).astype(np.float32)"


@dataclass
class Fitting:
    """The function `fitted`.

    Attributes:
        lines: Its source; empty where arrays stay as they are.
        helpers: Functions that it calls.
        imports: What they import.
    """

    lines: list[str] = field(default_factory=list)
    helpers: list[str] = field(default_factory=list)

    @property
    def imports(self) -> list[str]:
        """What the helpers need."""
        return ["from PIL import Image"] if any("Image." in text for text in self.helpers) else []

    @classmethod
    def of(cls, spec: Data, info: DataInfo, recipe: Recipe) -> Fitting:
        """What makes pixels of the stored arrays of all parts."""
        made = cls()
        shapes = [part.shape for part in recipe.parts]
        channels = {shape[2] if len(shape) == 3 else 1 for shape in shapes}
        rows = [part for part in recipe.parts if part.is_rows]
        if rows:
            sides = ", ".join(map(str, _as_stored(rows[0])))
            condition = "" if len(rows) == len(recipe.parts) else "images.ndim == 2"
            made._add(f"images.reshape(-1, {sides})", condition)
        if any(len(shape) == 2 for shape in shapes):
            mixed = len({len(shape) for shape in shapes}) > 1
            reshaped = (
                "images.reshape(*images.shape[:3], -1)" if mixed else "images[..., np.newaxis]"
            )
            made._add(reshaped)
        if recipe.parts[0].is_transposed:
            made._add("images.swapaxes(1, 2)", comment="  # stored transposed")
        ground = info.reading.ground if 4 in channels else ""
        if ground:
            made.helpers.append(_laid(recipe, ground))
            if channels == {4}:
                made._add("laid(images)")
            else:
                scaled = _scaled(recipe) or "images"
                made._add(f"laid(images) if images.shape[3] == 4 else {scaled}")
        elif 4 in channels:
            made._add("images[..., :3]", comment="  # no alpha channel")
        scaled = "" if ground else _scaled(recipe)
        if scaled:
            made._add(scaled)
        if spec.channels == 1 and channels != {1}:
            made._add("gray(images)", "images.shape[3] > 1" if 1 in channels else "")
            made.helpers.append(GRAY_FLOATS if recipe.gives_floats else GRAY)
        height, width = info.image_shape[:2]
        if any(shape[:2] != (height, width) for shape in shapes):
            resized = f"resized(images, {height}, {width})"
            made._add(f"np.clip({resized}, 0, 1)" if recipe.gives_floats else resized)
            made.helpers.append(RESIZED)
        if spec.channels == 3 and 1 in channels:
            made._add(
                "np.repeat(images, 3, axis=3)", "images.shape[3] == 1" if channels != {1} else ""
            )
        made._finish(info)
        return made

    def _add(self, value: str, condition: str = "", comment: str = "") -> None:
        if condition:
            self.lines += [f"if {condition}:", f"    images = {value}"]
        else:
            self.lines.append(f"images = {value}{comment}")

    def _finish(self, info: DataInfo) -> None:
        """Makes a function of the lines."""
        if not self.lines:
            return
        if self.lines[-1].startswith("images = "):
            self.lines[-1] = self.lines[-1].replace("images = ", "return ", 1)
        else:
            self.lines.append("return images")
        words = f'"""Images as the network takes them, {info.image_shape} each."""'
        self.lines = ["def fitted(images):", *(f"    {line}" for line in (words, *self.lines))]
