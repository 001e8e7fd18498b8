"""Benchmark on the page: stored figures beside published ones, and a visitor's own pictures."""

from pathlib import Path

import gradio as gr

from demo.benchmark import own_zip, stored, tables
from demo.benchmark.own_zip import Batch
from demo.kit.address import Held
from demo.kit.controls import download
from demo.kit.events import HIDDEN, MODEL, Visit, refusals
from demo.kit.tab import Strip
from demo.kit.words import lasting, say, speak
from demo.kit.work import one_turn
from demo.photo import MAX_PAGE_PIXELS
from irn_core.errors import IRNError
from irn_core.nets.irn import IRN
from irn_core.weights import list_weights

RIVAL_SCALE = 4
"""At which rivals were trained."""


class BenchmarkMode:
    """Components of the mode, all in `column`."""

    key = "benchmark"

    def build(self) -> None:
        """Below all else."""
        self.batch = gr.State(None)
        self.tick = gr.State(0)  # every new number asks for the next picture
        tabs = (
            ("rescaling", say("benchmark.tabs.rescaling"), self._rescaling),
            ("codecs", say("benchmark.tabs.codecs"), self._compression),
            ("zip", say("benchmark.tabs.own"), self._own),
        )
        with gr.Column(visible=False, elem_id="benchmark") as self.column:
            self.tabs = Strip("benchmark-tabs", tabs)

    def links(self) -> list[Held]:
        """What of the mode stands in links."""
        return [self.tabs.link(self.key)]

    def _rescaling(self) -> None:
        models, rows = stored.shipped(), stored.published()
        refined = stored.shipped(refine=stored.REFINED)
        gr.HTML(lasting(lambda: tables.rescale_finding(models, rows)))
        gr.Markdown(say("benchmark.rescaling"))
        gr.HTML(lasting(lambda: tables.rescale_tables(models, refined, rows)), elem_id="rescaling-tables")
        gr.Markdown(say("benchmark.rivals"))
        rivals = stored.competing(RIVAL_SCALE)
        gr.HTML(lasting(lambda: tables.rivals_table(RIVAL_SCALE, rivals)), elem_id="rivals-table")
        gr.Markdown(say("benchmark.parameters"))
        gr.HTML(lasting(lambda: tables.parameters_chart(models, rows)), elem_id="parameters-chart")
        gr.Markdown(say("benchmark.times"))
        timed = stored.bench()
        gr.HTML(lasting(lambda: tables.times_chart(timed)), elem_id="times-chart")

    def _compression(self) -> None:
        found = stored.rates()
        if found:
            gr.HTML(lasting(lambda: tables.rates_finding(found)))
            gr.Markdown(say("benchmark.rates", pictures=found.pictures))
        gr.HTML(lasting(lambda: tables.rates_chart(found)), elem_id="rates-chart")
        gr.HTML(lasting(lambda: tables.rates_table(found)), elem_id="rates-table")

    def _own(self) -> None:
        gr.Markdown(
            say(
                "benchmark.run",
                pictures=own_zip.MAX_PICTURES,
                megabytes=own_zip.MAX_ZIP_BYTES >> 20,
                megapixels=MAX_PAGE_PIXELS / 1e6,
                total=own_zip.MAX_TOTAL_PIXELS / 1e6,
            )
        )
        names = [path.stem for path in list_weights(IRN)]
        with gr.Row():
            self.zip = gr.File(label=say("benchmark.zip"), file_types=[".zip"], elem_id="zip", height=84)
            said = say("benchmark.model")
            self.model = gr.Radio(
                names, value=names[0], label=say("benchmark.model_label"), info=said, elem_id="batch-model"
            )
        with gr.Row():
            self.run = gr.Button(say("benchmark.start"), variant="primary", elem_id="run")
            self.cancel = gr.Button(say("benchmark.cancel"), interactive=False, elem_id="cancel")
            self.csv = gr.DownloadButton(say("benchmark.csv"), interactive=False, elem_id="csv")
        self.progress = gr.HTML(elem_id="batch-progress")
        self.table = gr.HTML(elem_id="batch-table")

    def wire(self, visit: gr.State) -> None:
        """A picture is an event: the model is free for other visitors between two, and a closed page ends the batch.

        An event cannot trigger itself, but a change of a state that it returns can.
        """
        shown = [self.progress, self.table, self.csv, self.cancel]
        self.run.click(
            start, [visit, self.zip, self.model, self.batch, self.tick], [self.batch, self.tick, *shown], **HIDDEN
        )  # fmt: skip
        stepped = self.tick.change(
            step, [visit, self.batch, self.tick], [self.tick, *shown], trigger_mode="always_last", **HIDDEN, **MODEL
        )
        for ended in (self.cancel.click, stepped.failure):
            ended(stop, [visit, self.batch], shown, **HIDDEN)


def start(visit: Visit, path: str | None, model: str, former: Batch | None, tick: int) -> tuple:
    """Begin a batch in place of the former one."""
    speak(visit.language)
    with refusals():
        if path is None:
            raise IRNError(say("benchmark.no_zip"))
        found = Batch(Path(path), model)
    if former:
        former.stopped = True
    return found, tick + 1, *show(found)


@one_turn
def step(visit: Visit, found: Batch, tick: int) -> tuple:
    """Score one picture, and ask for the next."""
    speak(visit.language)
    if found.running:
        found.step()
    if found.stopped:  # whoever stopped it has shown so
        return (gr.skip(),) * 5
    return tick + found.running, *show(found)


def stop(visit: Visit, found: Batch) -> tuple:
    """End a batch with what it has; a picture in work does not count any more."""
    speak(visit.language)
    found.stopped = True
    return show(found)


def show(found: Batch) -> tuple:
    """The values of progress, table, CSV and the button Cancel."""
    result = None if found.running else found.result()
    file = download(f"scores-{found.model}.csv", own_zip.csv_bytes(result)) if result else None
    return (
        tables.batch_progress(found),
        tables.batch_table(found),
        gr.update(value=file, interactive=bool(file)),
        gr.update(interactive=found.running),
    )
