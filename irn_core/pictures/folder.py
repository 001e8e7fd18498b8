"""Folders of pictures."""

import warnings
from pathlib import Path

import numpy as np

from irn_core.errors import ImageError
from irn_core.pictures.files import read_picture

EXTENSIONS = {".png", ".jpg", ".jpeg", ".webp", ".avif", ".bmp", ".tif", ".tiff", ".gif", ".jp2"}


def list_pictures(folder: str | Path) -> list[Path]:
    """Every file below `folder` with the extension of a picture, sorted.

    Raises:
        ImageError: there is none.
    """
    files = sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in EXTENSIONS and p.is_file())
    if not files:
        raise ImageError(f"no pictures below {folder}; expected files like *.png, *.jpg, *.webp, *.avif")
    return files


def load_pictures(files: list[Path]) -> list[np.ndarray]:
    """Decode all files, H×W×3 uint8 each. Unreadable ones are skipped with a warning.

    Raises:
        ImageError: none could be read.
    """
    pictures = []
    for file in files:
        try:
            pictures.append(read_picture(file).pixels)
        except ImageError as error:
            warnings.warn(f"skipped: {error}", stacklevel=2)
    if not pictures:
        raise ImageError(f"none of {len(files)} files could be read as a picture")
    return pictures
