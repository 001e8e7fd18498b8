"""Folders of pictures → random training crops."""

import io
import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset

from irn_core.errors import ImageError
from irn_core.ops.pixels import read_picture

EXTENSIONS = {".png", ".jpg", ".jpeg", ".webp", ".avif", ".bmp", ".tif", ".tiff", ".gif", ".jp2"}
MAX_SHRINK = 2.5
"""Half of the crops are reduced by up to this factor first: small pictures are sharper per pixel."""
JPEG_SHARE = 0.5
"""This share of the crops passes through JPEG: most pictures in the wild have that history."""


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


class RandomCrops(Dataset):
    """Crop number i, 3×size×size in [0, 1], a function of (seed, i) alone.

    Each picture is as likely as another, whatever its size. Crops are flipped and turned, half of
    them come from a reduced picture, and some have been through JPEG.
    """

    def __init__(self, pictures: list[np.ndarray], size: int, seed: int):
        self.pictures = pictures
        self.size = size
        self.seed = seed

    def __getitem__(self, index: int) -> Tensor:
        rng = np.random.default_rng((self.seed, index))
        crop = self._cut(self.pictures[rng.integers(len(self.pictures))], rng)
        crop = np.rot90(crop, rng.integers(4))
        if rng.random() < 0.5:
            crop = crop[:, ::-1]
        if rng.random() < JPEG_SHARE:
            crop = _through_jpeg(crop, int(rng.integers(70, 99)))
        return torch.from_numpy(crop.copy()).permute(2, 0, 1).float().div(255)

    def _cut(self, picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        shrink = rng.uniform(1, MAX_SHRINK) if rng.random() < 0.5 else 1.0
        side = min(*picture.shape[:2], round(self.size * shrink))
        top, left = (rng.integers(length - side + 1) for length in picture.shape[:2])
        crop = picture[top : top + side, left : left + side]
        if side == self.size:
            return crop
        return np.asarray(Image.fromarray(crop).resize((self.size, self.size), Image.Resampling.BICUBIC))


def _through_jpeg(crop: np.ndarray, quality: int) -> np.ndarray:
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(crop)).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))
