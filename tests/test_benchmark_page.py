"""Benchmark mode in a browser: stored figures, a visitor's ZIP, and a page that stays as it was behind it."""

import csv
import io
import json
import re
import time
import zipfile

import pytest

pytestmark = pytest.mark.browser
pytest.importorskip("gradio")

from demo.benchmark import own_zip, stored  # noqa: E402
from demo.kit.controls import COUNT, TAU  # noqa: E402
from demo.rescale.rescaled import draw, rescale  # noqa: E402
from irn_core.measure.rescaling import evaluate_rescale  # noqa: E402
from irn_core.measure.scores import FIGURES  # noqa: E402
from irn_core.weights import load_model  # noqa: E402
from tests.helpers import write_pictures  # noqa: E402
from tests.test_page import FIRST, Explorer  # noqa: E402
from tests.test_viewer import PHONE  # noqa: E402


class Bench(Explorer):
    """The page, with its Benchmark mode."""

    def choose_mode(self, name: str) -> None:
        self.page.locator("#mode label").filter(has_text=name).click()

    def upload_zip(self, folder) -> None:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, f"pictures/{file.name}")
        field = {"name": "pictures.zip", "mimeType": "application/zip", "buffer": content.getvalue()}
        self.page.set_input_files("#zip input[type=file]", field)
        self.page.locator("#zip [aria-label='pictures.zip']").wait_for()

    def wait_for_progress(self, said: str | re.Pattern) -> None:
        self.page.locator("#batch-progress").get_by_text(said).wait_for()


@pytest.fixture
def bench(page, address):
    explorer = Bench(page, address)
    explorer.wait_for("draw-4", draw(FIRST, "irn-x2", TAU.first, 3))
    return explorer


def test_tables_show_the_stored_figures(bench):
    bench.choose_mode("Benchmark")
    bench.page.locator("#rescaling-tables table").first.wait_for()
    shown = bench.page.inner_text("#rescaling-tables")
    for scale in (2, 4):
        for data in stored.DATA_SETS:
            mean = json.loads((stored.RESULTS / f"irn-x{scale}-{data}-tau0.json").read_text())["mean"]
            assert f"{mean['psnr_y']:.2f}" in shown and f"{mean['ssim_y']:.4f}" in shown
    assert "41.32" in shown
    bench.page.focus("#parameters-chart .dot.ours")
    assert bench.page.locator("#parameters-chart .dot.ours text").first.is_visible()
    bench.open_tab("Codecs")
    bench.page.locator("#rates-table").get_by_text(f"{stored.rates().bd_rates['avif']:+.1f} %").wait_for()


def test_the_page_stays_as_it_was_behind_it(bench, monkeypatch):
    bench.click("[data-zoom='4']")
    bench.open_tab("High frequencies")
    bench.page.locator("#bands-figure img:visible").first.wait_for()
    status, computed = bench.page.input_value("#status textarea"), []
    monkeypatch.setattr("demo.rescale.mode.rescale", lambda *request: computed.append(request) or rescale(*request))
    bench.choose_mode("Benchmark")
    bench.page.locator("#rescaling-tables table").first.wait_for()
    assert not bench.page.locator("#viewer").is_visible()
    bench.choose_mode("Rescale")
    bench.page.locator("#viewer").wait_for()
    assert not bench.page.locator("#rescaling-tables").is_visible()
    assert bench.page.locator("#level").is_visible()
    time.sleep(1)  # nothing may begin
    assert not computed
    assert bench.state["zoom"] == 4 and bench.page.input_value("#status textarea") == status
    bench.choose_mode("Benchmark")
    bench.choose_mode("Compress")
    bench.page.locator("#compress-measures table").wait_for()
    assert "icn" in bench.state["keys"] and bench.page.locator("#viewer").is_visible()
    assert bench.page.locator("#quality").is_visible() and not bench.page.locator("#bytes").is_visible()


def test_a_zip_gives_the_table_of_evaluate(bench, tmp_path):
    folder = write_pictures(tmp_path / "pictures", 2)
    bench.choose_mode("Benchmark")
    bench.open_tab("Your ZIP")
    bench.page.click("#run")
    bench.page.locator(".toast-body.error").filter(has_text="Drop a ZIP first").wait_for()
    bench.upload_zip(folder)
    bench.page.locator("#batch-model").get_by_text("irn-x4", exact=True).click()
    bench.page.click("#run")
    bench.wait_for_progress("2 of 2 pictures scored")
    with bench.page.expect_download() as download:
        bench.page.click("#csv")
    assert download.value.suggested_filename == "scores-irn-x4.csv"
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))
    expected = evaluate_rescale(load_model("irn-x4"), "irn-x4", folder, 0.0, 0, report=lambda _: None)
    assert [row["name"] for row in rows] == ["00.png", "01.png", "mean"]
    for row, right in zip(rows, [*expected["images"], expected["mean"]], strict=True):
        assert [float(row[key]) for key in FIGURES] == pytest.approx([right[key] for key in FIGURES])
    assert f"{expected['mean']['psnr_y']:.2f}" in bench.page.inner_text("#batch-table tfoot")


def test_others_have_their_turn_and_cancel_works_at_once(bench, new_page, address, tmp_path, monkeypatch):
    scores = own_zip.evaluate_picture(load_model("irn-x2"), FIRST.pixels[:64, :64], 0, 0)
    monkeypatch.setattr(own_zip, "evaluate_picture", lambda *_: time.sleep(0.5) or scores)
    folder = write_pictures(tmp_path / "pictures", 99)
    bench.choose_mode("Benchmark")
    bench.open_tab("Your ZIP")
    bench.upload_zip(folder)
    bench.page.click("#run")
    bench.wait_for_progress("2 of 99: 01.png …")
    other = Explorer(new_page(), address)
    other.page.click("#resample")
    other.wait_for("draw-1", draw(FIRST, "irn-x2", 1.0, COUNT.first))
    bench.wait_for_progress(" of 99: ")
    bench.page.click("#cancel")
    bench.wait_for_progress("Stopped after ")
    count = bench.page.locator("#batch-table tbody tr").count()
    time.sleep(1.2)  # two more would be done
    assert bench.page.locator("#batch-table tbody tr").count() == count < 99
    assert f"Stopped after {count} of 99" in bench.page.inner_text("#batch-progress")
    bench.page.click("#run")  # and again
    bench.wait_for_progress(re.compile(r"^\s*([3-9]|\d\d) of 99: "))
    bench.page.click("#cancel")


def test_phone_has_no_sideways_scroll(new_page, address):
    phone = Bench(new_page(**PHONE), address)
    phone.choose_mode("Benchmark")
    phone.page.locator("#rescaling-tables table").first.wait_for()
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.open_tab("Your ZIP")
    phone.page.locator("#run").wait_for()
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
