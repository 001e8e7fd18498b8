"""What can be taken along: Compress' report, Python that gives the same file, animations for slides."""

import io
import json
import re
import zipfile

import numpy as np
import pytest

pytest.importorskip("gradio")
pytest.importorskip("constriction")

import irn_core
from demo.compress.coded import EYES, ICN, Request, Shown, aim_option, compress, decode, match, setting_for
from demo.compress.report import python_lines, report
from demo.kit.animate import encode_animated_png, wipe
from demo.photo import Photo
from irn_core.cli.main import main
from irn_core.coding.icn_file import QUALITY_STEPS
from irn_core.pictures.clips import read_clip
from irn_core.pictures.files import read_picture
from tests.helpers import noise_pixels, smooth_pixels

PHOTO = Photo(smooth_pixels(48, 64, seed=6), "mine.png")


def test_a_report_holds_what_is_on_the_page_and_gives_it_again(tmp_path, monkeypatch):
    x, quality = PHOTO, 35
    coded = compress(x, quality * QUALITY_STEPS)
    request = Request(Shown(x.name, coded, x, f"--quality {quality}"), 0.8, 2, 5)
    rivals = [match(x, "jpeg", len(coded.data))]
    data = report(request, rivals)
    assert data == report(request, rivals)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(tmp_path)
    drawn = [decode(coded.data, 0.8, seed) for seed in (5, 6)]
    shown = {"original": x.pixels, "decoded": coded.pixels, "jpeg": rivals[0].pixels}
    shown |= {f"draw-{k}": pixels for k, pixels in enumerate(drawn, start=1)}
    for name, pixels in shown.items():
        assert np.array_equal(read_picture(tmp_path / f"{name}.png").pixels, pixels), name
    assert (tmp_path / "picture.icn").read_bytes() == coded.data
    rows = {row["picture"]: row for row in json.loads((tmp_path / "numbers.json").read_text())["pictures"]}
    assert rows["decoded"]["psnr_rgb"] == pytest.approx(coded.scores.psnr_rgb)
    assert rows["jpeg"]["bytes"] == len(rivals[0].data)
    page = (tmp_path / "index.html").read_text()
    assert "http" not in page and all(f'src="{name}.png"' in page for name in shown)
    assert all((tmp_path / name).exists() for name in re.findall(r'src="([^"]+)"', page))
    assert b"<svg" in (tmp_path / "figure-1.svg").read_bytes() and "figure-1.png" in page
    # The Python of the report, and its command lines, give the same pixels and the same file.
    monkeypatch.chdir(tmp_path)
    for way in ("python", "commands"):
        for name in ("picture.icn", "decoded.png", "draw-1.png"):
            (tmp_path / name).unlink()
        if way == "python":
            exec(compile((tmp_path / "same.py").read_text(), "same.py", "exec"), {})
        else:
            for line in (tmp_path / "commands.txt").read_text().splitlines():
                assert main(line.split()[3:]) == 0
        assert (tmp_path / "picture.icn").read_bytes() == coded.data, way
        for name, pixels in (("decoded", coded.pixels), ("draw-1", drawn[0])):
            assert np.array_equal(read_picture(tmp_path / f"{name}.png").pixels, pixels), (way, name)


@pytest.mark.parametrize("target, amount, model", [("bpp", 1.5, ICN), ("bytes", 700, EYES)])
def test_python_gives_a_file_that_was_aimed_at_by_its_size(target, amount, model):
    x = PHOTO
    coded = compress(x, setting_for(x, target, amount, model), model)
    lines = python_lines(Shown("x", coded, x, aim_option(target, amount, model)), 1.0, 0)
    found = {"x": x.pixels, "encode": irn_core.encode}
    exec(next(line for line in lines.splitlines() if line.startswith("data =")), found)
    assert found["data"] == coded.data


def test_an_animated_split_moves_from_one_picture_to_the_other_and_back():
    left, right = noise_pixels(12, 40, 1), noise_pixels(12, 40, 2)
    frames = wipe(left, right)
    assert np.array_equal(frames[0], right) and np.array_equal(frames[-1], left)
    clip = read_clip(encode_animated_png(frames))
    assert len(clip.frames) == 2 * len(frames) - 2
    assert all(np.array_equal(a, b) for a, b in zip(clip.frames, [*frames, *frames[-2:0:-1]], strict=True))


def saved(page, press: str) -> bytes:
    with page.expect_download() as download:
        page.locator(press).first.click()
    return download.value.path().read_bytes()


@pytest.mark.slow
def test_figures_and_the_report_are_saved_from_the_page(new_page, address):
    page = new_page()
    page.goto(f"{address}?mode=compress&tab=bits")
    page.wait_for_function("document.querySelector('#status textarea')?.value.endsWith('bytes')")
    page.locator("#bits-figure .save").wait_for()
    said = page.inner_text("#bits-finding .claim")
    svg = saved(page, "#bits-figure .save button:has-text('SVG')").decode()
    words = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))
    assert said in words and "astronaut · ICN, 17, 0.139 bpp · τ = 1 · seed = 0" in words
    assert svg.count("<image") == 2 and "http" not in svg.replace("http://www.w3.org/2000/svg", "")
    png = read_picture(saved(page, "#bits-figure .save button:has-text('PNG')")).pixels
    assert png.shape[1] == 2400 and png.std() > 10
    page.get_by_role("tab", name="Measures").click()
    with zipfile.ZipFile(io.BytesIO(saved(page, "#icn-report"))) as archive:
        assert {"picture.icn", "index.html", "same.py", "split.gif", "figure-1.svg"} <= set(archive.namelist())
