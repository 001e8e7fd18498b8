"""The Benchmark side of the page: its components and the events between them."""

from pathlib import Path

import gradio as gr

from demo import batch, benchmark, benchmark_panels, text
from demo.batch import Batch
from demo.parts import HIDDEN, ONE_AT_A_TIME, download, refusals
from demo.service import MAX_PAGE_PIXELS
from irn_core.errors import IRNError
from irn_core.nets.irn import IRN
from irn_core.weights import list_weights

RIVAL_SCALE = 4
"""At which rivals were trained."""


class BenchmarkPage:
    """Components of the mode, all in `column`."""

    def __init__(self):
        self.batch = gr.State(None)
        self.tick = gr.State(0)  # every new number asks for the next picture
        with gr.Column(visible=False, elem_id="benchmark") as self.column, gr.Tabs(elem_id="benchmark-tabs"):
            with gr.Tab("Rescaling"):
                self._rescaling()
            with gr.Tab("Codecs"):
                self._compression()
            with gr.Tab("Your ZIP"):
                self._own()
        self._events()

    def _rescaling(self) -> None:
        models, rows = benchmark.shipped(), benchmark.published()
        gr.Markdown(text.RESCALING_TABLES)
        gr.HTML(benchmark_panels.rescale_tables(models, rows), elem_id="rescaling-tables")
        gr.Markdown(text.RIVALS_TABLE)
        gr.HTML(benchmark_panels.rivals_table(RIVAL_SCALE, benchmark.competing(RIVAL_SCALE)), elem_id="rivals-table")
        gr.Markdown(text.PARAMETERS_CHART)
        gr.HTML(benchmark_panels.parameters_chart(models, rows), elem_id="parameters-chart")
        gr.Markdown(text.TIMES_CHART)
        gr.HTML(benchmark_panels.times_chart(benchmark.bench()), elem_id="times-chart")

    def _compression(self) -> None:
        found = benchmark.rates()
        if found:
            gr.Markdown(text.RATES_TABLE.format(pictures=found.pictures))
        gr.HTML(benchmark_panels.rates_table(found), elem_id="rates-table")

    def _own(self) -> None:
        gr.Markdown(
            text.RUN.format(
                pictures=batch.MAX_PICTURES,
                megabytes=batch.MAX_ZIP_BYTES >> 20,
                megapixels=MAX_PAGE_PIXELS / 1e6,
                total=batch.MAX_TOTAL_PIXELS / 1e6,
            )
        )
        names = [path.stem for path in list_weights(IRN)]
        with gr.Row():
            self.zip = gr.File(label=text.ZIP, file_types=[".zip"], elem_id="zip", height=84)
            self.model = gr.Radio(names, value=names[0], label="Model", info=text.MODEL, elem_id="batch-model")
        with gr.Row():
            self.run = gr.Button("Run", variant="primary", elem_id="run")
            self.cancel = gr.Button("Cancel", interactive=False, elem_id="cancel")
            self.csv = gr.DownloadButton("Table (CSV)", interactive=False, elem_id="csv")
        self.progress = gr.HTML(elem_id="batch-progress")
        self.table = gr.HTML(elem_id="batch-table")

    def _events(self) -> None:
        """A picture is an event: the model is free for other visitors between two, and a closed page ends the batch.

        An event cannot trigger itself, but a change of a state that it returns can.
        """
        shown = [self.progress, self.table, self.csv, self.cancel]
        self.run.click(
            start, [self.zip, self.model, self.batch, self.tick], [self.batch, self.tick, *shown], **HIDDEN
        )  # fmt: skip
        stepped = self.tick.change(
            step, [self.batch, self.tick], [self.tick, *shown], trigger_mode="always_last", **HIDDEN, **ONE_AT_A_TIME
        )
        for ended in (self.cancel.click, stepped.failure):
            ended(stop, self.batch, shown, **HIDDEN)


def start(path: str | None, model: str, former: Batch | None, tick: int) -> tuple:
    """Begin a batch in place of the former one."""
    with refusals():
        if path is None:
            raise IRNError(text.NO_ZIP)
        found = Batch(Path(path), model)
    if former:
        former.stopped = True
    return found, tick + 1, *show(found)


def step(found: Batch, tick: int) -> tuple:
    """Score one picture, and ask for the next."""
    if found.running:
        found.step()
    if found.stopped:  # whoever stopped it has shown so
        return (gr.skip(),) * 5
    return tick + found.running, *show(found)


def stop(found: Batch) -> tuple:
    """End a batch with what it has; a picture in work does not count any more."""
    found.stopped = True
    return show(found)


def show(found: Batch) -> tuple:
    """The values of progress, table, CSV and the button Cancel."""
    result = None if found.running else found.result()
    file = download(f"scores-{found.model}.csv", batch.csv_bytes(result)) if result else None
    return (
        benchmark_panels.batch_progress(found),
        benchmark_panels.batch_table(found),
        gr.update(value=file, interactive=bool(file)),
        gr.update(interactive=found.running),
    )
