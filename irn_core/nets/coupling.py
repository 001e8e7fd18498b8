"""Invertible coupling blocks and the subnets inside them."""

from collections.abc import Callable
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Subnet = Callable[[int, int], nn.Module]
"""Makes a network from (channels in, channels out) that keeps height and width."""

Join = Callable[[Tensor, Tensor], Tensor]
"""Pointwise: what to do with a tensor and the output of a subnet."""

STRIP_PIXELS = 84_000
"""Inference runs a subnet in strips of about so many pixels, so that its features stay in the cache."""


def in_strips(
    net: nn.Module, x: Tensor | tuple[Tensor, ...], join: Join | None = None, other: Tensor | None = None
) -> Tensor:
    """net(x), or join(other, net(x)), strip by strip with a halo of `net.radius` rows when no gradient is needed.

    Of several tensors x is the stack of their channels, which is made strip by strip as well. Equal to the whole
    within float rounding, faster on a CPU, and without its peak of memory.
    """
    stack = (x,) if isinstance(x, Tensor) else x
    height, width = stack[0].shape[-2:]
    rows = max(net.radius, STRIP_PIXELS // width)
    if torch.is_grad_enabled() or height <= rows:
        y = net(torch.cat(stack, 1))
        return join(other, y) if join else y
    whole = None
    for top in range(0, height, rows):
        start = max(0, top - net.radius)
        seen = torch.cat([part[..., start : top + rows + net.radius, :] for part in stack], 1)
        strip = net(seen)[..., top - start : top - start + rows, :]
        strip = join(other[..., top : top + rows, :], strip) if join else strip
        if whole is None:
            whole = strip.new_empty(*strip.shape[:2], height, width).to(memory_format=torch.channels_last)
        whole[..., top : top + rows, :] = strip
    return whole


def _conv(channels_in: int, channels_out: int) -> nn.Conv2d:
    return nn.Conv2d(channels_in, channels_out, 3, padding=1)


def zeroed(conv: nn.Conv2d) -> nn.Conv2d:
    """The last layer of a subnet starts at zero, so that a fresh block is the identity."""
    for param in conv.parameters():
        nn.init.zeros_(param)
    return conv


class Reach(nn.Module):
    """LeakyReLU, then each channel adds a filter of its own neighbourhood, side×side, which starts at zero.

    Repeated structure is seen farther off, for a third of the time of a 3×3 convolution.
    """

    def __init__(self, width: int, side: int):
        super().__init__()
        self.filter = zeroed(nn.Conv2d(width, width, side, padding=side // 2, groups=width))

    def forward(self, x: Tensor) -> Tensor:
        x = F.leaky_relu(x, 0.2)
        return x + self.filter(x)


class PlainNet(nn.Sequential):
    """conv → (conv)×depth → conv, 3×3, LeakyReLU between. B×c_in×H×W → B×c_out×H×W.

    `reach`, if not 0, is the side of a depthwise filter behind the first activation, `waist`, if not 0, the number
    of channels that the last of the inner convolutions leaves.
    """

    def __init__(self, channels_in: int, channels_out: int, width: int, depth: int = 1, reach: int = 0, waist: int = 0):
        first = Reach(width, reach) if reach else nn.LeakyReLU(0.2, inplace=True)
        layers: list[nn.Module] = [_conv(channels_in, width), first]
        inner = [width] * depth + [waist or width]
        for before, after in pairwise(inner):
            layers += [_conv(before, after), nn.LeakyReLU(0.2, inplace=True)]
        super().__init__(*layers, zeroed(_conv(inner[-1], channels_out)))
        self.radius = depth + 2 + reach // 2


class DenseNet(nn.Module):
    """The paper's dense block: five 3×3 convs, each sees all earlier outputs. B×c_in×H×W → B×c_out×H×W."""

    def __init__(self, channels_in: int, channels_out: int, width: int = 32):
        super().__init__()
        self.convs = nn.ModuleList(_conv(channels_in + i * width, width) for i in range(4))
        self.last = zeroed(_conv(channels_in + 4 * width, channels_out))
        self.radius = 5

    def forward(self, x: Tensor) -> Tensor:
        features = [x]
        for conv in self.convs:
            features.append(F.leaky_relu(conv(torch.cat(features, 1)), 0.2))
        return self.last(torch.cat(features, 1))


class SharedScaleShift(nn.Module):
    """s and t from one trunk, as in RealNVP and Glow: a third cheaper than two nets."""

    def __init__(self, subnet: Subnet, channels_in: int, channels_out: int):
        super().__init__()
        self.net = subnet(channels_in, 2 * channels_out)
        self.radius = self.net.radius

    def forward(self, a: Tensor) -> Tensor:
        return self.net(a)


class SeparateScaleShift(nn.Module):
    """s and t from two nets, as in the paper."""

    def __init__(self, subnet: Subnet, channels_in: int, channels_out: int):
        super().__init__()
        self.scale_net, self.shift_net = subnet(channels_in, channels_out), subnet(channels_in, channels_out)
        self.radius = max(self.scale_net.radius, self.shift_net.radius)

    def forward(self, a: Tensor) -> Tensor:
        return torch.cat([self.scale_net(a), self.shift_net(a)], dim=1)


class Coupling(nn.Module):
    """Affine coupling of IRN (equations 1 and 2): a += F(b), b = b·exp(s(a)) + t(a), with |s| < 1.

    Takes and returns a, B×low×H×W, and b, B×high×H×W.
    """

    def __init__(self, low: int, high: int, subnet: Subnet, shared: bool):
        super().__init__()
        self.update = subnet(high, low)
        self.scale_shift = (SharedScaleShift if shared else SeparateScaleShift)(subnet, low, high)
        self.radius = self.update.radius + self.scale_shift.radius

    def forward(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        a = in_strips(self.update, b, torch.add, a)
        return a, in_strips(self.scale_shift, a, _scale_shift, b)

    def inverse(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        b = in_strips(self.scale_shift, a, _unshift_unscale, b)
        return in_strips(self.update, b, torch.sub, a), b

    def log_scale(self, a: Tensor) -> Tensor:
        """s(a) for the a that `forward` returns: log of how much it stretched b, of the shape of b."""
        return _bounded(in_strips(self.scale_shift, a).chunk(2, dim=1)[0])


def _scale_shift(b: Tensor, scale_shift: Tensor) -> Tensor:
    s, t = scale_shift.chunk(2, dim=1)
    return torch.addcmul(t, b, torch.exp(_bounded(s)))


def _unshift_unscale(b: Tensor, scale_shift: Tensor) -> Tensor:
    s, t = scale_shift.chunk(2, dim=1)
    return (b - t) * torch.exp(-_bounded(s))


def _bounded(s: Tensor) -> Tensor:
    """s squashed into (−1, 1), as in the reference code: 2·sigmoid(s) − 1 = tanh(s/2)."""
    return torch.tanh(s / 2)
