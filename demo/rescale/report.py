"""A result to take along: a ZIP of its pictures, numbers, and what gives the same again."""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from demo.kit.html import fill, template
from demo.kit.words import say, words
from demo.photo import Photo
from demo.rescale.draw import commands, finding
from demo.rescale.footprint import detail
from demo.rescale.rescaled import Request, Rescaled, rescale, scale_of
from irn_core.measure.scores import finite
from irn_core.ops.metrics import psnr_rgb, psnr_y, ssim_rgb, ssim_y
from irn_core.pictures.files import encode_png
from irn_core.weights import model_tag

ENLARGED = 4
"""How many times the part that shows most is enlarged."""


def python_lines(net: str, tau: float, seed: int) -> str:
    """Python that gives the same files as `commands`."""
    return (
        "from PIL import Image\n"
        "from irn_core import downscale, load_model, read_picture, upscale\n\n"
        f'irn = load_model("{net}")\n'
        'x = read_picture("picture.png").pixels\n'
        "lr = downscale(irn, x)\n"
        'Image.fromarray(lr).save("lr.png")\n'
        'Image.fromarray(upscale(irn, lr, tau=0, size=x.shape[:2])).save("reconstruction.png")\n'
        f'Image.fromarray(upscale(irn, lr, tau={tau:g}, seed={seed}, size=x.shape[:2])).save("draw-1.png")\n'
    )


def report(request: Request, drawn: Sequence[np.ndarray]) -> bytes:
    """The ZIP of a result with its draws; its index.html opens without a network."""
    photo, net, tau, _, seed = request
    result = rescale(photo, net)
    pictures = {
        "original": photo.pixels, "bicubic": result.bicubic, "reconstruction": result.reconstruction,
        **{f"draw-{k}": pixels for k, pixels in enumerate(drawn, start=1)},
    }  # fmt: skip
    rows = [{"picture": name, **_figures(photo, pixels, scale_of(net))} for name, pixels in pictures.items()]
    state = {"picture": photo.name, "model": model_tag(net), "tau": tau, "seed": seed, "size": photo.size[::-1]}
    files = {
        **{f"{name}.png": encode_png(pixels) for name, pixels in pictures.items()},
        "lr.png": result.lr_png,
        "detail.png": encode_png(_strip(photo, result, pictures)),
        "numbers.json": json.dumps(state | {"scores": asdict(result.scores), "pictures": rows}, indent=1).encode(),
        "numbers.csv": _csv(rows),
        "commands.txt": commands(net, tau, seed).encode(),
        "same.py": python_lines(net, tau, seed).encode(),
    }
    page = fill(
        _PAGE, said=words("report"), state=state, rows=rows, finding=finding(result), pictures=[*pictures, "lr"],
        commands=commands(net, tau, seed), python=python_lines(net, tau, seed), title=say("page.title"),
    )  # fmt: skip
    return _zip(files | {"index.html": page.encode()})


def _figures(photo: Photo, pixels: np.ndarray, scale: int) -> dict[str, float | None]:
    return {
        "psnr_y": finite(psnr_y(photo.pixels, pixels, scale)), "psnr_rgb": finite(psnr_rgb(photo.pixels, pixels)),
        "ssim_y": finite(ssim_y(photo.pixels, pixels, scale)), "ssim_rgb": finite(ssim_rgb(photo.pixels, pixels)),
    }  # fmt: skip


def _strip(photo: Photo, result: Rescaled, pictures: dict[str, np.ndarray]) -> np.ndarray:
    """The same part of all pictures side by side, enlarged without smoothing."""
    seen = detail(result, photo)
    parts = [pixels[seen.rows, seen.columns] for pixels in pictures.values()]
    return np.concatenate(parts, 1).repeat(ENLARGED, 0).repeat(ENLARGED, 1)


def _csv(rows: list[dict]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _zip(files: dict[str, bytes]) -> bytes:
    """The same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


_PAGE = template("""<!doctype html>
<html><head><meta charset="utf-8"><title>{{ title }}: {{ state.picture }}</title><style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1d2733; }
figure { display: inline-block; margin: 0 1rem 1rem 0; }
img { max-width: 100%; image-rendering: pixelated; display: block; }
table { border-collapse: collapse; }
td, th { padding: 0.2rem 0.8rem 0.2rem 0; text-align: right; border-bottom: 1px solid #ccc; }
th:first-child { text-align: left; } pre { background: #f2f4f7; padding: 0.8rem; overflow: auto; }
</style></head><body><h1>{{ state.picture }}</h1><p>{{ finding }}</p>
<p>{{ said.made }} {{ state.model }}, τ = {{ state.tau }}, {{ said.seed }} {{ state.seed }}.</p>
<img src="detail.png" alt="{{ said.detail }}"><p>{{ said.detail }}</p>
<table><tr><th></th><th>PSNR-Y</th><th>PSNR-RGB</th><th>SSIM-Y</th><th>SSIM-RGB</th></tr>
{% for row in rows %}
<tr><th>{{ row.picture }}</th>{% for key in ("psnr_y", "psnr_rgb") %}
<td>{{ "∞" if row[key] is none else "%.2f" | format(row[key]) }}</td>{% endfor %}
{% for key in ("ssim_y", "ssim_rgb") %}
<td>{{ "–" if row[key] is none else "%.4f" | format(row[key]) }}</td>{% endfor %}</tr>{% endfor %}</table>
<p>{{ said.numbers }}</p>
{% for name in pictures %}
<figure><img src="{{ name }}.png" alt="{{ name }}"><figcaption>{{ name }}</figcaption></figure>{% endfor %}
<h2>{{ said.again }}</h2><pre>{{ commands }}</pre><pre>{{ python }}</pre></body></html>""")
