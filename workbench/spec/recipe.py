"""How a user's files became images: what reading found out, for a script that reads them again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PixelTable:
    """How a table of pixels is laid out.

    Attributes:
        separator: Between two cells.
        header_lines: Before the first row, empty ones too.
        label: The column of the labels, from 0.
        pixels: The columns of the pixels; where it `is_packed` the one that holds all of them.
        encoding: Of its text.
        part: The column that says which part a row is of; None where all rows are of one.
        part_words: What it says of this part.
        is_packed: Whether the pixels of an image are a text of numbers with blanks between them.
    """

    separator: str
    header_lines: int
    label: int
    pixels: tuple[int, ...]
    encoding: str = "utf-8-sig"
    part: int | None = None
    part_words: tuple[str, ...] = ()
    is_packed: bool = False


@dataclass(frozen=True)
class StoredPart:
    """A part as it lies in the files.

    Attributes:
        part: "training", "test" or "validation".
        images: What its images are called: an array of an archive, a file, or the folder below an
            image folder ("" for that folder itself).
        labels: What its labels are called; empty where folders say them.
        shape: Of one image: (height, width) or (height, width, channels); empty where they differ.
        is_rows: Whether each image is stored as a row of pixels of this shape.
        labels_form: "number", "one-hot", "first column" of numbers in rows, "text", or the encoding
            of texts that are bytes.
        in_files: Whether the names are those of files with one array each.
        is_transposed: Whether rows and columns of images are swapped after reading, into `shape`.
        table: Of a CSV file; else None.
        below: In an image folder, the folder within each class that holds its images; "" for none.
    """

    part: str
    images: str
    labels: str = ""
    shape: tuple[int, ...] = ()
    is_rows: bool = False
    labels_form: str = "number"
    in_files: bool = False
    is_transposed: bool = False
    table: PixelTable | None = None
    below: str = ""


@dataclass(frozen=True)
class Recipe:
    """What a reader decided by what it found, as plain values.

    Attributes:
        parts: Those that the files bring; a test part that is split off is none.
        stored_type: Number type of the stored images, as NumPy calls it.
        factor: What stored numbers are multiplied by.
        classes: Folders of the classes, in label order.
        unreadable: Image files left out because they can't be decoded.
        opaque: The stored number of an opaque pixel in an alpha channel; 0 where it says nothing.
        has_wide: Whether there are gray image files of more than 8 bits.
        has_deep_colors: Whether there are image files of more than 8 bits a channel in color.
        is_archive: Whether the image folder lies in an archive.
    """

    parts: tuple[StoredPart, ...]
    stored_type: str = "uint8"
    factor: float = 1.0
    classes: tuple[str, ...] = ()
    unreadable: int = 0
    opaque: float = 0.0
    has_wide: bool = False
    has_deep_colors: bool = False
    is_archive: bool = False

    @property
    def gives_floats(self) -> bool:
        """Whether images are kept as float32 from 0 to 1, and not as uint8."""
        return self.stored_type.startswith("float") or self.factor < 1
