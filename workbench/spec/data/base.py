"""What every kind of data is: shape and counts, how stored images become pixels, where they lie."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, TypeAdapter, ValidationError, field_validator

from workbench.base.text import plural, tr
from workbench.spec.base import AsPair, Choice, setting, whole
from workbench.spec.recipe import Recipe

Side = Annotated[int, Field(ge=1, le=4096)]

Size = Annotated[tuple[Side, Side], AsPair]

Channels = Literal[1, 3]

BYTE, MOST = 255, 65535
"""The brightest numbers of 8 and of 16 bits."""

Ground = Literal["auto", "white", "black"]


@dataclass(frozen=True)
class Reading:
    """How stored images became pixels: decided on the training images, kept with each run, and all
    that a later image or a generated script needs to be read alike.

    Attributes:
        white: The stored number that is white; 0 where images have 8 bits and stay as they are.
        ground: "white" or "black": what images with transparent pixels are laid on; "" where there
            are none.
        parts: Of an image folder, (part, pattern) with "train", "validation" and "test" as parts;
            `{}` in a pattern such as "Training/{}" stands for a class.
        version: Of these rules. 1 is what data were read by before they were kept: sorted classes,
            65,535 as white, no alpha channel.
        classes: Digest of the class names in label order, where it is kept with a run.
    """

    white: float = 0.0
    ground: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    version: int = 2
    classes: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """What was decided, for a line of facts: where the parts are, scale and ground."""
        found = []
        if len(self.parts) > 1 or any(pattern != "{}" for _, pattern in self.parts):
            folders = (pattern.replace("/{}", "").replace("{}/", "") for _, pattern in self.parts)
            where = ", ".join(folders)
            found.append(
                tr("parts {folders}", folders=where)
                if len(self.parts) > 1
                else tr("images in {folders}", folders=where)
            )
        if self.white > BYTE:
            found.append(tr("white is {white}", white=f"{self.white:,.0f}"))
        if self.ground:
            found.append(tr("transparent pixels on {ground}", ground=self.ground))
        return tuple(found)

    def plain(self) -> dict[str, Any]:
        """Plain values for JSON, which `parse` reads back."""
        return {**asdict(self), "parts": [list(part) for part in self.parts]}

    @classmethod
    def parse(cls, values: object) -> Reading:
        """What `plain` gave; that of the first rules where it is absent or damaged."""
        try:
            found = TypeAdapter(cls).validate_python(values)
        except ValidationError:
            return FIRST_READING
        is_sound = 0 <= found.white <= MOST and found.ground in ("", "white", "black")
        return found if is_sound else FIRST_READING


FIRST_READING = Reading(version=1)


@dataclass(frozen=True)
class DataInfo:
    """What is known of a data set without its pixels, after resizing and channel conversion.

    Attributes:
        image_shape: (height, width, channels), pixels.
        class_names: One a class, in label order.
        train_images: Images in the training part; validation images are taken from it where the
            data bring none of their own.
        test_images: Images in the test part.
        validation_images: Images in a validation part that the data bring; 0 for none.
        class_counts: Training images of each class; empty where unknown.
        label_values: What the files call each class, in label order, as texts; empty where they
            number the classes from 0, or folders are the classes.
        has_own_test: Whether a user's files bring the test part, so that no share is split off.
        recipe: How a user's files became images; None for the catalogue's data.
        reading: How stored images became pixels.
    """

    image_shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    train_images: int
    test_images: int
    validation_images: int = 0
    class_counts: tuple[int, ...] = ()
    label_values: tuple[str, ...] = ()
    has_own_test: bool = False
    recipe: Recipe | None = None
    reading: Reading = Reading()

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.class_names)


class Data(Choice):
    """A labelled image data set, with what is done to each image when it is read.

    Attributes:
        source_info: What is known before the data are read: the shape and number of images as
            stored. None for a user's own files, which have to be looked at.
        digit_share: Of the side of an image that a digit takes up, where its makers fitted digits;
            0 for other data.
    """

    source_info: ClassVar[DataInfo | None] = None
    digit_share: ClassVar[float] = 0.0

    kind: str
    resize: Size | None = setting(
        None,
        "Resize to",
        "Scale every image to this height and width; a smaller image costs fewer MACs. Left off, "
        "images keep their size, and all must have the same one.",
        unit="px",
        begin=[32, 32],
    )
    channels: Channels | None = setting(
        None,
        "Channels",
        "1 turns images to grayscale, 3 to RGB; left off, they stay as they are stored.",
    )

    _whole = field_validator("channels", mode="before")(whole)

    def info(self) -> DataInfo | None:
        """What is known without reading anything: None where files have to be looked at first."""
        known = self.source_info
        if known is None:
            return None
        height, width = self.resize or known.image_shape[:2]
        return replace(known, image_shape=(height, width, self.channels or known.image_shape[2]))

    def notes(self, info: DataInfo) -> dict[str, str]:
        """Which settings have no effect on these data, and why, by name."""
        return {}


class FileData(Data):
    """A user's own files, at a path."""

    path_words: ClassVar[str] = tr("a file or folder")

    path: str = setting(
        "", "Path", "Where the data are; a relative path starts at the TOML's folder."
    )
    test_split: float = setting(
        0.2,
        "Test share",
        "Share of the images set aside for the final test, stratified by class, where the files "
        "have no test part of their own.",
        gt=0.0,
        lt=1.0,
    )
    ground: Ground = setting(
        "auto",
        "Ground",
        "What images with transparent pixels are laid on. auto: white, or black where what is "
        "drawn in the training images is itself nearly white.",
    )

    def notes(self, info: DataInfo) -> dict[str, str]:
        if not info.has_own_test:
            return {}
        return {
            "test_split": tr(
                "not used: the data bring {images} of their own to test on",
                images=plural("{count} image", "{count} images", info.test_images),
            )
        }
