"""Reading labelled images: the catalogue, users' own files, splits, fingerprint, preview.

NumPy only at import; Pillow and scikit-learn are imported where they are used, because quick
commands import this package. Never TensorFlow, never Qt.
"""

from workbench.data.catalogue import load, reading_to_keep
from workbench.data.dataset import ArrayImages, Dataset, Images, Part
from workbench.data.errors import DataError, NotDownloaded
from workbench.data.folders.image_files import FileImages
from workbench.data.keras_cache import is_downloaded, keep_download
from workbench.data.preview import Preview, describe
from workbench.data.split import split_fold, split_validation

__all__ = [
    "ArrayImages",
    "DataError",
    "Dataset",
    "FileImages",
    "Images",
    "NotDownloaded",
    "Part",
    "Preview",
    "describe",
    "is_downloaded",
    "keep_download",
    "load",
    "reading_to_keep",
    "split_fold",
    "split_validation",
]
