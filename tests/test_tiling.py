"""Tiles share out the plane, and see a halo that ends at its borders."""

import numpy as np
import pytest
import torch

from irn_core.ops.tiling import Window, tiles

PLANES = [(1, 1, 4, 2), (4, 4, 4, 0), (5, 9, 4, 1), (16, 16, 4, 3), (7, 31, 8, 20), (33, 2, 5, 4), (12, 12, 100, 50)]
planes = pytest.mark.parametrize(("height", "width", "side", "halo"), PLANES)


@planes
def test_every_pixel_is_in_one_inner_window(height, width, side, halo):
    covered = np.zeros((height, width), int)
    for inner, _ in tiles(height, width, side, halo):
        assert 0 < inner.bottom - inner.top <= side and 0 < inner.right - inner.left <= side
        covered[inner.rows, inner.columns] += 1
    assert (covered == 1).all()


@planes
def test_outer_is_inner_and_its_halo_within_the_plane(height, width, side, halo):
    for inner, outer in tiles(height, width, side, halo):
        seen = np.zeros((height + 2 * halo, width + 2 * halo), bool)
        seen[inner.top : inner.bottom + 2 * halo, inner.left : inner.right + 2 * halo] = True
        expected = seen[halo : halo + height, halo : halo + width]
        actual = np.zeros((height, width), bool)
        actual[outer.rows, outer.columns] = True
        assert np.array_equal(actual, expected)
        assert min(outer) >= 0 and outer.bottom <= height and outer.right <= width


@planes
def test_cutting_outer_then_inner_is_cutting_inner(height, width, side, halo):
    plane = torch.arange(height * width).view(1, height, width)
    for inner, outer in tiles(height, width, side, halo):
        seen, kept = plane[..., outer.rows, outer.columns], inner.within(outer)
        assert torch.equal(seen[..., kept.rows, kept.columns], plane[..., inner.rows, inner.columns])


@planes
def test_finer_windows_cover_the_same_part(height, width, side, halo):
    plane = torch.arange(height * width).view(height, width)
    fine = plane.repeat_interleave(3, 0).repeat_interleave(3, 1)
    for inner, outer in tiles(height, width, side, halo):
        for window in (inner, outer):
            again = fine[window.times(3).rows, window.times(3).columns][::3, ::3]
            assert torch.equal(again, plane[window.rows, window.columns])
        assert inner.within(outer).times(3) == inner.times(3).within(outer.times(3))


def test_a_window_within_itself_starts_at_the_corner():
    assert Window(3, 7, 5, 6).within(Window(3, 7, 5, 6)) == Window(0, 4, 0, 1)
