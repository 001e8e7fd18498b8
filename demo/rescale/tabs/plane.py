"""The tab "Trade-off": every way to rescale this picture as a place in the plane of perception and distortion."""

from collections.abc import Iterator
from typing import NamedTuple

import gradio as gr
import numpy as np

from demo.kit.cache import cached
from demo.kit.chart import Axes, Dot, Line, chart
from demo.kit.tab import Tab, paced
from demo.kit.words import say, words
from demo.photo import Photo
from demo.rescale.rescaled import Request, calibrated, draw, natural
from demo.rescale.tabs.rivals import compete, entrants, fair_key
from irn_core.measure.natural import frechet
from irn_core.measure.spread import rms

TAUS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25)
SMALLEST = 96
"""A picture with a shorter side has too few patches to compare their textures."""
KINDS = CALIBRATED, NATURAL = "calibrated", "natural"


class Place(NamedTuple):
    """Root mean square error in grey levels, and Fréchet distance of the textures from the original's."""

    name: str
    distortion: float
    perception: float


class Found(NamedTuple):
    """Lines of draws by kind, in the order of TAUS, and the rivals, as far as they are there."""

    lines: dict[str, list[Place]]
    rivals: list[Place]


class Plane(Tab[Request, Found | tuple[int, int]]):
    key = "plane"

    def build(self) -> None:
        self.outputs = {"chart": gr.HTML(say("kit.computing"), elem_id="plane-chart")}

    def compute(self, request: Request) -> Iterator[Found | tuple[int, int]]:
        """The places, or the size of a picture that is too small for them."""
        if min(request.photo.size) < SMALLEST:
            yield request.photo.size
            return
        yield from paced(_grow(request))

    def draw(self, found: Found | tuple[int, int]) -> dict[str, object]:
        return {"chart": plane_chart(found) if isinstance(found, Found) else ""}

    def finding(self, found: Found | tuple[int, int]) -> str:
        if isinstance(found, Found):
            return finding(found)
        height, width = found
        return say("plane.too_small", width=width, height=height, side=SMALLEST)

    def progress(self, found: Found | tuple[int, int]) -> tuple[int, int] | None:
        """The draws that are made, and all: they take the most time."""
        return (sum(map(len, found.lines.values())), len(TAUS) * len(found.lines)) if isinstance(found, Found) else None


def _grow(request: Request) -> Iterator[Found]:
    photo, scale = request.photo, request.scale
    nets = {CALIBRATED: calibrated(scale), NATURAL: natural(scale)}
    lines: dict[str, list[Place]] = {kind: [] for kind, net in nets.items() if net}
    rivals: list[Place] = []
    for tau in TAUS:
        for kind in lines:
            lines[kind] = [*lines[kind], place_of_draw(photo, nets[kind], tau, request.seed)]
            yield Found(dict(lines), rivals)
    for name in entrants(calibrated(scale))[:-1]:  # ours is the first dot of a line already
        rivals = [*rivals, place_of_rival(photo, calibrated(scale), name)]
        yield Found(dict(lines), rivals)


@cached
def place_of_draw(photo: Photo, net: str, tau: float, seed: int) -> Place:
    """Cached by content."""
    return _place(f"{tau:g}", photo, draw(photo, net, tau, seed))


@cached
def place_of_rival(photo: Photo, net: str, name: str) -> Place:
    """Cached by content."""
    return _place(fair_key(name), photo, compete(photo, net, name).x_hat)


def _place(name: str, photo: Photo, x_hat: np.ndarray) -> Place:
    return Place(name, float(rms(photo.pixels - x_hat.astype(np.float32))), frechet([x_hat], [photo.pixels]))


def finding(found: Found) -> str:
    """Least error and most natural texture are not the same picture: which are they?"""
    places = [(say(f"plane.{kind}"), place) for kind, line in found.lines.items() for place in line]
    if not found.rivals:
        return ""
    (of_error, nearest), (of_texture, truest) = (
        min(places, key=lambda item, figure=figure: getattr(item[1], figure)) for figure in Place._fields[1:]
    )
    if f"{nearest.perception:.1f}" == f"{truest.perception:.1f}":
        return say(
            "plane.both", kind=of_error, tau=nearest.name, error=f"{nearest.distortion:.1f}",
            texture=f"{nearest.perception:.1f}",
        )  # fmt: skip
    return say(
        "plane.finding", kind=of_error, tau=nearest.name, error=f"{nearest.distortion:.1f}",
        texture=f"{nearest.perception:.1f}", other=of_texture, other_tau=truest.name,
        other_error=f"{truest.distortion:.1f}", other_texture=f"{truest.perception:.1f}",
    )  # fmt: skip


def plane_chart(found: Found) -> str:
    """A line of draws for each kind, by temperature, and a dot for each rival."""
    lines = [
        Line(say(f"plane.{kind}"), kind, [_dot(f"{say(f'plane.{kind}')}, τ = {p.name}", p, p.name) for p in line])
        for kind, line in found.lines.items()
    ]
    names = words("rivals.names")
    lines += [Line(names[p.name], "rival", [_dot(names[p.name], p)]) for p in found.rivals]
    axes = Axes(say("plane.distortion"), say("plane.perception"), log=False)
    return chart(lines, None, say("plane.title"), axes)


def _dot(name: str, place: Place, tau: str = "") -> Dot:
    said = f"{name}: {place.distortion:.1f}, {place.perception:.1f}"
    return Dot(place.distortion, place.perception, said, f"tau={tau}" if tau else "")
