"""Colour profiles: whatever colours a picture is stored in become those of sRGB."""

import io

import numpy as np
from PIL import Image, ImageCms

SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab ": "LAB"}
"""Kinds of profile, by the names that ICC gives them → Pillow's mode."""
TAKES = {"RGB": ("RGB", "RGBA", "RGBX", "P", "PA", "L", "LA", "1", "YCbCr"), "L": ("L", "LA", "1")}
"""The modes of pictures that a profile of each kind can be applied to, where it is not only its own."""
SAME = 2
"""Grey levels. A profile that moves no colour further is sRGB: such profiles differ that much by their rounding."""


def to_srgb(image: Image.Image, notices: list[str]) -> Image.Image:
    """The picture, 8 bits per sample, by its colour profile as RGB or RGBA; the same picture if it has none or sRGB.

    Appends to `notices` what was done, or why it could not be.
    """
    data = image.info.get("icc_profile")
    if data:
        try:
            return _by_profile(image, ImageCms.ImageCmsProfile(io.BytesIO(data)), notices)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            notices.append("its colour profile cannot be used: colours are taken as they are")
    if image.mode == "LAB":  # needs none
        transform = ImageCms.buildTransform(ImageCms.createProfile("LAB"), _SRGB, "LAB", "RGB")
        return ImageCms.applyTransform(image, transform)
    if image.mode == "CMYK":
        notices.append("CMYK, converted to RGB without a colour profile: colours are approximate")
    return image


def _by_profile(image: Image.Image, profile: ImageCms.ImageCmsProfile, notices: list[str]) -> Image.Image:
    mode = SPACES.get(profile.profile.xcolor_space)
    if mode is None or image.mode not in TAKES.get(mode, (mode,)):
        raise ValueError("a profile of another kind of picture")
    transform = ImageCms.buildTransform(profile, _SRGB, mode, "RGB")
    if _moves_nothing(transform, mode):
        return image
    converted = ImageCms.applyTransform(image.convert(mode), transform)
    if image.has_transparency_data:
        converted.putalpha(image.convert("RGBA").getchannel("A"))
    notices.append(f"colours converted from {_name(profile)} to sRGB")
    return converted


def _moves_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    if mode not in TAKES:
        return False
    steps = np.linspace(0, 255, 256 if mode == "L" else 18).astype(np.uint8)
    colours = (
        steps[:, None] if mode == "L" else np.stack(np.meshgrid(steps, steps, steps), -1).reshape(len(steps), -1, 3)
    )
    image = Image.fromarray(colours)
    moved = np.asarray(ImageCms.applyTransform(image, transform)).astype(int) - np.asarray(image.convert("RGB"))
    return np.abs(moved).max() <= SAME


def _name(profile: ImageCms.ImageCmsProfile) -> str:
    """What the profile calls itself, in one line."""
    return " ".join(ImageCms.getProfileDescription(profile).split())[:60] or "its colour profile"


_SRGB = ImageCms.createProfile("sRGB")
