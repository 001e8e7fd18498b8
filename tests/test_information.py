"""What was lost, in bits: the change of variables, the density, and a real file agree."""

import math

import numpy as np
import pytest
import torch

from irn_core.measure import information
from irn_core.measure.information import (
    ROUNDING,
    Dropped,
    Information,
    decode_lost,
    drop,
    encode_lost,
    lost_information,
    value_names,
)
from irn_core.nets.irn import IRN
from irn_core.ops.pixels import to_pixels
from irn_core.ops.quantise import round8, to_uint8
from irn_core.rescale import downscale, split
from irn_core.weights import load_model
from tests.helpers import smooth_pixels, tiny_irn

pytestmark = pytest.mark.usefixtures("one_thread")


def dropped(irn: IRN, x: np.ndarray) -> Dropped:
    return drop(irn, x, downscale(irn, x))


def found_in(irn: IRN, x: np.ndarray) -> Information:
    return lost_information(irn, dropped(irn, x))


@pytest.mark.parametrize("scale", [2, 4])
def test_stretches_add_up_to_the_determinant_of_the_whole_network(scale):
    irn, x = tiny_irn(scale).double(), torch.rand(1, 3, 8, 4, dtype=torch.float64)

    def f(values):
        return torch.cat(irn(values.view_as(x)), 1).flatten()

    values, stretch = irn.stretch(x)
    torch.testing.assert_close(values, torch.cat(irn(x), 1))
    jacobian = torch.autograd.functional.jacobian(f, x.flatten())
    torch.testing.assert_close(stretch.sum(), torch.linalg.slogdet(jacobian)[1])
    assert not torch.allclose(stretch, stretch.mean())


def test_the_density_of_each_coordinate_integrates_to_one():
    prior = tiny_irn(whitener_width=0).prior.double()
    y = torch.rand(1, 3, 5, 6, dtype=torch.float64)
    mean, scale = prior.mean_scale(y)
    places = torch.linspace(-9, 9, 2001, dtype=torch.float64)
    total = torch.zeros_like(mean)
    for place in places:
        u = mean + place * scale
        z = torch.einsum("rc,bchw->brhw", prior.mix, u)
        total += torch.exp(prior.log_densities(z, y) + prior.log_volume() / prior.channels) * scale
    torch.testing.assert_close(total * (places[1] - places[0]), torch.ones_like(total))


def test_the_bits_are_those_of_the_formula():
    irn, x = tiny_irn(), smooth_pixels(12, 16)
    found = found_in(irn, x)
    tensor = torch.from_numpy(x).permute(2, 0, 1)[None] / 255
    with torch.no_grad():
        y, z = irn(tensor)
        jacobian = torch.autograd.functional.jacobian(
            lambda v: torch.cat(irn(v.view_as(tensor)), 1).flatten(), tensor.flatten()
        )
        nats = -irn.prior.log_densities(z, round8(y)).sum(1).sum() - torch.linalg.slogdet(jacobian.double())[1]
    assert found.total == pytest.approx(nats.item() / math.log(2) + z.numel() * math.log2(255), rel=1e-4)


@pytest.mark.parametrize("size", [(12, 16), (13, 19), (1, 1)])
def test_the_map_has_the_size_of_the_picture_and_the_bits_of_what_lies_in_it(size):
    irn = tiny_irn(4)
    x = smooth_pixels(*size)
    found = found_in(irn, x)
    heat = found.heat()
    assert heat.shape == size
    assert heat.sum() == pytest.approx(found.total)


def test_bands_are_named_after_their_level():
    assert value_names(2) == [ROUNDING] * 3 + ["1 horizontal"] * 3 + ["1 vertical"] * 3 + ["1 diagonal"] * 3
    names = value_names(4)
    assert len(names) == 48
    for band in ("horizontal", "vertical", "diagonal"):
        assert names.count(f"1 {band}") == 12 and names.count(f"2 {band}") == 3


def test_energy_goes_to_the_band_that_it_came_from():
    """Stripes that change along x lose horizontal detail, stripes along y vertical."""
    irn = load_model("irn-x2")
    columns = np.tile(np.where(np.arange(64) % 2, 250, 5).astype(np.uint8)[None, :, None], (64, 1, 3))
    across, down = (found_in(irn, x).bits for x in (columns, columns.transpose(1, 0, 2)))
    assert across["1 horizontal"].sum() > across["1 vertical"].sum()
    assert down["1 vertical"].sum() > down["1 horizontal"].sum()


@pytest.mark.parametrize("fineness", [1.0, 4.0])
def test_a_real_file_is_as_long_as_the_formula_says(fineness):
    irn, x = tiny_irn(), np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    file, expected = encode_lost(irn, dropped(irn, x), fineness)
    if fineness == 1:
        assert expected == pytest.approx(found_in(irn, x).total, rel=1e-4)
    assert 8 * file.size == pytest.approx(expected, rel=0.02)


def test_the_lr_and_the_file_give_the_picture_back_as_far_as_the_lr_is_true():
    irn, x = load_model("irn-x2"), smooth_pixels(67, 131)
    y, z = split(irn, x)
    best = to_pixels(to_uint8(irn.inverse(round8(y), z)))[:67, :131].astype(int)
    errors = []
    for fineness in (0.25, 1.0, 64.0):
        file, _ = encode_lost(irn, dropped(irn, x), fineness)
        x_hat = decode_lost(irn, downscale(irn, x), file, x.shape[:2])
        errors.append(np.abs(x_hat - best).mean())
    assert errors[0] > 1.5 * errors[1] > 0 and errors[1] < 1 and errors[2] < 0.05


def test_steps_far_from_the_mean_cost_bytes_and_no_memory(monkeypatch):
    irn, x = tiny_irn(), np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    lr, (plain, _) = downscale(irn, x), encode_lost(irn, dropped(irn, x), 4.0)
    expected = decode_lost(irn, lr, plain, (40, 60))
    monkeypatch.setattr(information, "LARGEST", 2)
    short, _ = encode_lost(irn, dropped(irn, x), 4.0)
    assert plain.largest > short.largest == 2 and not len(plain.far) and len(short.far)
    assert np.array_equal(decode_lost(irn, lr, short, (40, 60)), expected)


def test_an_lr_that_differs_by_a_grey_level_is_decoded_with():
    """As one computed in tiles may; the file belongs to the LR that it was made with."""
    irn, x = tiny_irn(), smooth_pixels(40, 60)
    lr = downscale(irn, x)
    lr[7, 9] += np.where(lr[7, 9] < 255, 1, -1).astype(np.uint8)
    file, _ = encode_lost(irn, drop(irn, x, lr), 16)
    other, _ = encode_lost(irn, dropped(irn, x), 16)
    best, plain = (
        decode_lost(irn, given, coded, (40, 60)) for given, coded in ((lr, file), (downscale(irn, x), other))
    )
    assert file.data != other.data
    assert np.abs(best.astype(int) - plain).mean() < 0.1
