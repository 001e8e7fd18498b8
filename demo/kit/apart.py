"""A picture that a slider draws apart into its bands and together again: style.css moves what lies here."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from demo.kit.html import fill, template
from demo.kit.viewer import png_url
from demo.kit.words import words

QUADRANTS = ("HL", "LH", "HH")
"""What textbooks call the three bands of a level, in the order in which they come."""

_LOW = template("""<img src="{{ url }}" alt=""><span>LL</span>""")
_LEVEL = template("""
<div class="level" style="--u: clamp(0, var(--t) * {{ count }} - {{ number - 1 }}, 1)">
<div class="quadrant low">{{ low }}</div>
{% for name, url in bands %}
<div class="quadrant {{ name | lower }}"><img src="{{ url }}" alt="">
<span>{{ name }}<sub>{{ number }}</sub></span></div>
{% endfor %}
<img class="whole" src="{{ whole }}" alt=""></div>""")
MOVE = "this.setAttribute('value', this.value); this.closest('.apart').style.setProperty('--t', this.value)"
"""What the slider does. Its attribute moves along, so that a new picture puts both back."""
_APART = template("""
<figure class="apart" style="--width: {{ width }}; --height: {{ height }}">
<div class="box" role="img" aria-label="{{ alt }}">{{ levels }}</div>
<label><span>{{ said.together }}</span><input type="range" min="0" max="1" step="0.01" value="1"
 aria-label="{{ said.slider }}" oninput="{{ move }}">
<span>{{ said.apart }}</span></label>
<figcaption class="hint">{{ note }}</figcaption></figure>""")


def apart(levels: Sequence[Sequence[np.ndarray]], low: np.ndarray, gain: int) -> Markup:
    """The four quadrants, nested: `levels` have each a whole picture and its three bands, the finest first."""
    drawn, count = fill(_LOW, url=png_url(low)), len(levels)
    for number, (whole, *bands) in reversed(list(enumerate(levels, start=1))):
        named = [(name, png_url(band)) for name, band in zip(QUADRANTS, bands, strict=True)]
        drawn = fill(_LEVEL, number=number, count=count, low=drawn, bands=named, whole=png_url(whole))
    height, width = levels[0][0].shape[:2]
    said = words("kit.apart")
    return fill(
        _APART, levels=drawn, width=width, height=height, said=said, alt=said["alt"].format(count=count),
        note=said["note"].format(gain=gain), move=MOVE,
    )  # fmt: skip
