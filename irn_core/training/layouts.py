"""Named configurations of the rescaling networks: ours, the paper's, and rivals of our size."""

from dataclasses import replace

from irn_core.nets.irn import IRNConfig
from irn_core.nets.plain import PlainConfig

WIDTHS = {
    "super-resolution": {2: 41, 4: 63, 8: 106},
    "joint": {2: 40, 4: 62, 8: 100},
    "standard-normal": {2: 50, 4: 53, 8: 58},
}
"""By scale: with these a rival has as many parameters as the compact IRN without its whitener, within 2 %."""


def deep(scale: int) -> IRNConfig:
    """The compact layout with two more blocks at the coarsest level, where a block costs least."""
    ours = IRNConfig.compact(scale)
    return replace(ours, blocks=(*ours.blocks[:-1], ours.blocks[-1] + 2))


def wide_reach(scale: int) -> IRNConfig:
    """`deep`, and a filter of 7×7 in each subnet of the coarsest level: it sees repeated structure."""
    return replace(deep(scale), reach=7)


def five(scale: int) -> IRNConfig:
    """The compact layout with one more block at the coarsest level."""
    ours = IRNConfig.compact(scale)
    return replace(ours, blocks=(*ours.blocks[:-1], ours.blocks[-1] + 1))


def five_reach(scale: int) -> IRNConfig:
    """`five`, with the 7×7 filter of `reach`: at ×8 two more blocks would take it beyond 2.9 M parameters."""
    return replace(five(scale), reach=7)


def waist(scale: int) -> IRNConfig:
    """`five`, with subnets of 48, then 32 channels: as fast as the compact layout."""
    return replace(five(scale), waist=32)


def white(scale: int) -> IRNConfig:
    """The compact layout without a whitener: η is white."""
    return replace(IRNConfig.compact(scale), whitener_width=0)


def super_resolution(scale: int) -> PlainConfig:
    """Bicubic down, learned up."""
    return PlainConfig(scale, WIDTHS["super-resolution"][scale])


def joint(scale: int) -> PlainConfig:
    """Learned down and up, not invertible."""
    return PlainConfig(scale, WIDTHS["joint"][scale], down_blocks=4, up_blocks=4)


def standard_normal(scale: int) -> IRNConfig:
    """An IRN whose z is N(0, I), as in the paper."""
    blocks = IRNConfig.compact(scale).blocks
    return IRNConfig(scale, blocks, (WIDTHS["standard-normal"][scale],) * len(blocks), prior_width=0)


LAYOUTS = {
    "compact": IRNConfig.compact,
    "deep": deep,
    "five": five,
    "five-reach": five_reach,
    "white": white,
    "waist": waist,
    "reach": wide_reach,
    "paper": IRNConfig.paper,
    "standard-normal": standard_normal,
    "super-resolution": super_resolution,
    "joint": joint,
}
"""Each makes the configuration for a scale."""
