"""What the events of Compress mode give back: the values of its components."""

from collections.abc import Iterator
from typing import NamedTuple

import gradio as gr

from demo import analysis, compression_panels, curves, panels
from demo.compression import NAMES, TARGETS, Coded, compress, decode, decoding_time, match, setting_for
from demo.parts import download, refusals, stem
from demo.service import Photo, original_bytes
from demo.viewer import ViewerImage, viewer_value
from irn_core.ops.metrics import psnr_rgb
from irn_core.pictures.files import encode_png

OTHERS = ("jpeg", "webp", "jpeg2000", "avif")
"""In the order of their speed."""


class Shown(NamedTuple):
    """What the page shows: a picture compressed here, or (without a photo) an opened file."""

    name: str
    coded: Coded
    photo: Photo | None
    aim: str  # the option of the command line that gives this file


class Curve(NamedTuple):
    """A finished rate–distortion chart, kept so that its marker can move at once."""

    photo: Photo
    progress: curves.Progress


def show(photo: Photo, target: str, quality: float, bpp: float, size: float, curve: Curve | None) -> Iterator[tuple]:
    """The file and its picture, as soon as they are there."""
    amount = dict(zip(TARGETS, (quality, bpp, size), strict=True))[target]
    with refusals():
        coded = compress(photo, setting_for(photo, target, amount))
    yield results(Shown(photo.name, coded, photo, compression_panels.aim_option(target, amount)), curve)


def results(shown: Shown, curve: Curve | None = None) -> tuple:
    """The values of `CompressPage._results`."""
    name, coded, photo, _ = shown
    marked = gr.skip()
    if curve and curve.photo == photo:
        marked = compression_panels.curve_chart(curve.progress, coded)
    return (
        shown,
        viewer_of(shown, [], [], 0),
        status_of(shown),
        panels.notices(photo) if photo else "",
        measures_of(shown, [], None),
        download(f"{stem(name)}.icn", coded.data),
        download(f"{stem(name)}-decoded.png", encode_png(coded.pixels)),
        marked,
    )


def compare(shown: Shown, tau: float, count: int, seed: int) -> Iterator[tuple]:
    """The rivals at the same bytes, one after the other, then the draws: viewer, status, measures and commands."""
    decoding = decoding_time(shown.coded.data)
    commands = compression_panels.commands(shown.aim, tau, seed)
    rivals, drawn = [], []

    def so_far(doing: str) -> tuple:
        return viewer_of(shown, rivals, drawn, tau), doing, measures_of(shown, rivals, decoding), commands

    for codec in OTHERS if shown.photo else ():
        yield so_far(f"{shown.name}: looking for {NAMES[codec]} of the same size …")
        rivals.append(match(shown.photo, codec, len(shown.coded.data)))
    for number, draw_seed in enumerate(analysis.seeds(seed, count), start=1):
        yield so_far(f"{shown.name}: drawing {number} of {count} …")
        drawn.append(decode(shown.coded.data, tau, draw_seed))
    yield so_far(status_of(shown))


def status_of(shown: Shown) -> str:
    return f"{shown.name}: {compression_panels.byte_count(shown.coded)}"


def measures_of(shown: Shown, rivals: list[Coded], decoding: float | None) -> str:
    original = original_bytes(shown.photo) if shown.photo else None
    return compression_panels.measures(shown.coded, rivals, original, decoding)


def viewer_of(shown: Shown, rivals: list[Coded], drawn: list, tau: float) -> dict:
    """The value of the viewer: every picture with its label."""
    coded, photo = shown.coded, shown.photo
    images = [ViewerImage("original", "Original", photo.pixels)] if photo else []
    images.append(ViewerImage("icn", compression_panels.label(coded), coded.pixels))
    images += [ViewerImage(rival.codec, compression_panels.label(rival), rival.pixels) for rival in rivals]
    for number, pixels in enumerate(drawn, start=1):
        psnr = f" · {panels.decibels(psnr_rgb(photo.pixels, pixels))}" if photo else ""
        images.append(ViewerImage(f"draw-{number}", f"Draw {number}, τ = {tau:g}{psnr}", pixels))
    notice = None if photo else f"{shown.name}, decoded here: there is no original to compare with, so no PSNR."
    return viewer_value(images, *coded.pixels.shape[:2], 1, notice=notice)


def variability(shown: Shown, tau: float, seed: int, count: int) -> analysis.Variability:
    """Draws from the file, with maps of spread and error."""
    drawn = tuple(decode(shown.coded.data, tau, s) for s in analysis.seeds(seed, count))
    x = shown.photo.pixels
    return analysis.compare_draws(x, shown.coded.pixels, drawn, lambda x_hat: psnr_rgb(x, x_hat), "PSNR-RGB")
