"""Compress on the page: its controls, its measures, its tabs, and the event that answers them."""

from collections.abc import Iterator, Sequence

import gradio as gr
import numpy as np
from gradio.components import Component

from demo.compress.aim import Aim, AimControls, compressed, opened, read_icn
from demo.compress.coded import (
    MODELS,
    NAMES,
    TARGETS,
    Coded,
    Request,
    Shown,
    decode,
    decoding_time,
    looks,
    match,
    work,
)
from demo.compress.draw import byte_count, commands, measures, viewer
from demo.compress.report import python_lines, report
from demo.compress.tabs import TABS
from demo.kit.address import Held, viewer_links
from demo.kit.cards import notices, told
from demo.kit.controls import (
    SEED,
    TAU,
    ReportButton,
    command_lines,
    download,
    draw_controls,
    python_code,
    seeds,
    stem,
)
from demo.kit.events import HIDDEN, MODEL, QUIET, Visit, refusals
from demo.kit.progress import expected, share
from demo.kit.shared import Shared, Wiring
from demo.kit.tab import Tabs
from demo.kit.viewer import ViewerImage, viewer_value
from demo.kit.words import say, speak
from demo.kit.work import one_turn
from demo.photo import Photo, original_bytes
from irn_core.coding import available
from irn_core.coding.codecs import CODECS
from irn_core.errors import IRNError
from irn_core.ops.metrics import psnr_rgb
from irn_core.pictures.files import encode_png

KEY = "compress"
OTHERS = tuple(
    name for name in ("jpeg", "jpeg-cleaned", "webp", "jpeg2000", "avif", "jpegxl", *MODELS) if name in CODECS
)
"""Rivals at the same bytes, in the order of their speed; of MODELS the one that did not make the file."""


class CompressMode:
    """Components of the mode, made in two places of the page, then tied together by `wire`."""

    key = KEY

    def controls(self) -> None:
        """Below the choice of a picture."""
        if not available():
            gr.HTML(told(say("compress.missing")), elem_id="compress-off")
        with gr.Column(visible=available()):
            self.aim = AimControls()
            self.draws = draw_controls("icn-", "compress.draws")
            self.upload = gr.File(label=say("compress.open"), elem_id="open-icn", height=84)

    def build_tabs(self) -> None:
        """Below the viewer."""
        self.tabs = Tabs([tab() for tab in TABS], "compress-tabs", self._measures)
        self.tabs.strip.visible = available()

    def _measures(self) -> None:
        self.table = gr.HTML(elem_id="compress-measures")
        with gr.Row(elem_classes="files"):
            self.icn_file = gr.DownloadButton(say("compress.file"), size="sm", elem_id="icn-file")
            self.png_file = gr.DownloadButton(say("compress.decoded_file"), size="sm", elem_id="decoded-file")
            self.report = ReportButton("icn-")
        self.commands, self.python = command_lines(), python_code("icn-")

    def wire(self, shared: Shared, asked: gr.Number) -> Wiring:
        """What the mode asks of the page's event, and what prepares it; an opened file makes `asked` grow."""
        self.shared = shared
        self.results = [
            shared.viewer, shared.status, shared.notice, self.table, self.icn_file, self.png_file, self.commands,
            self.python,
        ]  # fmt: skip
        chosen = self.upload.upload(read_icn, [shared.visit, self.upload, asked], asked, **HIDDEN, **MODEL)
        for ended in (chosen.success, chosen.failure):
            ended(lambda: None, None, self.upload, **QUIET)
        self.report.makes(make_report, [shared.visit])
        self.aim.wire(shared.visit)
        aimed = [self.aim.model, self.aim.target, *self.aim.fields]
        return Wiring(
            [*self.aim.triggers, *self.draws.triggers, *self.tabs.triggers],
            [shared.photo, *aimed, *self.draws[1:], self.tabs.open, *self.tabs.inputs],
            [*self.results, *self.tabs.outputs],
            self.answer,
            aimed,
        )

    def links(self) -> list[Held]:
        """What of the mode stands in links."""
        return [
            self.tabs.link(KEY),
            *self.aim.links(KEY),
            *self.draws.links(KEY),
            *viewer_links(KEY, ["original", *OTHERS, *self.tabs.picture_keys()]),
        ]

    def answer(
        self, visit: Visit, photo: Photo, model: str, target: str, quality: float, bpp: float, size: float,
        tau: float, count: int, seed: int, tab: str, *own,
    ) -> Iterator[dict[Component, object]]:  # fmt: skip
        """The file if it is not shown yet, its rivals and draws, then the open tab."""
        if not available():
            yield {self.shared.status: say("compress.is_off"), self.shared.viewer: _original_alone(photo)}
            return
        aim = Aim(photo, target, dict(zip(TARGETS, (quality, bpp, size), strict=True))[target], model)
        refusal = None
        try:
            shown = opened(visit, aim)
            if not shown and (left := work(*aim)):
                visit.shown.pop("compared", None)  # the status of what is shown has to come again
                waiting = say("compress.computing", name=photo.name)
                yield {self.shared.status: waiting, self.shared.progress: expected(*left)}
            shown = shown or compressed(aim)
        except IRNError as error:
            refusal, shown = error, visit.shown.get("file")  # the file that stays is completed
        if shown:
            yield from self._complete(visit, Request(shown, tau, count, seed), tab, own)
        if refusal:
            with refusals():
                raise refusal

    def _complete(self, visit: Visit, request: Request, tab: str, own: tuple) -> Iterator[dict[Component, object]]:
        shown = request.shown
        if visit.shown.get("file") != shown:
            visit.shown = {}
            yield self._file(shown)
            visit.shown = {"file": shown}
            if (
                tab == "curve" and visit.kept.get("curve") == shown.photo
            ):  # all measured already: the marker moves at once
                yield from self._tab(tab, request, own)
        compared = visit.shown.get("compared")
        if compared != request:
            yield from self._compare(request, compared is not None)
            visit.shown["compared"] = request
        with refusals():
            yield from self._tab(tab, request, own)
        if tab == "curve":
            visit.kept["curve"] = shown.photo

    def _tab(self, tab: str, request: Request, own: tuple) -> Iterator[dict[Component, object]]:
        for drawn, pictures, progress in self.tabs.render(tab, request, own, (KEY, request.shown.coded.pixels.size)):
            added = {self.shared.viewer: _with_added(request, pictures)} if pictures else {}
            yield {self.shared.progress: progress} | drawn | added

    def _file(self, shown: Shown) -> dict[Component, object]:
        """The file and its picture."""
        name, coded, photo, aim = shown
        values = (
            _viewer(shown, [], [], 0),
            f"{status_of(shown)} …",  # rivals and draws are to come
            notices(photo.name, photo.notices) if photo else "",
            _measures(shown, [], None),
            download(f"{stem(name)}.icn", coded.data),
            download(f"{stem(name)}-decoded.png", encode_png(coded.pixels)),
            commands(aim, TAU.first, SEED.first),
            python_lines(shown, TAU.first, SEED.first),
        )
        return dict(zip(self.results, values, strict=True))

    def _compare(self, request: Request, is_known: bool) -> Iterator[dict[Component, object]]:
        """The rivals at the same bytes, one after the other, the draws, then the slowest of the figures.

        Where all but the draws is known, the former draws stay until the first new one is there.
        """
        shown, tau, count, seed = request
        decoding = decoding_time(shown.coded.data)
        others = _others(shown)
        rivals = _rivals(shown) if is_known else []
        drawn: list = []
        looked: dict[str, float] = _looked(shown, rivals) if is_known else {}
        files = 1 + len(others) if shown.photo else 0
        steps = len(others) + count + files

        def so_far(doing: str) -> dict[Component, object]:
            values = {
                self.shared.progress: share(len(rivals) + len(drawn) + len(looked), steps),
                self.shared.status: doing,
                self.table: _measures(shown, rivals, decoding, looked),
                self.commands: commands(shown.aim, tau, seed),
                self.python: python_lines(shown, tau, seed),
            }
            return (
                values if is_known and not drawn else values | {self.shared.viewer: _viewer(shown, rivals, drawn, tau)}
            )

        for codec in others[len(rivals) :]:
            yield so_far(say("compress.looking", name=shown.name, codec=NAMES[codec]))
            rivals.append(match(shown.photo, codec, len(shown.coded.data)))
        for nth, draw_seed in enumerate(seeds(seed, count), start=1):
            yield so_far(say("kit.drawing", name=shown.name, number=nth, count=count))
            drawn.append(_draw(shown, tau, draw_seed))
        yield so_far(status_of(shown))
        for coded in (shown.coded, *rivals)[len(looked) :] if shown.photo else ():
            looked[coded.codec] = looks(shown.photo, coded.codec, coded.data)
            done = share(len(rivals) + len(drawn) + len(looked), steps)
            yield {self.table: _measures(shown, rivals, decoding, looked), self.shared.progress: done}


@one_turn
def make_report(visit: Visit) -> str:
    """The ZIP of what is on the page, as a file to download."""
    speak(visit.language)
    request = visit.shown.get("compared")
    with refusals():
        if request is None or request.shown.photo is None:
            raise IRNError(say(f"report.{'nothing' if request else 'too_early'}"))
    return download(f"{stem(request.shown.name)}-icn-report.zip", report(request, _rivals(request.shown)))


def _others(shown: Shown) -> list[str]:
    """Who is compared with a file, where an original is there to compress."""
    return [codec for codec in OTHERS if shown.photo and codec != shown.coded.codec]


def _rivals(shown: Shown) -> list[Coded]:
    """Their files at the same bytes."""
    return [match(shown.photo, codec, len(shown.coded.data)) for codec in _others(shown)]


def _looked(shown: Shown, rivals: list[Coded]) -> dict[str, float]:
    """What eyes make of each file, as far as an original is there to compare with."""
    files = (shown.coded, *rivals) if shown.photo else ()
    return {coded.codec: looks(shown.photo, coded.codec, coded.data) for coded in files}


def status_of(shown: Shown) -> str:
    return say("compress.status", name=shown.name, size=byte_count(shown.coded))


def _original_alone(photo: Photo) -> dict:
    """The viewer where nothing can be compressed, which says why."""
    images = [ViewerImage("original", say("kit.original"), photo.pixels)]
    return viewer_value(images, *photo.pixels.shape[:2], 1, notice=say("compress.missing"), subject=photo.digest)


def _measures(shown: Shown, rivals: list[Coded], decoding: float | None, looked: dict[str, float] | None = None) -> str:
    size = original_bytes(shown.photo) if shown.photo else None
    return measures(shown.coded, rivals, size, decoding, looked)


def _draw(shown: Shown, tau: float, seed: int) -> tuple[np.ndarray, float | None]:
    """A draw, and its PSNR-RGB where the original is known."""
    pixels = decode(shown.coded.data, tau, seed)
    return pixels, psnr_rgb(shown.photo.pixels, pixels) if shown.photo else None


def _with_added(request: Request, added: Sequence[ViewerImage]) -> dict:
    """The viewer with all that was computed, and the pictures of a tab."""
    shown, tau, count, seed = request
    return _viewer(shown, _rivals(shown), [_draw(shown, tau, k) for k in seeds(seed, count)], tau, added)


def _viewer(shown: Shown, rivals: list[Coded], drawn: list, tau: float, added: Sequence[ViewerImage] = ()) -> dict:
    original = shown.photo.pixels if shown.photo else None
    notice = None if shown.photo else say("compress.opened", name=shown.name)
    subject = shown.photo.digest if shown.photo else shown.name
    return viewer(shown.coded, original, rivals, drawn, tau, notice, subject, added)
