"""Rescale on the page: its controls, its measures, its tabs, and the event that answers them."""

from collections.abc import Iterator, Sequence

import gradio as gr
import numpy as np
from gradio.components import Component

from demo.examples import FIRST, example
from demo.kit.address import Held, viewer_links
from demo.kit.cards import notices
from demo.kit.controls import (
    COUNT,
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
from demo.kit.events import QUIET, Visit, refusals
from demo.kit.link import choice
from demo.kit.progress import expected, share
from demo.kit.shared import Shared, Wiring
from demo.kit.tab import Tabs
from demo.kit.viewer import ViewerImage, viewer_value
from demo.kit.words import say
from demo.kit.work import ahead, one_turn
from demo.photo import Photo
from demo.rescale.draw import commands, file_part, finding, labelled, measures
from demo.rescale.footprint import places
from demo.rescale.report import python_lines, report
from demo.rescale.rescaled import (
    Request,
    Rescaled,
    calibrated,
    draw,
    natural,
    rescale,
    scale_of,
    work,
)
from demo.rescale.tabs import TABS
from demo.rescale.tabs.refine import Refine
from irn_core.ops.metrics import psnr_y

KEY = "rescale"
PICTURE = "rescale picture"
"""Under this key of a visit stands what the viewer shows but for the draws."""
SCALES = (2, 4, 8)
FIRST_SCALE = 4
NATURAL, CALIBRATED = "natural", "calibrated"
KINDS = (NATURAL, CALIBRATED)
"""What draws are to be."""


def net_of(scale: int, kind: str) -> str:
    """The network of a scale for a kind of draws, or the calibrated one where no other ships."""
    return (kind == NATURAL and natural(scale)) or calibrated(scale)


def nets(kind: str) -> list[tuple[str, str]]:
    """The scales to choose from, each with its network."""
    return [(f"×{scale}", net_of(scale, kind)) for scale in SCALES]


def switch_kind(kind: str, net: str) -> dict:
    """The same scale by the network for another kind of draws."""
    return choose_net(scale_of(net), kind)


def choose_net(scale: int, kind: str) -> dict:
    """A scale, with the networks of a kind to choose from."""
    return gr.update(choices=nets(kind), value=net_of(scale, kind))


def first_request() -> Request:
    """What the page starts with."""
    return Request(Photo(example(FIRST), FIRST), net_of(FIRST_SCALE, NATURAL), TAU.first, COUNT.first, SEED.first)


def first_settings() -> tuple:
    """Values of a mode's `settings` for that."""
    _, _, *draws = first_request()
    return NATURAL, choose_net(FIRST_SCALE, NATURAL), *draws


class RescaleMode:
    """Components of the mode, made in two places of the page, then tied together by `wire`."""

    key = KEY

    def __init__(self):
        self.first: tuple[Request, Rescaled, list[np.ndarray]] | None = None
        ahead(self._prepare)

    def _prepare(self) -> None:
        request = first_request()
        drawn = [draw(*request[:3], seed) for seed in seeds(request.seed, request.count)]
        self.first = request, rescale(*request[:2]), drawn

    def controls(self) -> None:
        """Below the choice of a picture."""
        choices = nets(NATURAL)
        first = net_of(FIRST_SCALE, NATURAL)
        self.net = gr.Radio(
            choices, value=first, label=say("rescale.scale_label"), info=say("rescale.scale"), elem_id="scale"
        )
        self.kind = gr.Radio(
            [(say(f"rescale.kinds.{kind}"), kind) for kind in KINDS], value=NATURAL,
            label=say("kit.draws"), info=say("rescale.kind"), elem_id="kind",
            visible=any(map(natural, SCALES)),
        )  # fmt: skip
        self.kind.input(switch_kind, [self.kind, self.net], self.net, **QUIET)
        self.draws = draw_controls("", "rescale.draws")
        self.refine = gr.Button(say("refine.button"), size="sm", elem_id="refine")
        self.settings = [self.kind, self.net, *self.draws[1:]]

    def build_tabs(self) -> None:
        """Below the viewer."""
        self.tabs = Tabs([tab() for tab in TABS], "tabs", self._measures)

    def _measures(self) -> None:
        self.table = gr.HTML(elem_id="measures")
        with gr.Row(elem_classes="files"):
            self.lr_file = gr.DownloadButton(say("rescale.lr_file"), size="sm")
            self.reconstruction_file = gr.DownloadButton(say("rescale.reconstruction_file"), size="sm")
            self.report = ReportButton("")
        self.commands, self.python = command_lines(), python_code()

    def wire(self, shared: Shared) -> Wiring:
        """What the mode asks of the page's event, and the events of its tabs."""
        self.shared = shared
        _, tau, count, seed = self.draws
        request = dict(zip(Request._fields, (shared.photo, self.net, tau, count, seed), strict=True))
        self.results = [
            shared.viewer, shared.status, self.table, shared.notice, self.lr_file, self.reconstruction_file,
            self.commands, self.python,
        ]  # fmt: skip
        for tab in self.tabs.all.values():
            tab.wire(request | {"visit": shared.visit})
        self.tabs.opens(self.refine, Refine.key)
        self.report.makes(make_report, list(request.values()))
        return Wiring(
            [self.net.change, *self.draws.triggers, *self.tabs.triggers],
            [*request.values(), self.tabs.open, *self.tabs.inputs],
            [*self.results, *self.tabs.outputs],
            self.answer,
            [self.net],
        )

    def links(self) -> list[Held]:
        """What of the mode stands in links."""
        when = {"mode": KEY}
        scales = {net_of(scale, kind): scale for scale in SCALES for kind in KINDS}
        return [
            self.tabs.link(KEY),
            Held(choice("kind", NATURAL, KINDS, when=when, step=True), self.kind),
            Held(
                choice("scale", FIRST_SCALE, SCALES, when=when, step=True), self.net, names=scales,
                show=lambda values: {self.net: choose_net(values["scale"], values["kind"])},
            ),
            *self.draws.links(KEY),
            *viewer_links(KEY, ["original", "reconstruction", "lr", "bicubic", *self.tabs.picture_keys()]),
        ]  # fmt: skip

    def first_view(self, photo: Photo, values: dict[str, object]) -> dict[Component, object]:
        """What the page shows before anybody asks, if it is what the values of a link say and has been computed.

        It never waits for that: what comes late would overwrite what a visitor has asked for meanwhile.
        """
        if not self.first or values["mode"] != KEY:
            return {}
        net = net_of(values["scale"], values["kind"])
        request = Request(photo, net, values["tau"], values["draws"], values["seed"])
        return self._shown(*self.first) if request == self.first[0] else {}

    def answer(
        self, visit: Visit, photo: Photo, net: str, tau: float, count: int, seed: int, tab: str, *own
    ) -> Iterator[dict[Component, object]]:
        """The result if it is not shown yet, then the open tab."""
        request = Request(photo, net, tau, count, seed)
        if visit.shown.get(KEY) != (request, photo.name):
            is_known = visit.shown.get(PICTURE) == (photo, net)
            visit.shown = {PICTURE: (photo, net)} if is_known else {}  # neither the old result nor all of the new one
            for values in self._show(request, is_known):
                yield values
                if self.table in values:
                    visit.shown = {PICTURE: (photo, net)}
            visit.shown |= {KEY: (request, photo.name)}
        with refusals():
            for drawn, pictures, progress in self.tabs.render(tab, request, own, (net, photo.pixels.size)):
                added = {self.shared.viewer: self._viewer(request, pictures)} if pictures else {}
                yield {self.shared.progress: progress} | drawn | added

    def _show(self, request: Request, is_known: bool) -> Iterator[dict[Component, object]]:
        """The likeliest reconstruction as soon as it is there, then the progress, then all draws.

        Where it is known, the former draws stay until the first new one is there.
        """
        photo, net, tau, count, seed = request
        if not is_known:
            waiting = say("rescale.computing", name=photo.name, scale=request.scale)
            yield {self.shared.status: waiting, self.shared.progress: expected(*work(request))}
        result = rescale(photo, net)
        values = {} if is_known else self._shown(request, result, [])
        drawn: list[np.ndarray] = []
        for draw_seed in seeds(seed, count):
            status = say("kit.drawing", name=photo.name, number=len(drawn) + 1, count=count)
            yield values | {self.shared.status: status, self.shared.progress: share(len(drawn), count)}
            drawn.append(draw(photo, net, tau, draw_seed))
            is_first = is_known and len(drawn) == 1
            values = {self.shared.viewer: viewer(request, result, drawn)} if is_first else {}
        yield self._shown(request, result, drawn)

    def _shown(self, request: Request, result: Rescaled, drawn: Sequence[np.ndarray]) -> dict[Component, object]:
        photo, scale, tau, seed = request.photo, request.scale, request.tau, request.seed
        name = f"{stem(photo.name)}-{file_part(request.net)}"
        form = "one" if len(drawn) == 1 else "many"
        said = say(f"rescale.status.{form}", name=photo.name, scale=scale, count=len(drawn), tau=tau)
        values = (
            viewer(request, result, drawn),
            said,
            measures(result),
            notices(photo.name, photo.notices),
            download(f"{name}-lr.png", result.lr_png),
            download(f"{name}-reconstruction.png", result.reconstruction_png),
            commands(request.net, tau, seed),
            python_lines(request.net, tau, seed),
        )
        return dict(zip(self.results, values, strict=True))

    def _viewer(self, request: Request, added: Sequence[ViewerImage]) -> dict:
        """The pictures of the result, and those of a tab."""
        photo, net, tau, count, seed = request
        drawn = [draw(photo, net, tau, k) for k in seeds(seed, count)]
        return viewer(request, rescale(photo, net), drawn, added)


@one_turn
def make_report(photo: Photo, net: str, tau: float, count: int, seed: int) -> str:
    """The ZIP of what is on the page, as a file to download."""
    request = Request(photo, net, tau, count, seed)
    drawn = [draw(photo, net, tau, k) for k in seeds(seed, count)]
    return download(f"{stem(photo.name)}-{file_part(net)}-report.zip", report(request, drawn))


def viewer(
    request: Request, result: Rescaled, drawn: Sequence[np.ndarray], added: Sequence[ViewerImage] = ()
) -> dict[str, object]:
    """Every picture of a result, what the network gains in a sentence, and where to look."""
    where = places(request.photo, request.net)
    return viewer_value(
        [*pictures(request, result, drawn), *added], *result.size, result.scale, "bicubic", "reconstruction",
        finding(result), subject=request.photo.digest, opening=where.gain, places=where.loss,
    )  # fmt: skip


def pictures(request: Request, result: Rescaled, drawn: Sequence[np.ndarray]) -> list[ViewerImage]:
    """Every picture of a result with its label, for the viewer."""
    photo, scale, tau = request.photo, request.scale, request.tau
    images = [
        ViewerImage("original", say("kit.original"), photo.pixels),
        labelled("reconstruction", say("rescale.reconstruction"), result.scores.psnr_y, result.reconstruction),
    ]
    for number, pixels in enumerate(drawn, start=1):
        psnr = psnr_y(photo.pixels, pixels, scale)
        images.append(labelled(f"draw-{number}", say("kit.draw", number=number, tau=tau), psnr, pixels))
    images.append(ViewerImage("lr", say("rescale.lr", width=result.lr.shape[1], height=result.lr.shape[0]), result.lr))
    images.append(labelled("bicubic", say("rescale.bicubic"), result.bicubic_scores.psnr_y, result.bicubic))
    return images
