"""The tabs of Rescale mode: their components, and what is rendered in the open one."""

from collections.abc import Iterator

import gradio as gr

from demo import (
    analysis,
    arithmetic_page,
    break_page,
    fair_panels,
    figures,
    normality,
    normality_panels,
    panels,
    perception,
    text,
)
from demo.arithmetic_page import ArithmeticTab
from demo.break_page import BreakTab
from demo.parts import COUNT, ONE_AT_A_TIME, QUIET, SEED, TAU, clean, figure, in_turn, taking
from demo.service import Photo


class RescaleTabs:
    """Components of all tabs, made where it is constructed, in `column`."""

    def __init__(self, turn: gr.State):
        self.turn = turn
        self.open = gr.State("variability")
        with gr.Column() as self.column, gr.Tabs(elem_id="tabs"):
            with gr.Tab("Variability", id="variability") as variability:
                gr.Markdown(text.VARIABILITY)
                self.draw_cards = gr.HTML(text.COMPUTING)
                self.variability_figure = figure("variability", "Maps of spread and error, and plots of both")
            with gr.Tab("High frequencies", id="bands") as bands:
                gr.Markdown(text.BANDS)
                with gr.Row():
                    self.level = gr.Radio([1, 2], value=1, label="Haar level", info=text.LEVEL, elem_id="level")
                    self.kept = gr.CheckboxGroup(
                        list(analysis.BANDS), value=list(analysis.BANDS), label="Bands", info=text.BAND_SWITCH,
                        elem_id="bands",
                    )  # fmt: skip
                self.band_cards = gr.HTML(text.COMPUTING)
                self.bands_figure = figure("bands", "Haar bands of original, reconstruction and difference")
            with gr.Tab("Lost bits", id="lost-bits") as lost_bits:
                gr.Markdown(text.LOST_BITS)
                self.lost_table = gr.HTML(text.COMPUTING, elem_id="lost-table")
                self.lost_figure = figure("lost-bits", "Map of lost bits per pixel, and bytes by level and band")
            with gr.Tab("Gaussian?", id="gaussian") as gaussian:
                gr.Markdown(text.GAUSSIAN)
                self.normality_figure = figure("gaussian", "Densities and Q–Q plots of z and ε beside N(0, 1)")
                self.normality_tables = gr.HTML(text.COMPUTING, elem_id="gaussian-tables")
            with gr.Tab("Temperature", id="temperature") as temperature:
                gr.Markdown(text.TEMPERATURE)
                self.tau_chart = gr.HTML(text.COMPUTING, elem_id="tau-chart")
            with gr.Tab("Preserve · abandon · model", id="choices") as choices:
                gr.Markdown(text.CHOICES)
                self.choice_cards = gr.HTML(text.COMPUTING)
            with gr.Tab("Rivals", id="rivals") as rivals:
                gr.Markdown(text.FAIR)
                self.fair_cards = gr.HTML(text.COMPUTING, elem_id="fair-cards")
            with gr.Tab("z arithmetic", id="arithmetic") as arithmetic:
                self.arithmetic = ArithmeticTab()
            with gr.Tab("Break it", id="break") as broken:
                self.broken = BreakTab()
        self.items = (variability, bands, lost_bits, gaussian, temperature, choices, rivals, arithmetic, broken)
        self.outputs = [
            self.draw_cards, self.variability_figure, self.band_cards, self.bands_figure, self.lost_table,
            self.lost_figure, self.normality_figure, self.normality_tables, self.tau_chart, self.choice_cards,
            self.fair_cards, *self.arithmetic.outputs, *self.broken.outputs,
        ]  # fmt: skip

    def rendering(self, inputs: list, side: gr.State) -> dict:
        """The event that renders the open tab; inputs: photo, scale, tau, count, seed."""
        own = [self.level, self.kept, *self.broken.inputs, *self.arithmetic.inputs]
        return {
            "fn": in_turn(text.RESCALE, self.render),
            "inputs": [self.turn, *inputs, self.open, *own, side],
            "js": clean(None, None, None, TAU, COUNT, SEED, None, None, None, break_page.QUALITY, break_page.SIGMA),
            "outputs": self.outputs,
            "trigger_mode": "always_last",
            "show_progress": "minimal",
            "api_visibility": "private",
            **ONE_AT_A_TIME,
        }

    def events(self, inputs: list, side: gr.State) -> gr.events.Dependency:
        """Opening a tab, and the controls inside them; returns the event that the tab of rivals is open."""
        rendering = self.rendering(inputs, side)
        controls = [part.input for part in (self.level, self.kept, self.broken.quality, self.broken.sigma)]
        gr.on([*controls, *(tab.select for tab in self.items)], **taking(self.turn))
        opened = {tab.id: tab.select(lambda tab=tab: tab.id, None, self.open, **QUIET) for tab in self.items}
        for event in opened.values():
            event.then(**rendering)
        for control in controls:
            control(**rendering)
        self.broken.events(*inputs[:2])
        self.arithmetic.events(*inputs[:3], rendering)
        return opened["rivals"]

    def render(
        self, photo: Photo, scale: int, tau: float, count: int, seed: int, tab: str, level: int, kept: list, *own
    ) -> Iterator[dict]:
        """The contents of the open tab; the others cost nothing. `own` are the inputs of the last two."""
        broken, arithmetic = own[: len(self.broken.inputs)], own[len(self.broken.inputs) :]
        if tab == "variability":
            found = analysis.variability(photo, scale, tau, seed, count)
            cards, drawing = panels.draw_cards(found, tau, seed), figures.variability_figure(found, tau)
            yield {self.draw_cards: cards, self.variability_figure: drawing}
        elif tab == "bands":
            cards = panels.band_cards(photo, scale, level, tuple(kept))
            drawing = figures.bands_figure(analysis.high_frequencies(photo, scale, level))
            yield {self.band_cards: cards, self.bands_figure: drawing}
        elif tab == "lost-bits":
            drawing = figures.lost_figure(analysis.lost(photo, scale).information)
            yield {self.lost_table: panels.lost_table(photo, scale), self.lost_figure: drawing}
        elif tab == "gaussian":
            found = normality.cases(photo, scale)
            tables = normality_panels.tables(found, scale)
            yield {self.normality_figure: figures.normality_figure(found), self.normality_tables: tables}
        elif tab == "temperature":
            for points in perception.tau_curve(photo, scale, seed):
                yield {self.tau_chart: panels.tau_chart(points)}
        elif tab == "choices":
            yield {self.choice_cards: panels.choice_cards(photo, scale, seed)}
        elif tab == "rivals":
            yield from ({self.fair_cards: found} for found in fair_panels.fair_cards(photo, scale))
        elif tab == "arithmetic":
            for values in arithmetic_page.render(photo, scale, tau, seed, *arithmetic):
                yield dict(zip(self.arithmetic.outputs, values, strict=True))
        else:
            for values in break_page.render(photo, scale, seed, *broken):
                yield dict(zip(self.broken.outputs, values, strict=True))
