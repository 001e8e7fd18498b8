"""Arrays of pixels ⇄ tensors."""

import numpy as np
import pytest

from irn_core.errors import ImageError
from irn_core.ops.pixels import to_pixels, to_tensor
from tests.helpers import noise_pixels


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (9, 13)])
def test_tensor_holds_the_pixels_channel_by_channel(size):
    pixels = noise_pixels(*size)
    x = to_tensor(pixels)
    assert x.shape == (1, 3, *size)
    assert np.array_equal(x[0, 1].numpy(), pixels[..., 1])
    assert np.array_equal(to_pixels(x), pixels)


@pytest.mark.filterwarnings("error")
def test_any_memory_layout_is_accepted():
    pixels = noise_pixels(9, 13)
    pixels.flags.writeable = False
    for view in (pixels, pixels[::-1], pixels[:, ::-2], pixels[..., ::-1], np.asfortranarray(pixels)):
        assert np.array_equal(to_pixels(to_tensor(view)), view)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4, 3)),
        np.zeros((4, 4, 3), np.int16),
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((3, 4, 4), np.uint8),
        np.zeros((1, 4, 4, 3), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
    ],
    ids=lambda a: f"{a.shape} {a.dtype}",
)
def test_other_arrays_are_refused(array):
    with pytest.raises(ImageError, match="expected H×W×3 uint8") as caught:
        to_tensor(array)
    assert str(array.shape) in str(caught.value) and str(array.dtype) in str(caught.value)
