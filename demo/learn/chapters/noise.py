"""From case-specific to case-agnostic: z of three pictures, before and after the normaliser."""

import numpy as np
from markupsafe import Markup

from demo.kit.chart import Axes, Dot, Line, chart
from demo.kit.html import fill, template
from demo.kit.words import words
from demo.learn.chapter import Chapter, Slide
from demo.photo import Photo
from demo.rescale.rescaled import calibrated
from demo.rescale.tabs.gaussian.compute import HERE, Found, Stage, find

SCALE = 2
REACH, DOTS = 4.0, 121
"""How far the curves go, in standard deviations of the widest z and of N(0, 1), and by how many points."""


class Noise(Chapter[Found]):
    key = "noise"
    go = f"tab=gaussian&scale={SCALE}"

    def compute(self, photo: Photo) -> Found:
        return find(photo, calibrated(SCALE))

    def draw(self, found: Found) -> Slide:
        said = words("learn.noise")
        before, after = ([getattr(row, when).deviation for row in found.pictures] for when in ("before", "after"))
        values = {
            "ratio": f"{max(before) / max(min(before), 1e-9):.1f}", "least": f"{min(after):.2f}",
            "most": f"{max(after):.2f}",
        }  # fmt: skip
        stages = {name: [getattr(case, name) for case in found.cases.values()] for name in ("before", "after")}
        names = [said["here"] if name == HERE else name for name in found.cases]
        spans = {"before": REACH * max(before), "after": REACH}
        charts = [
            (said["stages"][when], curves(names, stages[when], spans[when], when == "after", said)) for when in stages
        ]
        return Slide(values, fill(_FIGURE, charts=charts), 1)


def curves(names: list[str], stages: list[Stage], span: float, normal: bool, said: dict) -> Markup:
    """Densities of the values of three pictures, in percent of the highest, with N(0, 1) after the normaliser."""
    x = np.linspace(-span, span, DOTS)
    densities = [np.interp(x, *stage.histogram, left=0.0, right=0.0) for stage in stages]
    kinds = [f"case-{k}" for k in range(len(names))]
    if normal:
        densities.append(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))
        names, kinds = [*names, "N(0, 1)"], [*kinds, "published"]
    highest = max(values.max() for values in densities)
    dots = [[Dot(float(a), 100 * float(b / highest)) for a, b in zip(x, y, strict=True)] for y in densities]
    lines = [Line(name, kind, own, False) for name, kind, own in zip(names, kinds, dots, strict=True)]
    return Markup(chart(lines, None, said["chart"], Axes(said["x"], said["y"], log=False)))


_FIGURE = template("""
<div class="flip" data-figure="flip"><div class="frames">{% for name, chart in charts %}
<div{% if not loop.first %} hidden{% endif %}>{{ chart }}</div>{% endfor %}</div>
<div class="picks" role="group">{% for name, chart in charts %}
<button type="button" aria-pressed="{{ 'true' if loop.first else 'false' }}">{{ name }}</button>{% endfor %}
</div></div>""")
