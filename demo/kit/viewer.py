"""The picture viewer: compare any two pictures of a result, pixel by pixel.

It is a plain ``gr.HTML`` whose template, style and behaviour are the files ``viewer.html``,
``viewer.css`` and ``viewer/*.js`` in the folder ``web``.  A function that returns a component, rather
than a subclass of ``gr.HTML``, because Gradio's metaclass writes a ``.pyi`` file next to every
module that defines a component class, and nothing here needs one.

Use::

    with gr.Blocks() as demo:
        view = build_viewer(elem_id="viewer")
        button.click(compute, inputs, view, show_progress="hidden")

    def compute(...):
        return viewer_value([ViewerImage("original", "Original", array), ...], height, width, scale)
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
import numpy as np
from gradio.utils import get_upload_folder
from PIL import Image

from demo.kit.served import write_once
from demo.kit.words import all_languages

WEB = Path(__file__).resolve().parent / "web"
SCRIPTS = ("state", "geometry", "drawing", "labels", "actions", "input", "value")  # one function body, in this order
VIEWS = ("split", "flip", "side", "difference", "draws")  # MODES of state.js
# Run-length matching only: on photographs faster and no larger than zlib's ordinary level 1.
PNG_OPTIONS = {"compress_level": 1, "compress_type": zlib.Z_RLE}


class ViewerImage(NamedTuple):
    """One picture: a stable key, the short text shown on it, and its H x W x 3 uint8 pixels."""

    key: str
    label: str
    pixels: np.ndarray


def build_viewer(value: dict[str, Any] | None = None, **options: Any) -> gr.HTML:
    """Create the viewer inside a ``gr.Blocks``; ``options`` go to ``gr.HTML`` (``elem_id``, ``visible``…)."""
    return gr.HTML(
        value,
        html_template=read_web("viewer.html"),
        css_template=read_web("viewer.css"),
        js_on_load=speaking_script("viewer", *(f"viewer/{name}.js" for name in SCRIPTS)),
        apply_default_css=False,  # Gradio's text styles would restyle the toolbar
        **options,
    )


def speaking_script(key: str, *names: str) -> str:
    """Files of `web` as one function body, in front of them its words in all languages: see words.js."""
    said = f"const ROOT = {key!r}, WORDS = {json.dumps(all_languages(key), ensure_ascii=False)};\n"
    return said + "".join(map(read_web, ("words.js", *names)))


def read_web(name: str) -> str:
    """The text of a file that goes to the browser."""
    return (WEB / name).read_text(encoding="utf-8")


def viewer_value(
    images: Sequence[ViewerImage],
    height: int,
    width: int,
    scale: int,
    a: str | None = None,
    b: str | None = None,
    notice: str | None = None,
    subject: str = "",
    opening: tuple[int, int] | None = None,
    places: Sequence[tuple[int, int]] = (),
) -> dict[str, Any]:
    """Build the value of the viewer.

    ``height`` and ``width`` are the common size.  A picture has that size, or the size divided by
    ``scale`` and rounded up (the low-resolution one, which is shown enlarged without smoothing).
    ``a`` and ``b`` are the keys first shown, by default those of the first two pictures; the
    choice that a user has made since stays as long as its keys exist.  ``notice`` is a line of
    text above the pictures.

    ``subject`` names what is shown: another one, or another size, is seen afresh, enlarged around
    ``opening`` (x, y), or as a whole.  ``places`` are the points (x, y) that a button jumps through.

    The value holds file references only, so it is cheap to send and to keep.  But the files live in
    Gradio's cache: with ``delete_cache`` set, build a new value instead of keeping one past that age.
    """
    if not images:
        raise ValueError("the viewer needs at least one picture")
    keys = [image.key for image in images]
    if len(set(keys)) != len(keys):
        raise ValueError(f"picture keys must differ: {keys}")
    a = keys[0] if a is None else a
    b = keys[min(1, len(keys) - 1)] if b is None else b
    for key in (a, b):
        if key not in keys:
            raise ValueError(f"no picture has the key {key!r}: {keys}")
    sizes = {(height, width), (-(-height // scale), -(-width // scale))}
    return {
        "images": [_describe(image, sizes) for image in images],
        "height": int(height),
        "width": int(width),
        "scale": int(scale),
        "a": a,
        "b": b,
        "notice": notice,
        "subject": subject,
        "opening": opening,
        "places": [list(place) for place in places],
    }


def _describe(image: ViewerImage, sizes: set[tuple[int, int]]) -> dict[str, Any]:
    """Check one picture and describe it for the browser, its pixels as a file."""
    pixels = np.asarray(image.pixels)
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"{image.key}: expected H x W x 3 uint8, got {pixels.shape} {pixels.dtype}")
    if pixels.shape[:2] not in sizes:
        raise ValueError(f"{image.key}: size {pixels.shape[:2]} is none of {sorted(sizes)}")
    return {
        "key": image.key,
        "label": image.label,
        "width": pixels.shape[1],
        "height": pixels.shape[0],
        "file": png_data(pixels),
    }


def png_data(pixels: np.ndarray) -> dict[str, Any]:
    """A PNG with exactly these pixels, inside the value of a component.

    Gradio recognises this shape anywhere: it serves the file and fills in its URL.
    """
    return gr.FileData(path=png_file(pixels), mime_type="image/png").model_dump()


def png_url(pixels: np.ndarray) -> str:
    """An address, relative to the page, of a PNG with exactly these pixels."""
    return f"gradio_api/file={png_file(pixels)}"


def png_file(pixels: np.ndarray) -> str:
    """Return the path of a PNG with exactly these pixels, in the folder Gradio serves from.

    Named by content: a picture that stays the same between two results is encoded once, and the
    browser sees the same address and neither fetches nor decodes it again.
    """
    pixels = np.ascontiguousarray(pixels)
    digest = hashlib.blake2b(repr(pixels.shape).encode(), digest_size=20)
    digest.update(pixels.data)
    path = Path(get_upload_folder()) / "viewer" / f"{digest.hexdigest()}.png"
    return write_once(path, lambda stream: Image.fromarray(pixels).save(stream, format="PNG", **PNG_OPTIONS))
