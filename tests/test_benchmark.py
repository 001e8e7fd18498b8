"""The Benchmark mode without its page: stored figures with their marks, and a visitor's ZIP, however hostile."""

import csv
import io
import json
import random
import re
import tracemalloc
import zipfile

import pytest

pytest.importorskip("gradio")

from demo.benchmark import mode, own_zip, stored
from demo.benchmark import tables as benchmark_tables
from demo.benchmark.own_zip import Batch, Skipped, csv_bytes, list_members
from demo.kit.chart import WIDE, Axes, Dot, Line, scatter
from demo.kit.events import Visit
from demo.kit.words import hint, say
from irn_core.errors import ImageError
from irn_core.measure.bench import paper_name
from irn_core.measure.rescaling import evaluate_rescale
from irn_core.measure.scores import FIGURES
from irn_core.pictures.files import encode_png
from irn_core.weights import find_weights, model_tag, read_info
from tests.helpers import smooth_pixels, tiny_irn, write_pictures

PNG = encode_png(smooth_pixels(24, 24))


@pytest.fixture(autouse=True)
def tiny(monkeypatch, one_thread):
    """A tiny network in place of all shipped ones."""
    irn = tiny_irn()
    monkeypatch.setattr(own_zip, "network", lambda name: irn)
    return irn


@pytest.fixture
def pack(tmp_path):
    """Write a ZIP of these members; a member's content may come with its method."""

    def write(members: dict, method: int = zipfile.ZIP_DEFLATED):
        path = tmp_path / "pictures.zip"
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return path

    return write


def finished(path) -> Batch:
    found = Batch(path, "tiny")
    while found.running:
        found.step()
    return found


def skipped(found: Batch) -> dict[str, str]:
    return {item.name: item.reason for item in found.done if isinstance(item, Skipped)}


def silent(_: str):
    pass


# A visitor's ZIP


def test_a_zip_is_scored_like_its_folder(tmp_path, pack, tiny):
    folder = write_pictures(tmp_path / "folder", 2)
    write_pictures(folder / "b", 1, 33, 47)
    write_pictures(folder / "a-b", 1)  # sorts otherwise than as text
    write_pictures(folder / "a", 1)
    files = sorted(folder.rglob("*.png"), reverse=True)
    found = finished(pack({str(file.relative_to(tmp_path)): file.read_bytes() for file in files}))
    expected = evaluate_rescale(tiny, "tiny", folder, 0.0, 0, report=silent)
    for row in expected["images"]:  # the page has no room for paths
        row["name"] = row["name"].rpartition("/")[2]
    assert found.result() == expected
    header, *lines, mean = csv.reader(io.StringIO(csv_bytes(expected).decode(), newline=""))
    assert header == ["name", *FIGURES]
    assert [line[0] for line in lines] == [row["name"] for row in expected["images"]] and mean[0] == "mean"
    for line, row in zip([*lines, mean], [*expected["images"], expected["mean"]], strict=True):
        assert [float(value) for value in line[1:]] == [row[key] for key in FIGURES]


def test_figures_that_json_calls_null_are_empty(pack):
    result = finished(pack({"a, b.png": encode_png(smooth_pixels(5, 5)), "c.png": PNG})).result()
    first, *_ = csv.DictReader(io.StringIO(csv_bytes(result).decode(), newline=""))
    assert first["name"] == "a, b.png" and first["ssim_y"] == "" and float(first["psnr_y"]) > 0


@pytest.mark.parametrize("content", [b"", b"these are words", PNG])
def test_what_is_no_zip_is_refused(tmp_path, content):
    (tmp_path / "words.zip").write_bytes(content)
    with pytest.raises(ImageError, match="not a ZIP"):
        list_members(tmp_path / "words.zip")
    with pytest.raises(ImageError, match="not a ZIP"):
        list_members(tmp_path / "gone.zip")  # an old upload


def test_a_zip_without_pictures_is_refused(pack):
    members = {"notes.txt": b"words", "__MACOSX/a.png": PNG, "._a.png": PNG, "folder.png/": b""}
    with pytest.raises(ImageError, match="no pictures"):
        list_members(pack(members))


def test_an_encrypted_zip_is_refused(pack):
    path = pack({"a.png": PNG})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(ImageError, match="encrypted"):
        list_members(path)


@pytest.mark.parametrize(
    ("limit", "value", "said"),
    [
        ("MAX_ZIP_BYTES", 100, "larger than"),
        ("MAX_ENTRIES", 2, "more than 2 files"),
        ("MAX_PICTURES", 2, "holds 3 pictures; at most 2"),
        ("MAX_UNPACKED_BYTES", 2 * len(PNG), "MB unpacked"),
    ],
)
def test_limits_hold_before_anything_is_unpacked(monkeypatch, pack, limit, value, said):
    monkeypatch.setattr(own_zip, limit, value)
    with pytest.raises(ImageError, match=said):
        list_members(pack({f"{i}.png": PNG for i in range(3)}))


def declare(path, size: int) -> None:
    """Forge the unpacked size of the first member in the directory of a ZIP."""
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = size.to_bytes(4, "little")
    path.write_bytes(data)


def test_a_bomb_is_refused_by_what_it_declares(pack):
    path = pack({"bomb.png": b"\0" * 1_000_000})
    declare(path, 2**31)
    with pytest.raises(ImageError, match="2,147 MB unpacked"):
        list_members(path)


def test_a_bomb_that_declares_little_is_not_unpacked(pack):
    path = pack({"bomb.png": b"\0" * 20_000_000, "good.png": PNG})
    declare(path, 1000)
    found = Batch(path, "tiny")
    tracemalloc.start()
    found.step()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "damaged" in skipped(found)["bomb.png"] and peak < 1_000_000
    found.step()
    assert [row["name"] for row in found.result()["images"]] == ["good.png"]


def test_unusable_pictures_are_skipped_and_named(pack, monkeypatch):
    monkeypatch.setattr(own_zip, "MAX_PAGE_PIXELS", 1000)
    members = {"cut.png": PNG[:300], "good.png": PNG, "large.png": encode_png(smooth_pixels(40, 40)), "text.jpg": b"no"}
    path = pack(members)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("packed.png", PNG)
    found = finished(path)
    assert [row["name"] for row in found.result()["images"]] == ["good.png"]
    reasons = skipped(found)
    assert "damaged" in reasons["cut.png"] and "not a picture" in reasons["text.jpg"]
    assert "megapixels" in reasons["large.png"] and "deflate" in reasons["packed.png"]
    table = benchmark_tables.batch_table(found)
    assert "skipped: it is not a picture" in table
    assert table.count("skipped:") == 4 and table.index("good.png") < table.rindex("mean")
    assert "1 of 5 pictures scored, 4 skipped" in benchmark_tables.batch_progress(found)


def test_all_pixels_together_are_bounded(pack, monkeypatch):
    monkeypatch.setattr(own_zip, "MAX_TOTAL_PIXELS", 2 * 24 * 24)
    found = finished(pack({f"{i}.png": PNG for i in range(3)}))
    assert len(found.result()["images"]) == 2
    assert "for all pictures" in skipped(found)["2.png"]


def test_no_picture_at_all_gives_no_table(pack):
    found = finished(pack({"a.png": b"words"}))
    assert found.result() is None
    assert mode.show(found)[2]["interactive"] is False


def test_paths_lead_nowhere_and_names_are_text(tmp_path, pack):
    path = pack({"a/<b>.png": PNG, "/etc/passwd.png": PNG, "../../up.png": PNG})
    before = sorted(tmp_path.rglob("*"))
    found = finished(path)
    assert [row["name"] for row in found.result()["images"]] == ["passwd.png", "<b>.png"]
    assert sorted(tmp_path.rglob("*")) == before
    assert "&lt;b&gt;.png" in benchmark_tables.batch_table(found)


def test_damaged_zips_never_crash(pack, monkeypatch, tiny):
    scores = own_zip.evaluate_picture(tiny, smooth_pixels(24, 24), 0, 0)
    monkeypatch.setattr(own_zip, "evaluate_picture", lambda *_: scores)
    path = pack({"a.png": PNG, "b/ü.png": PNG})
    data, rng = path.read_bytes(), random.Random(0)
    central = data.index(b"PK\x01\x02")
    outcomes = set()
    for trial in range(300):
        damaged = bytearray(data)
        first = 0 if trial % 3 == 0 else central  # most in the directory
        for _ in range(rng.randint(1, 3)):
            damaged[rng.randrange(first, len(data))] = rng.randrange(256)
        path.write_bytes(damaged if trial % 10 else damaged[: rng.randrange(len(data))])
        try:
            outcomes.add(len(skipped(finished(path))))
        except ImageError:
            outcomes.add("refused")
    assert outcomes >= {0, 1, "refused"}


# One picture after another


def test_every_step_asks_for_the_next_until_the_end(pack):
    path = pack({"a.png": PNG, "b.png": PNG})
    found, tick, progress, table, file, cancel = mode.start(Visit(), str(path), "tiny", None, 7)
    assert tick == 8 and "1 of 2: a.png …" in progress and table == ""
    assert cancel["interactive"] and not file["interactive"]
    tick, progress, table, file, _ = mode.step(Visit(), found, tick)
    assert tick == 9 and "2 of 2: b.png …" in progress and "a.png" in table and not file["interactive"]
    tick, progress, table, file, cancel = mode.step(Visit(), found, tick)
    assert tick == 9 and "2 of 2 pictures scored" in progress and not cancel["interactive"]
    with open(file["value"], "rb") as stream:
        assert stream.read() == csv_bytes(found.result())


def test_a_picture_in_work_does_not_count_after_cancel(pack, monkeypatch):
    found = Batch(pack({f"{i}.png": PNG for i in range(3)}), "tiny")
    mode.step(Visit(), found, 0)
    evaluate = own_zip.evaluate_picture

    def cancelled_meanwhile(*args):
        progress, table, file, cancel = mode.stop(Visit(), found)
        assert "Stopped after 1 of 3" in progress and "0.png" in table
        assert file["interactive"] and not cancel["interactive"]
        return evaluate(*args)

    monkeypatch.setattr(own_zip, "evaluate_picture", cancelled_meanwhile)
    tick, *_ = mode.step(Visit(), found, 1)
    assert not isinstance(tick, int) and len(found.done) == 1 and not found.running


def test_a_new_run_ends_the_former_and_a_bad_file_does_not(tmp_path, pack):
    import gradio as gr

    former = Batch(pack({"a.png": PNG}), "tiny")
    (tmp_path / "bad.zip").write_bytes(b"words")
    for path, said in ((None, "Drop a ZIP first"), (str(tmp_path / "bad.zip"), "not a ZIP")):
        with pytest.raises(gr.Error, match=said):
            mode.start(Visit(), path, "tiny", former, 0)
    assert former.running
    mode.start(Visit(), str(former.path), "tiny", former, 0)
    assert former.stopped


# Stored figures


@pytest.fixture
def results(tmp_path):
    """A folder of results: irn-x2 as `evaluate` writes it on both data sets."""
    for data, psnr in (("Set5", 41.234), ("BSD100", 38.765)):
        store(tmp_path, f"irn-x2-{data}-tau0.json", result("irn-x2", psnr))
    return tmp_path


def store(folder, name: str, found: dict) -> None:
    (folder / name).write_text(json.dumps(found))


def result(name: str, psnr: float, **changes) -> dict:
    mean = {"psnr_y": psnr, "ssim_y": 0.95678, "psnr_rgb": 35.5, "ssim_rgb": None, "lr_psnr": None}
    origin = {"command": "python -m irn_core <x>", "date": "2026-01-02T03:04:05+00:00", "weights": model_tag(name)}
    return {**origin, "model": name, "params": read_info_of(name).params, "images": [], "mean": mean, **changes}


def read_info_of(name: str):
    return read_info(find_weights(name))


def tables(folder) -> str:
    return benchmark_tables.rescale_tables(
        stored.shipped(folder), stored.shipped(folder, stored.REFINED), stored.published()
    )


def test_the_tables_show_what_is_stored(results):
    table = tables(results)
    for part in (
        "41.23",
        "38.77",
        "0.9568",
        "35.50",
        f"{read_info_of('irn-x2').params:,}",
        "2026-01-02",
        "irn_core &lt;x&gt;",
    ):
        assert part in table
    assert say("benchmark.stale") not in table and "41.23*" not in table
    assert table.index("irn-x4</th>") < table.index("Bicubic &amp; RCAN", table.index("irn-x4</th>"))  # with dashes


def test_refined_results_have_a_row_of_their_own(results):
    title = say("benchmark.refined").format("irn-x2", stored.REFINED)
    assert title not in tables(results)
    store(results, f"irn-x2-Set5-tau0-refine{stored.REFINED}.json", result("irn-x2", 44.567))
    table = tables(results)
    row = table[table.index(f"{title}</th>") :].split("</tr>")[0]
    assert "44.57" in row and "41.23" not in row and "41.23" in table


@pytest.mark.parametrize("changes", [{"weights": "irn-x2@000000000000"}, {"params": 17}])
def test_results_of_other_weights_are_marked(results, changes):
    store(results, "irn-x2-Set5-tau0.json", result("irn-x2", 41.234, **changes))
    table = tables(results)
    assert say("benchmark.stale") in table and "41.23*" in table and "38.77<" in table


def test_the_name_under_which_weights_were_measured_does_not_matter(results):
    fingerprint = model_tag("irn-x2").split("@")[1]
    store(results, "irn-x2-Set5-tau0.json", result("irn-x2", 41.234, weights=f"export@{fingerprint}"))
    assert say("benchmark.stale") not in tables(results)


def test_files_that_do_not_say_how_they_came_about_are_read(results):
    old = {key: value for key, value in result("irn-x2", 40.5).items() if key not in ("command", "date", "weights")}
    store(results, "irn-x2-Set5-tau0.json", old)
    found = stored.shipped(results)[0].results["Set5"]
    assert found.origin == stored.Origin(None, None, None, stale=False)
    assert "40.50" in tables(results) and say("benchmark.stale") not in tables(results)


def test_published_rows_are_those_of_their_source():
    rows = {(row.name, row.scale): row for row in stored.published()}
    assert len(rows) == 12
    assert rows["IRN", 2] == stored.Published("IRN", 2, 1_660_000, {"Set5": (43.99, 0.9871), "BSD100": (41.32, 0.9876)})
    assert rows["TAD & TAU", 4].scores == {"Set5": (31.81, None), "BSD100": (28.51, None)}
    table = tables(stored.RESULTS)
    for part in ("51.1 M", "33.83", ".9262", "1.66 M", stored.source()):
        assert part in table


def test_shipped_results_are_shown_and_plotted():
    models = stored.shipped()
    chart = benchmark_tables.parameters_chart(models, stored.published())
    for model in models:
        assert f"{model.params:,} parameters, {model.results['BSD100'].mean['psnr_y']:.2f} dB" in chart
    assert "IRN ×2: 1.66 M parameters, published, 41.32 dB" in chart
    assert chart.count('class="dot ours"') == 2 * len(models) and chart.count('class="dot published"') == 2 * 8
    rates = stored.rates()
    assert f"{rates.bd_rates['avif']:+.1f} %" in benchmark_tables.rates_table(rates)
    drawn = benchmark_tables.rates_chart(rates)
    assert len(rates.curves["icn"]) == drawn.count('<g class="dot icn"') / 2 > 5
    assert "VTM" in drawn and "autoencoder" not in drawn
    assert benchmark_tables.rates_chart(None) == ""


def test_without_stored_files_the_page_says_so(tmp_path):
    assert "—" in tables(tmp_path)
    assert stored.bench(tmp_path) is stored.rates(tmp_path) is None
    assert benchmark_tables.times_chart(None) == hint(say("benchmark.no_times"))
    assert benchmark_tables.rates_table(None) == hint(say("benchmark.no_results"))


def test_times_are_those_of_bench_per_megapixel(results):
    params = read_info_of("irn-x2").params
    times = {"scale": 2, "down_s": 1.0, "up_s": 2.0}
    rows = [
        {"name": paper_name(2), "params": 1_667_952, **times},
        {"name": "irn-x2", "params": params, **times},
        {"name": "irn-x2", "params": params + 1, **times},  # an earlier layout
        {"name": "irn-x4", "params": read_info_of("irn-x4").params, **times},  # its PSNR is not stored
    ]
    store(
        results, "bench.json", {"side": 2000, "processor": "A <chip>", "threads": 2, "date": "2026-01-02", "rows": rows}
    )
    found = stored.bench(results)
    assert found.timings == [
        stored.Timing(paper_name(2), 2, 0.25, 0.5, 41.32, ours=False),
        stored.Timing("irn-x2", 2, 0.25, 0.5, 38.765, ours=True),
    ]
    chart = benchmark_tables.times_chart(found)
    assert "irn-x2: 0.25 s down, 0.50 s up, 38.77 dB" in chart and "A &lt;chip&gt;, 2 threads" in chart


def test_names_of_neighbouring_dots_do_not_lie_on_each_other():
    known = (("irn-x4", 1.0, 35.0), ("irn-x4-plus", 1.02, 34.98), ("far", 9.0, 35.0))
    points = [Line(name, "ours", [Dot(x, y)]) for name, x, y in known]
    wide = re.search(r'<svg class="wide".*?</svg>', scatter(points, Axes("x", "y"), "said"), re.S)[0]
    at = {name: float(y) for y, name in re.findall(r'<text class="name ours" x="[\d.]+" y="([\d.]+)">([\w-]+)<', wide)}
    assert at.keys() == {"irn-x4", "irn-x4-plus", "far"}
    assert abs(at["irn-x4"] - at["irn-x4-plus"]) >= 0.9 * WIDE.letters and at["far"] == at["irn-x4"]
