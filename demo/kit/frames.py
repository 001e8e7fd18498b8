"""What a slider runs through without asking the server: frames that were computed before, of which one is seen.

A frame is HTML or a part of a `Graph` with `data-frame`; the slider shows those of its number.
"""

from collections.abc import Sequence

from markupsafe import Markup

from demo.kit.html import fill, template

SHOW = (
    "this.setAttribute('value', this.value);"
    "for (const one of this.closest('.frames').querySelectorAll('[data-frame]'))"
    " one.toggleAttribute('hidden', one.dataset.frame !== this.value)"
)
"""What the slider does. Its attribute moves along, so that a new picture puts all back."""
_FRAMES = template("""
<div class="frames"><label><span>{{ name }}</span><input type="range" min="0" max="{{ count - 1 }}" step="1"
 value="{{ first }}" aria-label="{{ name }}" oninput="{{ show }}">
<output>{{ said }}</output></label>{{ body }}</div>""")
_FRAME = template('<div data-frame="{{ number }}"{% if not seen %} hidden{% endif %}>{{ content }}</div>')


def frames(name: str, first: int, said: Sequence[str], body: Markup) -> Markup:
    """A slider, what it says at each place, and the body whose frames it shows."""
    return fill(
        _FRAMES, name=name, count=len(said), first=first, said=frame_set([Markup(text) for text in said], first),
        body=body, show=SHOW,
    )  # fmt: skip


def frame_set(contents: Sequence[Markup], first: int) -> Markup:
    """Contents of which one is seen."""
    return Markup("").join(
        fill(_FRAME, number=number, seen=number == first, content=content) for number, content in enumerate(contents)
    )
