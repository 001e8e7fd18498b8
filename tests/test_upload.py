"""A visitor's own pictures: what is worked on are a file's own pixels, or all of it made smaller, and that is said."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from demo.kit.cache import size_of
from demo.photo import Photo
from demo.upload import KEPT, SHOWN_PIXELS, Uploads, read_upload
from irn_core.errors import ImageError
from irn_core.pictures.files import encode_png, read_picture
from tests.helpers import noise_pixels, smooth_pixels


@pytest.fixture(scope="module")
def pixels():
    return smooth_pixels(2100, 2003, seed=5)  # 4.2 megapixels


@pytest.fixture
def large(tmp_path, pixels):
    (tmp_path / "large.png").write_bytes(encode_png(pixels))
    return read_upload(str(tmp_path / "large.png"), "large.png")


def small(folder, seed: int):
    (folder / f"{seed}.png").write_bytes(encode_png(noise_pixels(20, 30, seed)))
    return read_upload(str(folder / f"{seed}.png"), f"{seed}.png")


def test_the_part_holds_exactly_those_pixels_of_the_photograph(large, pixels):
    height, width = large.shown
    assert height * width == pytest.approx(SHOWN_PIXELS, rel=0.01)
    middle = (pixels.shape[0] - height) // 2, (pixels.shape[1] - width) // 2
    far = pixels.shape[0] - height, pixels.shape[1] - width
    places = {None: middle, (7, 11): (7, 11), (0, 0): (0, 0), (-50, 13): (0, 13), (9999, 9999): far}
    for asked, (top, left) in places.items():
        photo = (large.cut(*asked) if asked else large).open()
        assert np.array_equal(photo.pixels, pixels[top : top + height, left : left + width])
        assert photo.pixels.base is None  # or it would hold all of the photograph
        assert any(f"2003×2100 pixels, {width}×{height}" in notice for notice in photo.notices)


def test_all_of_it_is_made_smaller_and_that_is_said(large, pixels):
    photo = large.whole().open()
    assert photo.size == large.shown
    assert abs(photo.pixels.mean((0, 1)) - pixels.mean((0, 1))).max() < 0.5
    assert any("from 2003×2100 to" in notice for notice in photo.notices)
    assert large.whole().cut(7, 11).open() == large.cut(7, 11).open()


def test_a_picture_of_up_to_four_megapixels_is_taken_whole(tmp_path):
    for size, is_large in (((4000, 1000), False), ((4000, 1001), True)):
        Image.new("RGB", size, (10, 200, 90)).save(tmp_path / f"{size}.png")
        upload = read_upload(str(tmp_path / f"{size}.png"), "plain.png")
        assert upload.is_large == is_large and (upload.part is not None) == is_large
        assert upload.is_large or upload.open() == Photo(np.asarray(Image.open(upload.path)), "plain.png")


def test_a_visit_keeps_no_photograph_in_memory(large):
    assert size_of(large) < 250_000 < large.open().pixels.nbytes
    uploads = Uploads()
    for k in range(3 * KEPT):
        uploads = uploads.joined_by(replace(large, path=str(k)))
    assert size_of(uploads) < KEPT * 250_000


def test_photographs_are_decoded_one_at_a_time_and_once(tmp_path, monkeypatch):
    paths, at_work, most = [tmp_path / f"{seed}.png" for seed in (41, 42)], [], []
    for path in paths:
        path.write_bytes(encode_png(noise_pixels(20, 30, int(path.stem))))

    def decoded(path, limit):
        at_work.append(path)
        most.append(len(at_work))
        time.sleep(0.1)
        at_work.remove(path)
        return read_picture(path, limit)

    monkeypatch.setattr("demo.upload.read_picture", decoded)
    with ThreadPoolExecutor(6) as visitors:
        list(visitors.map(lambda path: read_upload(str(path), path.name), paths * 3))
    assert most == [1, 1]


def test_the_last_pictures_are_kept_each_once(tmp_path):
    made = [small(tmp_path, seed) for seed in range(KEPT + 2)]
    uploads = Uploads()
    assert uploads.current is None
    for upload in (*made, made[3]):
        uploads = uploads.joined_by(upload)
        assert uploads.current is upload
    assert [upload.name for upload in uploads.pictures] == ["3.png", *(f"{k}.png" for k in (9, 8, 7, 6, 5, 4, 2))]


def test_one_returns_to_a_picture_with_the_same_part(tmp_path, large):
    uploads = Uploads().joined_by(large)
    uploads = uploads.changed(large.cut(30, 40)).joined_by(small(tmp_path, 1))
    assert uploads._replace(chosen=1).current.open() == large.cut(30, 40).open()
    moved = uploads._replace(chosen=1).changed(large.cut(1, 2))
    assert moved.back_to(large.cut(30, 40)).current.open() == large.cut(30, 40).open()
    assert len(moved.back_to(large).pictures) == 2
    assert Uploads().back_to(large).current is large  # of an empty row as well


def test_a_file_that_is_not_kept_any_more_is_named(tmp_path):
    upload = small(tmp_path, 2)
    (tmp_path / "2.png").unlink()
    with pytest.raises(ImageError, match=r"2\.png is not kept any more; upload it once more"):
        upload.open()


def test_unusable_uploads_are_named(tmp_path):
    files = {"empty.png": b"", "text.jpg": b"not a picture", "cut.png": encode_png(noise_pixels(40, 40))[:900]}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ImageError, match=name):
            read_upload(str(tmp_path / name), name)
    Image.new("L", (8000, 6001)).save(tmp_path / "large.png")
    with pytest.raises(ImageError, match=r"large\.png has 8000×6001 = 48\.008 megapixels; at most 48"):
        read_upload(str(tmp_path / "large.png"), "large.png")
    Image.new("RGB", (1, 16_384)).save(tmp_path / "long.png")
    with pytest.raises(ImageError, match=r"long\.png is 1×16384; sides of up to 16383"):
        read_upload(str(tmp_path / "long.png"), "long.png")
