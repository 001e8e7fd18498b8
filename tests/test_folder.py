"""Folders: which files are taken, by which names, and that nothing is left out without a word."""

import json
import shutil

import pytest
from PIL import Image

from irn_core.errors import ImageError
from irn_core.pictures.folder import EXTENSIONS, list_pictures, load_pictures, open_folder
from tests.helpers import noise_pixels, pixels_of, refused, run, write_pictures


@pytest.fixture
def folder(tmp_path):
    return write_pictures(tmp_path / "pictures", 2)


def test_all_that_is_read_is_taken_by_its_name(folder):
    image = Image.fromarray(noise_pixels(8, 8))
    for name in ("a.ppm", "b.pgm", "c.pnm", "d.jfif", "e.JPE", "f.tga", "g.apng"):
        with (folder / name).open("wb") as file:
            image.save(
                file, {".ppm": "PPM", ".pgm": "PPM", ".pnm": "PPM", ".tga": "TGA", ".apng": "PNG"}.get(name[1:], "JPEG")
            )
    assert len(list_pictures(folder)) == 9
    assert open_folder(folder).notices == ()
    assert {".png", ".jpg", ".jpeg", ".mpo", ".webp", ".avif", ".tif", ".tiff", ".gif", ".bmp", ".jp2"} <= EXTENSIONS
    assert not EXTENSIONS & {".eps", ".ps", ".pdf", ".wmf", ".emf", ".mpg", ".h5", ".fits", ""}


def test_hidden_files_are_left_out_and_counted(folder):
    for name in ("._00.png", ".thumbnails/00.png", "__MACOSX/00.png", "notes.txt", "without"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"no picture")
    found = open_folder(folder)
    assert [file.name for file in found.files] == ["00.png", "01.png"]
    (notice,) = found.notices
    assert notice.startswith("5 of 7 files left out") and "._00.png" in notice and "without" in notice


def test_a_hidden_folder_that_was_asked_for_is_taken(tmp_path):
    assert len(open_folder(write_pictures(tmp_path / ".cache" / "set", 2)).files) == 2


def test_names_are_paths_below_the_folder(folder):
    write_pictures(folder / "a" / "b", 1)
    write_pictures(folder / "c", 1)
    found = dict(open_folder(folder))
    assert list(found) == ["00.png", "01.png", "a/b/00.png", "c/00.png"]
    assert (found["c/00.png"] == pixels_of(folder / "c" / "00.png")).all()


def test_what_was_done_to_pictures_is_counted(folder):
    for i in range(3):
        Image.new("RGBA", (8, 8)).save(folder / f"clear{i}.png")
    assert open_folder(folder).notices == ("transparent parts are put on white (3 of 5 pictures)",)


def spoil(folder, count: int) -> None:
    for i in range(count):
        (folder / f"broken{i}.png").write_bytes((folder / "00.png").read_bytes()[:300])


@pytest.mark.parametrize("read", [open_folder, load_pictures])
def test_unreadable_pictures_are_refused_together_or_skipped(folder, read):
    spoil(folder, 7)
    with pytest.raises(ImageError, match="7 of 9 pictures cannot be read") as caught:
        read(folder)
    message = str(caught.value)
    assert "--skip-unreadable" in message and "broken0.png" in message and message.endswith("…") and "\n" not in message
    found = read(folder, skip_unreadable=True)
    notices = found.notices if read is open_folder else found[1]
    assert len(found.files if read is open_folder else found[0]) == 2
    assert len(notices) == 7 and all("skipped: " in notice and "broken" in notice for notice in notices)
    shutil.copy(folder / "broken0.png", folder / "00.png")
    shutil.copy(folder / "broken0.png", folder / "01.png")
    with pytest.raises(ImageError, match="none of 9 files could be read"):
        read(folder, skip_unreadable=True)


KINDS = {
    "rescale": ("--model", "irn-x2"),
    "filter": ("--model", "bicubic", "--scale", 2),
    "normality": ("--model", "irn-x2"),
    "compress": ("--codecs", "jpeg"),
    "importance": ("--spreads", "20"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_evaluation_refuses_first_or_skips_with_a_note(folder, tmp_path, capsys, kind):
    spoil(folder, 1)
    name = "rescale" if kind == "filter" else kind
    command = ("evaluate", name, *KINDS[kind], "--data", folder, "--json", tmp_path / "found.json")
    assert "1 of 3 pictures cannot be read" in refused(capsys, *command)
    assert not (tmp_path / "found.json").exists()
    assert run(*command, "--skip-unreadable") == 0
    assert "note: skipped: " in capsys.readouterr().err
    result = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    scored = {row["picture"] for row in result["rows"]} if kind == "importance" else result.get("images")
    assert (len(scored) if scored else result["pictures"]) == 2


def test_training_refuses_or_skips_with_a_note(folder, tmp_path, capsys):
    spoil(folder, 1)
    out = tmp_path / "run"
    options = ("--steps", 1, "--batch", 1, "--crop", 16, "--device", "cpu")
    command = ("train", "rescale", "--data", folder, "--out", out, *options)
    assert "1 of 3 pictures cannot be read" in refused(capsys, *command)
    assert run(*command, "--skip-unreadable") == 0
    assert "note: skipped: " in capsys.readouterr().out
