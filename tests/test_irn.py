"""The network inverts whatever its weights, has the published size, and reaches no further than it says."""

import json

import pytest
import torch

from irn_core.errors import IRNError
from irn_core.nets import coupling
from irn_core.nets.coupling import Coupling, DenseNet, PlainNet, SeparateScaleShift, SharedScaleShift, in_strips
from irn_core.nets.irn import IRN, IRNConfig
from irn_core.training.layouts import deep
from irn_core.weights import count_params
from tests.helpers import randomise, tiny_config, tiny_irn

KINDS = {
    "shallow": {"depth": 0},
    "plain": {"depth": 1},
    "deep": {"depth": 3},
    "dense": {"dense": True},
    "fixed prior": {"prior_width": 0},
}
kinds = pytest.mark.parametrize("changes", KINDS.values(), ids=KINDS)
scales = pytest.mark.parametrize("scale", [2, 4, 8])


def draw(*shape: int, dtype=torch.float32, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


@scales
@kinds
def test_inverse_undoes_forward(scale, changes):
    irn = tiny_irn(scale, **changes)
    x = draw(2, 3, 3 * scale, 5 * scale)
    torch.testing.assert_close(irn.inverse(*irn(x)), x, rtol=0, atol=1e-4)


@scales
@kinds
def test_forward_undoes_inverse(scale, changes):
    irn = tiny_irn(scale, **changes).double()
    y, z = draw(2, 3, 3, 5, dtype=torch.float64), draw(2, irn.z_channels, 3, 5, dtype=torch.float64, seed=1)
    y_again, z_again = irn(irn.inverse(y, z))
    torch.testing.assert_close(y_again, y)
    torch.testing.assert_close(z_again, z)


@scales
def test_random_weights_are_far_from_the_plain_haar_transform(scale):
    # Without this, the two tests above would say nothing about the coupling blocks.
    x = draw(1, 3, 3 * scale, 5 * scale)
    random, fresh = tiny_irn(scale), IRN(tiny_config(scale))
    assert (random(x)[0] - fresh(x)[0]).abs().mean() > 0.1


@scales
def test_fresh_network_keeps_the_mean(scale):
    x = draw(1, 3, 3 * scale, 5 * scale)
    y, _ = IRN(tiny_config(scale))(x)
    torch.testing.assert_close(y, torch.nn.functional.avg_pool2d(x, scale))


@scales
@kinds
def test_no_sample_is_gained_or_lost(scale, changes):
    irn = tiny_irn(scale, **changes)
    x = draw(2, 3, 3 * scale, 5 * scale)
    before = x.clone()
    y, z = irn(x)
    assert y.shape == (2, 3, 3, 5)
    assert z.shape == (2, irn.z_channels, 3, 5)
    assert y.numel() + z.numel() == x.numel()
    assert irn.inverse(y, z).shape == x.shape
    assert torch.equal(x, before)


def test_coupling_scale_is_bounded():
    # exp(s) within (1/e, e): the most that a block can enlarge an error in b.
    block = randomise(Coupling(3, 9, lambda i, o: PlainNet(i, o, 8), shared=True))
    for param in block.scale_shift.parameters():
        param.mul_(30)
    x = draw(1, 12, 6, 6)
    step = torch.zeros_like(x)
    step[:, 3:] = 1e-3
    a, shift = block(*x.split([3, 9], 1))
    assert a.isfinite().all() and shift.isfinite().all()
    s, _ = block.scale_shift(a).chunk(2, 1)
    assert s.abs().max() > 10  # saturated, so the bound is at work
    factor = torch.exp(coupling._bounded(s))
    assert factor.min() >= 1 / torch.e - 1e-6 and factor.max() <= torch.e + 1e-6


@pytest.mark.parametrize(("scale", "published"), [(2, 1_667_952), (4, 4_355_136)])
def test_layouts_have_the_published_size(scale, published):
    assert count_params(IRN(IRNConfig.paper(scale))) == published
    assert count_params(IRN(IRNConfig.compact(scale))) <= published / 4


@scales
@pytest.mark.parametrize("layout", [IRNConfig.compact, deep, IRNConfig.paper])
def test_named_layouts_build(scale, layout):
    with torch.device("meta"):
        irn = IRN(layout(scale))
    assert irn.config.scale == scale and len(irn.levels) == len(irn.config.blocks)


@pytest.mark.parametrize("scale", [-2, 0, 1, 3, 6])
def test_scale_must_be_a_power_of_two(scale):
    with pytest.raises(IRNError, match=f"scale is {scale}.*power of two"):
        IRNConfig(scale)


@pytest.mark.parametrize(
    "shape",
    [{"blocks": (2, 2)}, {"widths": (8, 8)}, {"blocks": ()}, {"scale": 4}, {"scale": 8, "blocks": (1, 1, 1)}],
)
def test_each_level_needs_blocks_and_width(shape):
    with pytest.raises(IRNError, match="one entry per level"):
        IRNConfig(**shape)


@scales
@kinds
def test_config_survives_json(scale, changes):
    config = tiny_config(scale, **changes)
    again = IRNConfig.from_dict(json.loads(json.dumps(config.to_dict())))
    assert again == config
    assert hash(again) == hash(config)


# Strips


SUBNETS = {
    "depth 0": lambda: PlainNet(3, 5, 8, 0),
    "depth 2": lambda: PlainNet(3, 5, 8, 2),
    "dense": lambda: DenseNet(3, 5, 8),
}
subnets = pytest.mark.parametrize("make", SUBNETS.values(), ids=SUBNETS)


@subnets
@pytest.mark.parametrize("strip_pixels", [1, 100, 200])
@pytest.mark.parametrize("height", [1, 9, 40])
def test_strips_equal_the_whole(make, strip_pixels, height, monkeypatch):
    monkeypatch.setattr(coupling, "STRIP_PIXELS", strip_pixels)
    net = randomise(make()).double()
    heights = []
    net.register_forward_pre_hook(lambda _, inputs: heights.append(inputs[0].shape[-2]))
    x = draw(2, 3, height, 10, dtype=torch.float64)
    with torch.no_grad():
        in_parts = in_strips(net, x)
    rows = max(net.radius, strip_pixels // 10)
    assert len(heights) == -(-height // rows)
    assert max(heights) <= rows + 2 * net.radius
    torch.testing.assert_close(in_parts, net(x))


def test_training_runs_whole():
    net = randomise(PlainNet(3, 5, 8))
    calls = []
    net.register_forward_pre_hook(lambda *_: calls.append(1))
    x = draw(1, 3, 2000, 64).requires_grad_()
    in_strips(net, x)
    assert len(calls) == 1


@kinds
def test_network_in_strips_equals_the_whole(changes, monkeypatch):
    irn = tiny_irn(4, **changes).double()
    x, eps = draw(1, 3, 64, 36, dtype=torch.float64), draw(1, 45, 16, 9, dtype=torch.float64)
    results = []
    for strip_pixels in (1 << 30, 1):
        monkeypatch.setattr(coupling, "STRIP_PIXELS", strip_pixels)
        y, z = irn(x)
        results.append((y, z, irn.inverse(y, z), irn.prior.denormalise(eps, y)))
    for whole, in_parts in zip(*results, strict=True):
        torch.testing.assert_close(in_parts, whole)


# How far a pixel reaches


def reach(function, x: torch.Tensor, row: int, column: int) -> tuple[int, int]:
    """Rows and columns of the output (all of its channels) between the pixel changed in x and the furthest effect.

    Input and output are on the same grid, B×C×H×W.
    """
    changed = x.clone()
    changed[..., row, column] = draw(*x.shape[:2], dtype=x.dtype, seed=9)
    effect = (function(changed) - function(x)).abs().amax((0, 1)) > 1e-12
    rows, columns = effect.any(1).nonzero()[:, 0], effect.any(0).nonzero()[:, 0]
    return int((rows - row).abs().max()), int((columns - column).abs().max())


def fold(x: torch.Tensor, factor: int) -> torch.Tensor:
    """A picture on the grid of its factor×factor cells."""
    return torch.nn.functional.pixel_unshuffle(x, factor)


@subnets
def test_radius_of_a_subnet_is_exact(make):
    net = randomise(make()).double()
    x = draw(1, 3, 4 * net.radius, 4 * net.radius, dtype=torch.float64)
    assert reach(net, x, 2 * net.radius, 2 * net.radius) == (net.radius, net.radius)


@pytest.mark.parametrize("shared", [True, False])
@subnets
def test_radius_of_a_coupling_is_exact(make, shared):
    kind = type(make())
    subnet = (lambda i, o: kind(i, o, 4)) if kind is DenseNet else lambda i, o: PlainNet(i, o, 4, make().radius - 2)
    block = randomise(Coupling(3, 9, subnet, shared)).double()
    assert isinstance(block.scale_shift, SharedScaleShift if shared else SeparateScaleShift)
    x = draw(1, 12, 4 * block.radius, 4 * block.radius, dtype=torch.float64)
    middle = 2 * block.radius
    # Backwards, F sees b after s and t have: the same sum.
    for direction in (block, block.inverse):
        joined = lambda x, direction=direction: torch.cat(direction(*x.split([3, 9], 1)), 1)  # noqa: E731
        assert reach(joined, x, middle, middle) == (block.radius, block.radius)


@pytest.mark.parametrize("scale", [2, 4])
@kinds
def test_network_reaches_no_further_than_its_radius(scale, changes):
    irn = tiny_irn(scale, blocks=(1,) * (scale.bit_length() - 1), **changes).double()
    cells = irn.radius // scale  # the halo of a tile, in LR pixels
    side, middle = 2 * cells + 6, cells + 3
    eta = draw(1, irn.z_channels, side, side, dtype=torch.float64, seed=2)

    def down(x_cells):
        return torch.cat(irn(torch.nn.functional.pixel_shuffle(x_cells, scale)), 1)

    def up(y):
        return fold(irn.inverse(y, irn.prior.place(eta, y)), scale)

    x_cells = draw(1, 3 * scale**2, side, side, dtype=torch.float64)
    y = draw(1, 3, side, side, dtype=torch.float64, seed=1)
    reaches = [reach(down, x_cells, middle, middle), reach(up, y, middle, middle)]
    assert max(map(max, reaches)) <= cells
    assert min(map(min, reaches)) >= cells / 2  # the bound is not idle
