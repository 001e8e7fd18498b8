"""A result to take along: a ZIP of its pictures, figures, numbers, and what gives the same again."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from demo.kit.animate import encode_animated_png, encode_gif, wipe
from demo.kit.html import fill, template
from demo.kit.words import say, words
from irn_core.measure.scores import finite
from irn_core.ops.metrics import psnr_rgb, psnr_y, ssim_rgb, ssim_y
from irn_core.ops.tiling import Window
from irn_core.pictures.files import encode_png

ORIGINAL = "original.png"
"""What the ZIP calls the picture that all is made from."""
ENLARGED = 4
"""How many times the part that shows most is enlarged."""
DRAWS_MS = 400
DIGITS = {"psnr": ".2f", "ssim": ".4f"}
"""How figures are written, by the beginning of their names."""


@dataclass(frozen=True)
class Report:
    """What a mode takes along.

    `pictures` are of one size; `compared` names the two of them that the animated split shows, of which the second
    comes from the network, and `draws` those that are run through. `state` says what made them.
    """

    name: str
    finding: str
    state: Mapping[str, object]
    pictures: Mapping[str, np.ndarray]
    rows: Sequence[Mapping[str, object]]
    compared: tuple[str, str]
    draws: Sequence[str]
    part: Window
    about_part: str
    commands: str
    python: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    """What else is in the ZIP, among them figures, whose names begin with "figure"."""

    def zip(self) -> bytes:
        """The same report gives the same bytes; its index.html opens without a network."""
        parts = {
            name: pixels[self.part.rows, self.part.columns].repeat(ENLARGED, 0).repeat(ENLARGED, 1)
            for name, pixels in self.pictures.items()
        }
        numbers = {**self.state, "pictures": list(self.rows)}
        files = {
            **{f"{name}.png": encode_png(pixels) for name, pixels in self.pictures.items()},
            "detail.png": encode_png(np.concatenate(list(parts.values()), 1)),
            **_animated("split", wipe(*(parts[name] for name in self.compared))),
            **(_animated("draws", [parts[name] for name in self.draws], DRAWS_MS) if len(self.draws) > 1 else {}),
            "numbers.json": json.dumps(numbers, indent=1, default=str).encode(),
            "numbers.csv": _csv(self.rows),
            "commands.txt": self.commands.encode(),
            "same.py": self.python.encode(),
            **self.files,
        }
        page = fill(
            _PAGE, report=self, said=words("report"), title=say("page.title"),
            heads=[_head(name) for name in self.rows[0]],
            captions={row["picture"]: _caption(row) for row in self.rows},
            rows=[[_shown(*cell) for cell in row.items()] for row in self.rows],
            others=[name for name in self.files if name.endswith(".png") and not name.startswith("figure")],
            moving=[name for name in files if name.endswith("-animated.png")],
            figures=[name for name in files if name.startswith("figure") and name.endswith(".png")],
        )  # fmt: skip
        return _zip(files | {"index.html": page.encode()})


def figures_of(x: np.ndarray, x_hat: np.ndarray, border: int) -> dict[str, float | None]:
    """PSNR and SSIM of a picture, those of Y without the border; None where there is no such number."""
    return {
        "psnr_y": finite(psnr_y(x, x_hat, border)), "psnr_rgb": finite(psnr_rgb(x, x_hat)),
        "ssim_y": finite(ssim_y(x, x_hat, border)), "ssim_rgb": finite(ssim_rgb(x, x_hat)),
    }  # fmt: skip


def _caption(row: Mapping[str, object]) -> str:
    return f"{row['picture']}: PSNR-RGB {_shown('psnr', row['psnr_rgb'])} dB"


def _head(name: str) -> str:
    """The name of a figure as people write it."""
    return name.upper().replace("_", "-") if name.partition("_")[0] in DIGITS else name


def _shown(name: str, value: object) -> str:
    kind = name.partition("_")[0]
    if value is None:
        return "∞" if kind == "psnr" else "–"
    return format(value, DIGITS.get(kind, "," if isinstance(value, int) else ""))


def _animated(name: str, frames: Sequence[np.ndarray], step_ms: int = 120) -> dict[str, bytes]:
    return {f"{name}-animated.png": encode_animated_png(frames, step_ms), f"{name}.gif": encode_gif(frames, step_ms)}


def _csv(rows: Sequence[Mapping[str, object]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


_PAGE = template("""<!doctype html>
<html><head><meta charset="utf-8"><title>{{ title }}: {{ report.name }}</title><style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1d2733; }
figure { display: inline-block; margin: 0 1rem 1rem 0; }
img { max-width: 100%; image-rendering: pixelated; display: block; }
table { border-collapse: collapse; }
td, th { padding: 0.2rem 0.8rem 0.2rem 0; text-align: right; border-bottom: 1px solid #ccc; }
td:first-child { text-align: left; } pre { background: #f2f4f7; padding: 0.8rem; overflow: auto; }
.figures img { width: 22rem; image-rendering: auto; }
</style></head><body><h1>{{ report.name }}</h1>{% if report.finding %}<p>{{ report.finding }}</p>{% endif %}
<p>{{ said.made }}
{% for name, value in report.state.items() if value is not mapping %}
{{ name }} = {{ value }}{{ "." if loop.last else "," }}
{% endfor %}</p>
<img src="detail.png" alt="{{ report.about_part }}"><p>{{ report.about_part }}</p>
<table><tr>{% for head in heads %}<th>{{ head }}</th>{% endfor %}</tr>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>
<p>{{ said.numbers }}</p>
{% for name in moving %}<figure><img src="{{ name }}" alt="{{ name }}"><figcaption>{{ name }}</figcaption></figure>
{% endfor %}<div class="figures">
{% for name in figures %}<figure><img src="{{ name }}" alt="{{ name }}"></figure>{% endfor %}</div>
{% for name in report.pictures %}
<figure><img src="{{ name }}.png" alt="{{ captions[name] }}"><figcaption>{{ captions[name] }}</figcaption></figure>
{% endfor %}
{% for name in others %}<figure><img src="{{ name }}" alt="{{ name }}"><figcaption>{{ name }}</figcaption></figure>
{% endfor %}<h2>{{ said.again }}</h2><pre>{{ report.commands }}</pre><pre>{{ report.python }}</pre></body></html>""")
