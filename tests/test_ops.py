"""Quantisation, resizing, padding and luma."""

import numpy as np
import pytest
import torch
from PIL import Image
from skimage.color import rgb2ycbcr

from irn_core.ops.pixels import luma, pad_to_multiple, pixels_of, tensor_of, to_pixels, to_tensor
from irn_core.ops.quantise import from_uint8, round8, round8_straight_through, to_uint8
from irn_core.ops.resize import bicubic, bicubic_down, bicubic_up
from tests.helpers import noise_pixels, smooth_pixels

VALUES = torch.linspace(-1, 2, 3001)
PICTURE = VALUES.view(1, 1, 1, -1)


def test_round8_gives_the_nearest_level():
    rounded = round8(VALUES)
    levels = torch.arange(256) / 255
    assert torch.isin(rounded, levels).all()
    distance = (VALUES.clamp(0, 1)[:, None] - levels).abs().min(1).values
    torch.testing.assert_close((rounded - VALUES.clamp(0, 1)).abs(), distance, rtol=0, atol=1e-6)


def test_round8_is_idempotent():
    assert torch.equal(round8(round8(VALUES)), round8(VALUES))


def test_straight_through_has_the_values_of_round8_and_the_gradient_of_the_identity():
    y = VALUES.clone().requires_grad_()
    rounded = round8_straight_through(y)
    torch.testing.assert_close(rounded.detach(), round8(VALUES), rtol=0, atol=1e-6)
    weights = torch.randn(len(VALUES))
    (rounded * weights).sum().backward()
    assert torch.equal(y.grad, weights)


def test_every_8_bit_value_survives():
    values = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)
    floats = from_uint8(values)
    assert torch.equal(to_uint8(floats), values)
    assert torch.equal(to_uint8(round8(floats)), values)
    assert torch.equal(round8(floats), floats)


def test_to_uint8_agrees_with_round8():
    assert torch.equal(from_uint8(to_uint8(PICTURE)), round8(PICTURE))


resizings = pytest.mark.parametrize(("scale", "up"), [(2, False), (4, False), (8, False), (2, True), (4, True)])
pictures = pytest.mark.parametrize("make", [noise_pixels, smooth_pixels])


def both_bicubics(pixels: np.ndarray, scale: int, up: bool, in_floats: bool) -> tuple[np.ndarray, np.ndarray]:
    """`pixels` resized by us and by Pillow, H×W×3, in 0…255."""
    height, width = (side * scale if up else side // scale for side in pixels.shape[:2])
    ours = (bicubic_up if up else bicubic_down)(from_uint8(to_tensor(pixels)), scale)
    channels = np.moveaxis(pixels.astype(np.float32) if in_floats else pixels, -1, 0)
    theirs = [Image.fromarray(c).resize((width, height), Image.Resampling.BICUBIC) for c in channels]
    return (255 * ours[0].permute(1, 2, 0) if in_floats else to_pixels(to_uint8(ours))), np.stack(theirs, -1)


@pictures
@resizings
def test_bicubic_is_that_of_pillow_on_floats(make, scale, up):
    ours, theirs = both_bicubics(make(48, 80), scale, up, in_floats=True)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-3)


@pictures
@resizings
def test_bicubic_is_that_of_pillow_within_a_grey_level(make, scale, up):
    # Half the contrast: Pillow clips overshoots between its two passes, we do not.
    ours, theirs = both_bicubics(make(48, 80) // 2 + 64, scale, up, in_floats=False)
    assert np.abs(ours.astype(int) - theirs).max() <= 1


def test_bicubic_keeps_a_flat_picture_flat():
    x = torch.full((1, 3, 24, 32), 0.3)
    for size in ((12, 8), (7, 5), (48, 96)):
        torch.testing.assert_close(bicubic(x, *size), torch.full((1, 3, *size), 0.3))


@pytest.mark.parametrize("multiple", (2, 4, 8))
@pytest.mark.parametrize("size", ((1, 1), (3, 4), (8, 8), (5, 13), (16, 7)))
def test_padding_repeats_the_edge(multiple, size):
    pixels = noise_pixels(*size)
    before = pixels.copy()
    padded = pad_to_multiple(pixels, multiple)
    rows, columns = (np.minimum(np.arange(-(-side // multiple) * multiple), side - 1) for side in size)
    assert padded.dtype == np.uint8
    assert np.array_equal(padded, pixels[rows][:, columns])
    assert np.array_equal(pixels, before)


@pytest.mark.parametrize("size", ((1, 1), (5, 13), (8, 8)))
def test_pictures_become_tensors_and_come_back(size):
    pixels = noise_pixels(*size)
    x = tensor_of(pixels, 4)
    assert x.dtype == torch.float32 and x.is_contiguous(memory_format=torch.channels_last)
    padded = pad_to_multiple(pixels, 4)
    assert np.array_equal(x[0].permute(1, 2, 0).numpy(), (padded / 255).astype(np.float32))
    assert np.array_equal(pixels_of(x), padded) and np.array_equal(pixels_of(x, size), pixels)
    beyond = torch.tensor([-0.1, 0.4 / 255, 0.6 / 255, 1.2]).view(1, 1, 2, 2).expand(1, 3, 2, 2)
    assert pixels_of(beyond)[..., 0].tolist() == [[0, 0], [1, 255]]


def test_luma_is_that_of_skimage():
    pixels = noise_pixels(32, 48)
    np.testing.assert_allclose(luma(pixels), rgb2ycbcr(pixels)[..., 0], rtol=0, atol=1e-9)


def test_luma_of_grey_runs_from_16_to_235():
    grey = np.repeat(np.array([[0], [255]], np.uint8), 3, axis=1)
    np.testing.assert_allclose(luma(grey), [16, 235])
