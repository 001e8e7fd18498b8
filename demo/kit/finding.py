"""What the numbers of a picture say, in a sentence with which a tab opens."""

from markupsafe import Markup

from demo.kit.html import fill, template
from demo.kit.words import say

_CLAIM = template("<div class='claim' data-made='{{ made }}'><p>{{ said }}</p></div>")


def claim(said: str, made: str = "") -> str:
    """A sentence in large type; while there is none yet, a word that it is being computed.

    What was `made` from what stands below figures that are saved: see figures.js.
    """
    return str(fill(_CLAIM, said=Markup(said), made=made)) if said else say("kit.computing")


def turn(before: float, after: float) -> str:
    """Whether a figure rose, fell or stayed, as far as two digits after the point show it."""
    before, after = round(before, 2), round(after, 2)
    return "rose" if after > before else "fell" if after < before else "stayed"


def percent(share: float) -> str:
    """A share in percent: two digits, or whole percents from ten on."""
    return f"{100 * share:.0f} %" if abs(share) >= 0.0995 else f"{100 * share:.2g} %"


def signed_percent(share: float) -> str:
    """A difference in percent, with its sign."""
    return f"{'−' if share < 0 else '+'}{percent(abs(share))}"
