"""Whole files of many kinds, and ways to damage them; all of it follows from the generator that is passed in."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

FORMATS = (
    ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "LA"), ("PNG", "1"), ("PNG", "I;16"),
    ("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("WEBP", "RGB"), ("WEBP", "RGBA"), ("AVIF", "RGB"),
    ("TIFF", "RGB"), ("TIFF", "F"), ("TIFF", "I;16"), ("TIFF", "CMYK"), ("TIFF", "LAB"), ("GIF", "P"),
    ("BMP", "RGB"), ("BMP", "P"), ("ICO", "RGBA"), ("PPM", "RGB"), ("PPM", "L"), ("JPEG2000", "RGB"),
    ("PCX", "RGB"), ("TGA", "RGBA"), ("SGI", "RGB"), ("DDS", "RGBA"), ("IM", "RGB"), ("MSP", "1"), ("XBM", "1"),
    ("ICNS", "RGBA"), ("SPIDER", "F"), ("BLP", "P"),
)  # fmt: skip
VARIANTS = (
    ("TIFF", {"compression": "tiff_lzw"}), ("TIFF", {"compression": "tiff_adobe_deflate"}),
    ("TIFF", {"compression": "jpeg"}), ("TIFF", {"compression": "packbits"}), ("JPEG", {"progressive": True}),
    ("WEBP", {"lossless": True}), ("PNG", {"interlace": 1}),
)  # fmt: skip


def smooth_picture(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Soft colours and a little noise, H×W×3 uint8."""
    coarse = Image.fromarray(rng.integers(0, 256, (3, 4, 3), np.uint8))
    soft = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.int16)
    return (soft + rng.integers(-4, 5, soft.shape)).clip(0, 255).astype(np.uint8)


def picture_files(rng: np.random.Generator) -> list[bytes]:
    """A small picture in every format and mode that Pillow writes, one of them turned by EXIF, one animated."""
    image = Image.fromarray(smooth_picture(rng, 20, 27))
    exif = Image.Exif()
    exif[0x0112] = 6
    second = image.transpose(Image.Transpose.ROTATE_180)
    return [
        *(_saved(_in_mode(image, mode), name) for name, mode in FORMATS),
        *(_saved(image, name, **options) for name, options in VARIANTS),
        *(_saved(image, name, exif=exif) for name in ("JPEG", "PNG", "WEBP", "TIFF")),
        *(_saved(image, name, save_all=True, append_images=[second]) for name in ("GIF", "WEBP", "TIFF", "PNG", "MPO")),
    ]


def clip_files(rng: np.random.Generator) -> list[bytes]:
    """Four small frames in every kind of animation that Pillow writes, and in videos where PyAV is installed."""
    frames = [smooth_picture(rng, 48, 64) for _ in range(4)]
    first, *others = map(Image.fromarray, frames)
    pictures = [_saved(first, name, save_all=True, append_images=others) for name in ("GIF", "PNG", "WEBP", "AVIF")]
    try:
        return pictures + [_video(frames, *how) for how in (("mp4", "libx264"), ("webm", "libvpx-vp9"))]
    except ImportError:
        return pictures


def _video(frames: list[np.ndarray], kind: str, codec: str) -> bytes:
    import av

    file = io.BytesIO()
    with av.open(file, "w", format=kind) as container:
        stream = container.add_stream(codec, rate=10)
        stream.height, stream.width = frames[0].shape[:2]
        for pixels in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels)))
        container.mux(stream.encode())
    return file.getvalue()


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    if mode == "LAB":
        return Image.merge("LAB", image.split())
    return image.convert(mode)


def _saved(image: Image.Image, name: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()


def damaged(data: bytes, rng: np.random.Generator, others: list[bytes]) -> bytes:
    """The bytes after one to three changes: each flips bits, cuts, inserts, splices, or sets a run.

    A splice that gives another of the whole files is no damage, and others are made.
    """
    changed = data
    for _ in range(rng.integers(1, 4)):
        changed = CHANGES[rng.integers(len(CHANGES))](changed, rng, others) or b"\0"
    return damaged(data, rng, others) if changed != data and changed in others else changed


def _place(data: bytes, rng: np.random.Generator) -> tuple[int, int]:
    """Where a change begins, often near the front where headers are, and where it ends."""
    reach = min(len(data), 64) if rng.random() < 0.4 else len(data)
    at = int(rng.integers(reach))
    return at, min(len(data), at + int(rng.integers(1, 17)))


def flip(data: bytes, rng: np.random.Generator, _: list[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.integers(1, 9)):
        changed[_place(data, rng)[0]] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def truncate(data: bytes, rng: np.random.Generator, _: list[bytes]) -> bytes:
    return data[: rng.integers(len(data))]


def cut_out(data: bytes, rng: np.random.Generator, _: list[bytes]) -> bytes:
    at, end = _place(data, rng)
    return data[:at] + data[end:]


def insert(data: bytes, rng: np.random.Generator, _: list[bytes]) -> bytes:
    at, end = _place(data, rng)
    return data[:at] + rng.bytes(end - at) + data[at:]


def splice(data: bytes, rng: np.random.Generator, others: list[bytes]) -> bytes:
    """The front of this file and the back of another."""
    other = others[rng.integers(len(others))]
    return data[: rng.integers(len(data))] + other[rng.integers(len(other)) :]


def fill(data: bytes, rng: np.random.Generator, _: list[bytes]) -> bytes:
    """A run of zeros, or of another telling value."""
    at, end = _place(data, rng)
    return data[:at] + bytes([rng.choice([0, 0, 0, 1, 127, 128, 255])]) * (end - at) + data[end:]


CHANGES: tuple[Callable[[bytes, np.random.Generator, list[bytes]], bytes], ...] = (
    flip, truncate, cut_out, insert, splice, fill,
)  # fmt: skip


def repainted(png: bytes, rng: np.random.Generator) -> bytes:
    """A sound PNG with the same text chunks and other pixels, as an editor writes it."""
    with Image.open(io.BytesIO(png)) as image:
        pixels, info = np.array(image), PngInfo()
        for key, value in image.text.items():
            info.add_text(key, value)
    row, column, channel = (int(rng.integers(side)) for side in pixels.shape)
    pixels[row, column, channel] ^= 1 << int(rng.integers(8))
    return _saved(Image.fromarray(pixels), "PNG", pnginfo=info)
