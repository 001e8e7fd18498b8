"""The Haar transform is the one of pywt times ½, and is undone exactly."""

import pytest
import pywt
import torch
import torch.nn.functional as F

from irn_core.ops import haar

SHAPES = [(1, 1, 2, 2), (1, 3, 2, 8), (2, 3, 6, 4), (3, 12, 10, 14)]


def picture(shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    """Random 8-bit values, whose sums and quarters every dtype here holds exactly."""
    return torch.randint(0, 256, shape, generator=torch.Generator().manual_seed(0)).to(dtype)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
def test_merge_undoes_split(shape, dtype):
    x = picture(shape, dtype)
    assert torch.equal(haar.merge(haar.split(x)), x)


@pytest.mark.parametrize("shape", SHAPES)
def test_merge_undoes_split_on_any_floats(shape):
    x = torch.randn(shape)
    torch.testing.assert_close(haar.merge(haar.split(x)), x)


@pytest.mark.parametrize("shape", SHAPES)
def test_split_undoes_merge(shape):
    bands = haar.Bands(*torch.randn(4, *shape, dtype=torch.float64))
    for band, again in zip(bands, haar.split(haar.merge(bands)), strict=True):
        torch.testing.assert_close(again, band)


@pytest.mark.parametrize("shape", SHAPES)
def test_stacked_form_holds_the_bands_in_order_and_is_undone(shape):
    x = picture(shape, torch.float32)
    stacked = haar.analyse(x)
    assert torch.equal(stacked, torch.cat(haar.split(x), dim=1))
    assert torch.equal(haar.synthesise(stacked), x)


@pytest.mark.parametrize("shape", SHAPES)
def test_bands_are_half_of_pywt(shape):
    # pywt names a detail by the edges that it shows: its cH, of horizontal edges, changes along y.
    x = picture(shape, torch.float64)
    low, (shows_horizontal, shows_vertical, diagonal) = pywt.dwt2(x.numpy(), "haar")
    bands = haar.split(x)
    for ours, theirs in (
        (bands.low, low),
        (bands.horizontal, shows_vertical),
        (bands.vertical, shows_horizontal),
        (bands.diagonal, diagonal),
    ):
        torch.testing.assert_close(ours, torch.from_numpy(theirs) / 2)


def test_each_detail_sees_only_its_direction():
    ramp = torch.arange(8.0).expand(1, 1, 8, 8)
    along_x, along_y = haar.split(ramp), haar.split(ramp.mT)
    assert along_x.horizontal.all() and not along_x.vertical.any() and not along_x.diagonal.any()
    assert along_y.vertical.all() and not along_y.horizontal.any() and not along_y.diagonal.any()


@pytest.mark.parametrize("shape", SHAPES)
def test_low_band_is_the_mean_of_each_2x2_block(shape):
    x = torch.rand(shape)
    torch.testing.assert_close(haar.split(x).low, F.avg_pool2d(x, 2))


@pytest.mark.parametrize("shape", SHAPES)
def test_the_merged_picture_is_laid_out_as_convolutions_like_it(shape):
    assert haar.merge(haar.split(torch.rand(shape))).is_contiguous(memory_format=torch.channels_last)


def test_inputs_are_untouched_and_not_shared():
    x = picture((1, 3, 4, 4), torch.float32)
    before = x.clone()
    bands = haar.split(x)
    copies = [band.clone() for band in bands]
    merged = haar.merge(bands)
    for result in (*bands, merged):
        result.add_(1)
    assert torch.equal(x, before)
    bands = haar.Bands(*copies)
    haar.merge(bands)
    assert all(torch.equal(band, copy) for band, copy in zip(bands, haar.split(x), strict=True))
