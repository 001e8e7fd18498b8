"""The rivals of IRN: as large as it is, with its interface, and nothing kept but y."""

from dataclasses import replace

import pytest
import torch

from irn_core.nets.irn import IRN, IRNConfig
from irn_core.nets.plain import PlainConfig, PlainRescaler
from irn_core.ops.resize import bicubic_down, bicubic_up
from irn_core.rescale import downscale, upscale
from irn_core.training.layouts import LAYOUTS, WIDTHS
from irn_core.weights import count_params, load_model, save_model
from tests.helpers import randomise, smooth_pixels


def tiny(scale: int = 2, down_blocks: int = 1) -> PlainRescaler:
    return randomise(PlainRescaler(PlainConfig(scale, 8, down_blocks, 1)), seed=0).eval()


@pytest.mark.parametrize("scale", [2, 4, 8])
@pytest.mark.parametrize("name", WIDTHS)
def test_rivals_are_as_large_as_ours(name, scale):
    config = LAYOUTS[name](scale)
    with torch.device("meta"):
        rival = (IRN if isinstance(config, IRNConfig) else PlainRescaler)(config)
        ours = IRN(replace(IRNConfig.compact(scale), whitener_width=0))  # at z = 0 it has no part
    assert count_params(rival) == pytest.approx(count_params(ours), rel=0.02)


@pytest.mark.parametrize("down_blocks", [0, 1])
def test_a_fresh_one_is_bicubic_both_ways(down_blocks):
    net, x = PlainRescaler(PlainConfig(4, 8, down_blocks, 1)), torch.rand(2, 3, 24, 32)
    y, z = net(x)
    torch.testing.assert_close(y, bicubic_down(x, 4))
    torch.testing.assert_close(net.inverse(y, z), bicubic_up(y, 4))
    assert z.numel() == 0


def test_without_blocks_for_it_the_lr_stays_bicubic():
    x = torch.rand(1, 3, 16, 16)
    assert torch.equal(tiny(down_blocks=0)(x)[0], bicubic_down(x, 2))
    assert not torch.allclose(tiny(down_blocks=1)(x)[0], bicubic_down(x, 2), atol=1e-3)


@pytest.mark.parametrize("size", [(1, 1), (13, 21)])
@pytest.mark.parametrize("scale", [2, 4])
def test_any_picture_goes_down_and_up(scale, size):
    net, x = tiny(scale), smooth_pixels(*size)
    lr = downscale(net, x)
    assert lr.shape == (-(-size[0] // scale), -(-size[1] // scale), 3)
    x_hat = upscale(net, lr, size=size)
    assert x_hat.shape == x.shape
    assert (x_hat == upscale(net, lr, tau=1.0, seed=3, size=size)).all()  # there is nothing to draw


@pytest.mark.parametrize("down_blocks", [0, 2])
def test_a_pixel_reaches_no_further_than_the_radius(down_blocks):
    net, x = tiny(2, down_blocks), torch.rand(1, 3, 64, 64, dtype=torch.float64)
    net = net.double()
    changed = x.clone()
    changed[..., 32, 32] += 1
    y, other = net(x)[0], net(changed)[0]
    apart = ((y - other).abs().amax((0, 1)) > 0).nonzero() * 2 - 32
    assert apart.abs().max() <= net.radius
    bumped = y.clone()
    bumped[..., 16, 16] += 1
    apart = ((net.inverse(y, y[:, :0]) - net.inverse(bumped, y[:, :0])).abs().amax((0, 1)) > 0).nonzero() - 32
    assert apart.abs().max() <= net.radius


def test_weights_come_back(tmp_path):
    net, x = tiny(), torch.rand(1, 3, 8, 8)
    save_model(net, tmp_path / "rival.safetensors", {})
    again = load_model(tmp_path / "rival.safetensors", PlainRescaler)
    assert again.config == net.config
    with torch.no_grad():
        torch.testing.assert_close(again.inverse(*again(x)), net.inverse(*net(x)))
