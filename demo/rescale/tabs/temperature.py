"""The tab "Temperature": perception against distortion, what τ buys and costs on one picture."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import gradio as gr
import numpy as np

from demo.kit.chart import Axes, Dot, Line, chart
from demo.kit.numbers import decibels
from demo.kit.tab import Tab
from demo.kit.words import hint, say
from demo.photo import Photo
from demo.rescale.rescaled import Request, draw, scale_of
from demo.rescale.tabs.bands import detail_energy
from irn_core.ops.metrics import psnr_y

TAUS = tuple(k / 10 for k in range(16))


class Point(NamedTuple):
    """A draw at tau: its PSNR-Y in dB, and its finest detail energy as a share of the original's."""

    tau: float
    psnr_y: float
    energy: float


def tau_curve(photo: Photo, net: str, seed: int) -> Iterator[list[Point]]:
    """The points for TAUS as they come, all from one noise: the list grows."""
    original, points = detail_energy(photo.pixels), []
    for tau in TAUS:
        x_hat = draw(photo, net, tau, seed)
        share = detail_energy(x_hat) / original if original else float("nan")
        points.append(Point(tau, psnr_y(photo.pixels, x_hat, scale_of(net)), share))
        yield list(points)


def matching_tau(points: list[Point]) -> float | None:
    """The first tau at which a draw has the original's detail energy, between points by interpolation."""
    for before, after in pairwise(points):
        if before.energy <= 1 <= after.energy:
            return float(np.interp(1, (before.energy, after.energy), (before.tau, after.tau)))
    return None


def point_at(points: list[Point], tau: float) -> Point | None:
    """A draw at any tau, between points by interpolation; None where they do not reach yet."""
    if not points or not points[0].tau <= tau <= points[-1].tau:
        return None
    taus = [point.tau for point in points]
    psnr, energy = (float(np.interp(tau, taus, values)) for values in list(zip(*points, strict=True))[1:])
    return Point(tau, psnr, energy)


class Curve(NamedTuple):
    """The points so far, where a draw has as much detail as the original (tau and PSNR-Y, if anywhere), and the
    point of the tau that is set.
    """

    points: list[Point]
    matching: tuple[float, float] | None
    here: Point | None
    is_whole: bool


class Temperature(Tab[Request, Curve]):
    key = "temperature"

    def build(self) -> None:
        self.outputs = {"chart": gr.HTML(say("kit.computing"), elem_id="tau-chart")}

    def compute(self, request: Request) -> Iterator[Curve]:
        for points in tau_curve(request.photo, request.net, request.seed):
            known = [point for point in points if math.isfinite(point.energy)]
            yield Curve(known, matching(known), point_at(known, request.tau), len(points) == len(TAUS))

    def progress(self, found: Curve) -> tuple[int, int]:
        return len(found.points), len(TAUS)

    def draw(self, found: Curve) -> dict[str, object]:
        return {"chart": tau_chart(found.points, found.here)}

    def finding(self, found: Curve) -> str:
        return tau_finding(found) if found.is_whole else ""


def matching(points: list[Point]) -> tuple[float, float] | None:
    """Tau and PSNR-Y at which a draw has the original's detail energy."""
    tau = matching_tau(points)
    return None if tau is None else (tau, point_at(points, tau).psnr_y)


def tau_finding(found: Curve) -> str:
    """At which temperature a draw has as much detail as the original, and what that costs."""
    if not found.points:
        return say("temperature.finding.none")
    coldest = found.points[0]
    if found.matching:
        tau, psnr = found.matching
        return say("temperature.finding.matching", tau=tau, psnr=decibels(psnr), coldest=decibels(coldest.psnr_y))
    most = max(found.points, key=lambda point: point.energy)
    form, point = ("above", coldest) if coldest.energy > 1 else ("below", most)
    return say(f"temperature.finding.{form}", tau=point.tau, energy=100 * point.energy, psnr=decibels(point.psnr_y))


def tau_chart(points: Sequence[Point], here: Point | None) -> str:
    """Error against detail by temperature, with a mark at the tau that is set."""
    if not points:
        return hint(say("temperature.no_detail"))
    line = Line(f"τ = {points[0].tau:g} … {points[-1].tau:g}", "icn", [_tau_dot(point, "dot") for point in points])
    axes = Axes(say("temperature.energy"), say("temperature.psnr"), log=False)
    return chart([line], here and _tau_dot(here, "here"), say("temperature.chart"), axes)


def _tau_dot(point: Point, form: str) -> Dot:
    said = say(f"temperature.{form}", tau=point.tau, energy=100 * point.energy, psnr=decibels(point.psnr_y))
    return Dot(100 * point.energy, point.psnr_y, said, f"tau={point.tau:g}")
