"""The Compress side of the page: its components and the events between them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import gradio as gr

from demo import compression_panels, curves, figures, text
from demo.bits import account
from demo.compress_results import Curve, Shown, compare, results, show, variability
from demo.compression import BPP, BYTES, NAMES, QUALITY, TARGETS, open_icn
from demo.parts import (
    COUNT,
    HIDDEN,
    ONE_AT_A_TIME,
    QUIET,
    SEED,
    TAU,
    Limits,
    Turns,
    clean,
    command_lines,
    draw_controls,
    figure,
    in_turn,
    next_seed,
    only_while,
    refusals,
    taking,
)
from irn_core.coding.icn_file import QUALITY_STEPS

FIRST_QUALITY = 50
SCALED = ("webp", "avif", "jpeg", "icn")
"""Codecs that can also store a smaller picture."""


class CompressPage:
    """Components of the mode; made in three places of the page, then tied together by `events`."""

    def __init__(self, side: gr.State, photo: gr.State, turns: Turns):
        self.side, self.photo, self.turns = side, photo, turns
        self.shown, self.curve, self.tab = gr.State(None), gr.State(None), gr.State("curve")

    def controls(self) -> gr.Column:
        with gr.Column(visible=False) as column:
            self.target = gr.Radio(list(TARGETS), value=QUALITY, label="Aim at", info=text.TARGET, elem_id="target")
            self.quality = gr.Slider(
                0, 100, FIRST_QUALITY, step=1, label=QUALITY, info=text.QUALITY, elem_id="quality"
            )  # fmt: skip
            self.bpp = gr.Number(1, label=BPP, info=text.AMOUNT, step=0.01, visible=False, elem_id="bpp")
            self.bytes = gr.Number(
                30000, label=BYTES, info=text.AMOUNT, precision=0, step=1000, visible=False, elem_id="bytes"
            )  # fmt: skip
            self.draws = draw_controls("icn-", text.COMPRESS_DRAWS)
            self.upload = gr.File(label=text.OPEN_ICN, elem_id="open-icn", height=84)
        return column

    def measures(self) -> gr.Column:
        with gr.Column(visible=False) as column:
            self.table = gr.HTML(elem_id="compress-measures")
            with gr.Row():
                self.icn_file = gr.DownloadButton("File (.icn)", size="sm", elem_id="icn-file")
                self.png_file = gr.DownloadButton("Decoded (PNG)", size="sm", elem_id="decoded-file")
            self.commands = command_lines()
        return column

    def tabs(self) -> gr.Column:
        with gr.Column(visible=False) as column, gr.Tabs(elem_id="compress-tabs"):
            with gr.Tab("Rate–distortion", id="curve") as curve:
                gr.Markdown(text.CURVE)
                self.curve_chart = gr.HTML(text.COMPUTING, elem_id="curve-chart")
            with gr.Tab("Where the bits went", id="bits") as bits:
                gr.Markdown(text.BITS)
                self.bits_figure = figure("bits", "Map of bits per pixel, and bytes by level and band")
                self.level_cards = gr.HTML(text.COMPUTING)
            with gr.Tab("Variability", id="lost") as lost:
                gr.Markdown(text.LOST)
                self.draw_cards = gr.HTML(text.COMPUTING)
                self.draws_figure = figure("lost", "Maps of spread and error, and plots of both")
            with gr.Tab("Downscale + compress", id="scaled") as scaled:
                gr.Markdown(text.SCALED)
                self.codec = gr.Radio(
                    [(NAMES[codec], codec) for codec in SCALED], value=SCALED[0], label="Codec", elem_id="codec"
                )  # fmt: skip
                self.claims = gr.HTML(text.COMPUTING)
                self.scale_chart = gr.HTML(elem_id="scale-chart")
                self.scale_cards = gr.HTML()
        self.tab_items = (curve, bits, lost, scaled)
        return column

    def events(self, triggers: list[Callable], viewer: gr.HTML, status: gr.Textbox, notice: gr.HTML) -> None:
        """`triggers` are the events of the page after which the picture is compressed anew; each takes a turn."""
        self.viewer, self.status, self.notice = viewer, status, notice
        self.aim = [self.photo, self.target, self.quality, self.bpp, self.bytes]
        amounts = [self.quality.change, self.bpp.submit, self.bpp.blur, self.bytes.submit, self.bytes.blur]
        drawn = [self.draws.tau.change, self.draws.count.change, self.draws.seed.change]
        gr.on([*amounts, *drawn, self.upload.upload], **taking(*self.turns))
        gr.on([self.codec.input, *(tab.select for tab in self.tab_items)], **taking(self.turns.tab))
        opened = self.upload.upload(self.read_icn, self.upload, self._results(), show_progress_on=status,
                                    api_visibility="private", **ONE_AT_A_TIME)  # fmt: skip
        for ended in (opened.success, opened.failure):
            ended(lambda: None, None, self.upload, **QUIET)
        self.target.input(self.switch_target, [self.target, self.shown], [self.quality, self.bpp, self.bytes], **QUIET)
        fresh = [trigger(**self._compress()) for trigger in triggers] + [gr.on(amounts, **self._compress()), opened]
        refused = [event.failure for event in fresh]  # the result that stays is completed
        for trigger in [event.success for event in fresh] + refused + drawn:
            self._compare(trigger)
        for tab in self.tab_items:
            tab.select(lambda tab=tab: tab.id, None, self.tab, **QUIET).then(**self._render_tab())
        self.codec.input(**self._render_tab())
        self.draws.resample.click(next_seed, [self.draws.count, self.draws.seed], self.draws.seed,
                                  js=clean(COUNT, SEED), **HIDDEN)  # fmt: skip

    def _results(self) -> list:
        return [
            self.shown, self.viewer, self.status, self.notice, self.table, self.icn_file, self.png_file,
            self.curve_chart,
        ]  # fmt: skip

    def _compress(self) -> dict:
        limits = (None, None, Limits(0, 100, FIRST_QUALITY), Limits(0.0001, 1000, 1), Limits(1, 1e9, 30000, True))
        return {
            "fn": only_while(text.COMPRESS, show), "inputs": [*self.aim, self.curve, self.side],
            "outputs": self._results(), "js": clean(*limits), "show_progress": "full", "show_progress_on": self.status,
            "trigger_mode": "always_last", "api_visibility": "private", **ONE_AT_A_TIME,
        }  # fmt: skip

    def _compare(self, trigger: Callable) -> None:
        """The slow part of a result, then the open tab."""
        trigger(
            in_turn(text.COMPRESS, once_shown(compare)),
            [self.turns.result, self.shown, *self.draws[1:], self.side],
            [self.viewer, self.status, self.table, self.commands],
            js=clean(None, None, TAU, COUNT, SEED), trigger_mode="always_last", **HIDDEN, **ONE_AT_A_TIME,
        ).success(**self._render_tab())  # fmt: skip

    def _render_tab(self) -> dict:
        return {
            "fn": in_turn(text.COMPRESS, once_shown(self.render_tab)),
            "inputs": [self.turns.tab, self.shown, *self.draws[1:], self.tab, self.codec, self.side],
            "outputs": [
                self.curve, self.curve_chart, self.bits_figure, self.level_cards, self.draw_cards, self.draws_figure,
                self.claims, self.scale_chart, self.scale_cards,
            ],
            "js": clean(None, None, TAU, COUNT, SEED),
            "trigger_mode": "always_last",
            "show_progress": "minimal",
            "api_visibility": "private",
            **ONE_AT_A_TIME,
        }  # fmt: skip

    def read_icn(self, path: str) -> tuple:
        name = unquote(Path(path).name)
        with refusals():
            coded = open_icn(path, name)
            aim = compression_panels.aim_option(QUALITY, coded.setting / QUALITY_STEPS)
            return results(Shown(name, coded, None, aim))

    def switch_target(self, target: str, shown: Shown | None) -> list:
        """Show the field of the target; its number is that of the present file."""
        updates = [gr.update(visible=target == name) for name in TARGETS]
        if shown:
            updates[1]["value"], updates[2]["value"] = round(shown.coded.bpp, 4), len(shown.coded.data)
        return updates

    def render_tab(self, shown: Shown, tau: float, count: int, seed: int, tab: str, codec: str) -> Iterator[dict]:
        """The contents of the open tab, as they come; the others cost nothing."""
        if tab == "bits":
            found = account(shown.coded.data)
            yield {
                self.bits_figure: figures.bits_figure(found),
                self.level_cards: compression_panels.level_cards(found, shown.coded),
            }
        elif shown.photo is None:
            yield {
                "curve": {self.curve_chart: text.NO_ORIGINAL},
                "lost": {self.draw_cards: text.NO_ORIGINAL, self.draws_figure: None},
                "scaled": {self.claims: text.NO_ORIGINAL, self.scale_chart: "", self.scale_cards: ""},
            }[tab]
        elif tab == "curve":
            yield from self._render_curve(shown)
        elif tab == "lost":
            found = variability(shown, tau, seed, count)
            yield {
                self.draw_cards: compression_panels.draw_cards(found, tau, seed),
                self.draws_figure: figures.variability_figure(found, tau),
            }
        else:
            yield from self._render_scaled(shown, codec)

    def _render_curve(self, shown: Shown) -> Iterator[dict]:
        for progress in curves.codec_curves(shown.photo):
            yield {self.curve_chart: compression_panels.curve_chart(progress, shown.coded)}
        yield {self.curve: Curve(shown.photo, progress)}

    def _render_scaled(self, shown: Shown, codec: str) -> Iterator[dict]:
        for progress in curves.scale_curves(shown.photo, codec):
            yield {self.scale_chart: compression_panels.scale_chart(progress, codec, shown.coded)}
        yield {self.claims: compression_panels.claims(progress, codec)}
        yield {self.scale_cards: compression_panels.scale_cards(shown.photo, codec, len(shown.coded.data))}


def once_shown(generate: Callable[..., Iterator]) -> Callable[..., Iterator]:
    """An event that does nothing before there is a result, its first input."""

    def run(shown: Shown | None, *inputs) -> Iterator:
        yield from generate(shown, *inputs) if shown else [gr.skip()]

    return run
