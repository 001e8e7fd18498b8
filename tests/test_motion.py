"""Clips frame by frame: laws of flicker, every frame as `upscale` gives it, and the command line."""

import numpy as np
import pytest

from irn_core.measure.flicker import flicker, still_places
from irn_core.motion import downscale_clip, upscale_clip
from irn_core.pictures.clips import MAX_CLIP_PIXELS, encode_clip, read_clip
from irn_core.pictures.lr_file import read_lr, with_tag
from irn_core.rescale import downscale, upscale
from irn_core.weights import save_model
from tests.helpers import refused, run, smooth_pixels, tiny_irn

pytestmark = pytest.mark.usefixtures("one_thread")

STILL = [smooth_pixels(32, 48)] * 4
MOVING = [smooth_pixels(33, 47, seed) for seed in range(3)]
DURATIONS = [40, 80, 120]


def flicker_of(tau: float, anew: bool) -> float:
    irn = tiny_irn()
    back = list(upscale_clip(irn, list(downscale_clip(irn, STILL)), tau, 5, anew))
    return flicker(back, still_places(STILL))


def test_a_still_clip_flickers_only_where_each_frame_is_drawn_anew():
    assert still_places(STILL).all() and flicker(STILL, still_places(STILL)) == 0
    assert flicker_of(0, False) == flicker_of(0, True) == flicker_of(1, False) == 0
    assert 0 < flicker_of(0.5, True) < flicker_of(1, True)


def test_flicker_is_the_rms_of_luma_where_nothing_moves():
    frames = [np.full((40, 60, 3), 100, np.uint8) for _ in range(2)]
    frames[1] = frames[1].copy()
    frames[1][:, 30:] = 200  # moves
    still = still_places(frames)
    assert still[0, :, :20].all() and not still[0, :, 40:].any()
    back = [frame.copy() for frame in frames]
    back[1][:, :30] += 10
    assert flicker(back, still) == pytest.approx(10 * 219 / 255)
    assert np.isnan(flicker(back, np.zeros_like(still)))


@pytest.mark.parametrize("anew", [False, True])
def test_each_frame_is_what_upscale_gives_for_it_alone(anew):
    irn = tiny_irn()
    lrs = list(downscale_clip(irn, MOVING))
    for number, (lr, x_hat) in enumerate(zip(lrs, upscale_clip(irn, lrs, 1, 7, anew, (33, 47)), strict=True)):
        assert np.array_equal(lr, downscale(irn, MOVING[number]))
        assert np.array_equal(x_hat, upscale(irn, lr, 1, 7 + number * anew, (33, 47)))


@pytest.fixture
def files(tmp_path):
    """A model, a clip, and names for what is made of it."""
    save_model(tiny_irn(), tmp_path / "tiny.safetensors", {})
    (tmp_path / "clip.png").write_bytes(encode_clip(MOVING, DURATIONS))
    return tuple(tmp_path / name for name in ("tiny.safetensors", "clip.png", "lr.png", "back.png"))


@pytest.mark.parametrize("options", [(), ("--tau", 1, "--seed", 3), ("--tau", 1, "--seed", 3, "--anew")])
def test_down_and_up_on_the_command_line(files, capsys, options):
    model, clip, lr, back = files
    assert run("downscale", clip, lr, "--model", model) == 0
    assert "3 frames of 24×17" in capsys.readouterr().out
    assert run("upscale", lr, back, "--model", model, *options) == 0
    error = capsys.readouterr().err
    assert "frame 3 of 3" in error and "note" not in error  # the tag is there, and nothing has changed
    found, irn = read_clip(back), tiny_irn()
    assert found.durations == DURATIONS
    lrs = list(downscale_clip(irn, MOVING))
    assert np.array_equal(read_clip(lr).frames, lrs)
    expected = upscale_clip(irn, lrs, float(bool(options)), 3, "--anew" in options, (33, 47))
    assert np.array_equal(found.frames, list(expected))


def test_a_changed_frame_is_told(files, capsys):
    model, clip, lr, _ = files
    run("downscale", clip, lr, "--model", model)
    assert not read_lr(lr).changed  # whoever reads the first frame alone is not warned
    found = read_clip(lr)
    found.frames[2][3, 4] ^= 1
    assert with_tag(*found[:1], *found[2:]).changed
    assert not with_tag(*read_clip(lr)[:1], *read_clip(lr)[2:]).changed


def test_what_cannot_be_done_is_refused(files, capsys, tmp_path):
    model, clip, lr, back = files
    assert "which does not; name it *.png" in refused(capsys, "downscale", clip, tmp_path / "lr.jpg", "--model", model)
    side = 1 + int((MAX_CLIP_PIXELS / 2 / 4) ** 0.5)  # two frames that become too large at ×2
    lr.write_bytes(encode_clip([np.zeros((side, side, 3), np.uint8)] * 2, [50, 50]))
    assert run("upscale", lr, back, "--model", model) == 2 and not back.exists()
    assert "at most 64 are made" in capsys.readouterr().err.splitlines()[-1]
    clip.write_bytes(clip.read_bytes()[:-900])
    assert "clip.png is damaged" in refused(capsys, "downscale", clip, lr, "--model", model)
