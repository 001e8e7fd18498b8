"""Animations and videos as frames: what is written is read again; what is damaged, foreign or too long is refused."""

import builtins
import io

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from irn_core.errors import ImageError
from irn_core.pictures import clips
from irn_core.pictures.clips import encode_clip, is_clip, read_clip
from tests.helpers import encode, noise_pixels, smooth_pixels
from tests.tools.damage import damaged

FRAMES = [smooth_pixels(20, 27, seed) for seed in range(5)]
DURATIONS = [40, 80, 120, 33, 500]


def animation(kind: str, frames=FRAMES, durations=DURATIONS, **options) -> bytes:
    first, *others = map(Image.fromarray, frames)
    return encode(first, kind, save_all=True, append_images=others, duration=durations, **options)


def video(kind: str = "mp4", codec: str = "libx264", frames=FRAMES, rate: int = 10) -> bytes:
    av, file = pytest.importorskip("av"), io.BytesIO()
    with av.open(file, "w", format=kind) as container:
        stream = container.add_stream(codec, rate=rate)
        (stream.height, stream.width), stream.pix_fmt = frames[0].shape[:2], "yuv444p"
        for pixels in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels)))
        container.mux(stream.encode())
    return file.getvalue()


@pytest.mark.parametrize("frames", [FRAMES, [noise_pixels(20, 27)] * 5, FRAMES[:1]], ids=["moving", "still", "one"])
def test_frames_written_and_read_again_are_identical(frames):
    found = read_clip(encode_clip(frames, DURATIONS[: len(frames)]))
    assert np.array_equal(found.frames, frames)
    assert len(frames) == 1 or found.durations == DURATIONS
    assert found.notices == ()


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("WEBP", {"lossless": True, "exact": True})])
def test_lossless_animations_are_read_exactly(tmp_path, kind, options):
    path = tmp_path / "clip"
    path.write_bytes(animation(kind, **options))
    assert is_clip(path)
    found = read_clip(path)
    assert np.array_equal(found.frames, FRAMES) and found.durations == DURATIONS


def test_a_gif_is_read_as_its_palette_has_it():
    grey = [np.full((9, 14, 3), level, np.uint8) for level in (0, 90, 255)]
    found = read_clip(animation("GIF", grey, [50, 0, 70]))
    assert np.array_equal(found.frames, grey)
    assert found.durations == [50, 100, 70]  # 0 is what browsers make of it


@pytest.mark.parametrize(("kind", "codec"), [("mp4", "libx264"), ("webm", "libvpx-vp9")])
def test_a_video_is_read(tmp_path, kind, codec):
    frames = [np.full((48, 64, 3), level, np.uint8) for level in (30, 120, 220)]
    path = tmp_path / "clip"
    path.write_bytes(video(kind, codec, frames))
    assert is_clip(path)
    found = read_clip(path)
    assert np.abs(np.array(found.frames).astype(int) - frames).max() <= 3 and found.durations == [100] * 3


def test_a_video_without_its_library_says_how_to_get_it(monkeypatch):
    data, real = b"\0\0\0\x18ftypisom" + bytes(40), builtins.__import__

    def without_av(name, *args):
        if name == "av":
            raise ImportError(name)
        return real(name, *args)

    monkeypatch.setattr(builtins, "__import__", without_av)
    with pytest.raises(ImageError, match=r"is a video; install .* pip install \"av=="):
        read_clip(data)


def test_still_pictures_are_no_clips(tmp_path):
    for kind in ("PNG", "GIF", "WEBP", "JPEG", "TIFF"):
        (tmp_path / kind).write_bytes(encode(Image.fromarray(FRAMES[0]), kind))
        assert not is_clip(tmp_path / kind)
    (tmp_path / "text").write_text("no picture")
    assert not is_clip(tmp_path / "text") and not is_clip(tmp_path / "nowhere")


def test_what_is_too_long_is_refused_or_cut(monkeypatch):
    data = animation("PNG")
    assert len(read_clip(data, 3).frames) == 3
    assert read_clip(data, 3).notices == ("its first 3 frames are used",)
    assert read_clip(data, 5).notices == ()
    monkeypatch.setattr(clips, "MAX_FRAMES", 4)
    with pytest.raises(ImageError, match="more than 4 frames"):
        read_clip(data)
    monkeypatch.setattr(clips, "MAX_CLIP_PIXELS", 2 * 20 * 27)
    with pytest.raises(ImageError, match="2 of its size; cut it shorter"):
        read_clip(data)
    assert len(read_clip(data, 3).frames) == 2
    monkeypatch.setattr(clips, "MAX_CLIP_PIXELS", 20 * 27 - 1)
    with pytest.raises(ImageError, match="frames of 27×20"):
        read_clip(data, 3)


def test_a_huge_frame_is_refused_before_it_is_decoded():
    data = bytearray(encode(Image.new("P", (4, 4)), "GIF", save_all=True, append_images=[Image.new("P", (4, 4), 1)]))
    data[6:10] = b"\xff\xff\xff\xff"  # width and height
    with pytest.raises(ImageError, match="megapixels"):
        read_clip(bytes(data))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF", "mp4", "webm"])
def test_damaged_files_are_refused_in_plain_words_or_read(kind):
    codec = {"mp4": "libx264", "webm": "libvpx-vp9"}.get(kind)
    data = video(kind, codec, [np.tile(pixels, (3, 3, 1))[:48, :64] for pixels in FRAMES]) if codec else animation(kind)
    rng, refused = np.random.default_rng(0), 0
    for _ in range(60):
        try:
            found = read_clip(damaged(data, rng, [data]))
        except ImageError as error:
            assert str(error).startswith("the animation ")
            refused += 1
        else:
            assert all(pixels.dtype == np.uint8 and pixels.shape == found.frames[0].shape for pixels in found.frames)
    assert refused > 5


def test_a_truncated_animation_says_how_far_it_came():
    data = animation("WEBP", [noise_pixels(40, 40, seed) for seed in range(5)], lossless=True)
    for kept in (len(data) // 2, len(data) - 9):
        with pytest.raises(ImageError):
            read_clip(data[:kept])
    png = encode_clip([noise_pixels(40, 40, seed) for seed in range(5)], DURATIONS)
    with pytest.raises(ImageError, match=r"damaged after frame [1-4]"):
        read_clip(png[: len(png) // 2])


def test_texts_of_an_animated_png_are_read():
    info = PngInfo()
    info.add_text("irn", "scale=2")
    assert read_clip(encode_clip(FRAMES, DURATIONS, info)).text["irn"] == "scale=2"
