"""The commands `compress`, `decompress` and `info`."""

import argparse
from pathlib import Path

import numpy as np

from irn_core.cli import arguments
from irn_core.cli.terminal import note
from irn_core.coding.codec import (
    Codec,
    codec_for,
    encode_at_psnr,
    encode_within,
    load_codec,
    read_header,
    shipped_model,
)
from irn_core.coding.icn_file import MAX_PIXELS
from irn_core.coding.importance import FIRST_SPREAD, SPREADS, as_quality, drops_of
from irn_core.coding.target import bits_per_pixel, byte_budget
from irn_core.errors import IRNError, WeightsError
from irn_core.ops.metrics import psnr_rgb
from irn_core.pictures.files import encode_png, read_picture


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Add the parsers of all three."""
    pack = commands.add_parser("compress", help="picture → .icn file")
    pack.add_argument("input", type=Path)
    pack.add_argument("output", type=arguments.output)
    pack.add_argument("--model", default="icn", help="a shipped model or a weights file")
    aim = pack.add_mutually_exclusive_group()
    aim.add_argument("--quality", type=arguments.quality, default=50.0, help="0 to 100, with fractions (default 50)")
    aim.add_argument("--bpp", type=arguments.above_zero, help="aim at so many bits per pixel, and never more")
    aim.add_argument("--bytes", type=arguments.positive, help="aim at so many bytes, and never more")
    aim.add_argument(
        "--psnr", type=arguments.above_zero, help="aim at this PSNR-RGB in dB, or above if no file is worse"
    )
    pack.add_argument(
        "--importance", type=Path, metavar="MASK", help="a picture of what matters: white most, black least"
    )
    low, high = SPREADS
    pack.add_argument(
        "--spread", type=arguments.spread, metavar="S",
        help=f"steps of quality from white down to black, {low} to {high} (default {FIRST_SPREAD:g})",
    )  # fmt: skip
    pack.set_defaults(run=_compress)

    unpack = commands.add_parser("decompress", help=".icn file → picture, drawing what was lost")
    unpack.add_argument("input", type=Path)
    unpack.add_argument("output", type=arguments.png)
    unpack.add_argument("--model", help="weights file, if the file was not made by a shipped model")
    arguments.add_noise(unpack)
    unpack.set_defaults(run=_decompress)

    info = commands.add_parser("info", help="what an .icn file says of itself")
    info.add_argument("input", type=Path)
    info.set_defaults(run=_info)


def _compress(args: argparse.Namespace) -> None:
    codec = load_codec(args.model)
    picture = read_picture(args.input, MAX_PIXELS)
    note(*picture.notices)
    pixels, reached = picture.pixels, ""
    drops = _drops(args, codec, pixels)
    if args.psnr:
        data, x_hat, _ = encode_at_psnr(codec, pixels, args.psnr, drops)
        reached = f", PSNR-RGB {psnr_rgb(pixels, x_hat):.2f} dB"
    elif args.bytes or args.bpp:
        data = encode_within(codec, pixels, args.bytes or byte_budget(args.bpp, pixels.shape), drops)
    else:
        data = codec.encode(pixels, args.quality, drops)
    args.output.write_bytes(data)
    bpp = bits_per_pixel(len(data), pixels.shape)
    print(f"{args.output}: {len(data):,} bytes, {bpp:.3f} bits per pixel, quality {_quality(data, codec)}{reached}")


def _drops(args: argparse.Namespace, codec: Codec, pixels: np.ndarray) -> np.ndarray | None:
    """The map that --importance and --spread ask for."""
    if args.importance is None:
        if args.spread is not None:
            raise IRNError("--spread says how far a mask reaches; give that with --importance")
        return None
    mask = read_picture(args.importance, MAX_PIXELS)
    note(*mask.notices)
    spread = FIRST_SPREAD if args.spread is None else args.spread
    return drops_of(mask.pixels, spread, pixels.shape[:2], codec.cell)


def _quality(data: bytes, codec: Codec | None) -> str:
    """That of a file; with a map from the least to the most important of its cells, which takes the codec to read."""
    header = read_header(data)
    if not header.has_map:
        return f"{header.quality:.2f}"
    if codec is None:
        return f"up to {header.quality:.2f}, by an importance map"
    qualities = as_quality(header.quality, drops := codec.drops(data))
    cells = f"{drops.shape[1]}×{drops.shape[0]} cells of {codec.cell} pixels"
    return f"{qualities.min():.2f} to {qualities.max():.2f}, by an importance map of {cells}"


def _decompress(args: argparse.Namespace) -> None:
    data = args.input.read_bytes()
    codec = load_codec(args.model) if args.model else _codec_for(data)
    x_hat = codec.decode(data, args.tau, args.seed)
    args.output.write_bytes(encode_png(x_hat))
    print(f"{args.output}: {x_hat.shape[1]}×{x_hat.shape[0]}, tau {args.tau:g}, seed {args.seed}")


def _codec_for(data: bytes) -> Codec:
    try:
        return codec_for(data)
    except WeightsError as error:
        raise WeightsError(f"{error}; give them with --model") from error


def _info(args: argparse.Namespace) -> None:
    data = args.input.read_bytes()
    header = read_header(data)
    print(f"size     {header.width}×{header.height}")
    print(f"bytes    {len(data):,}, {bits_per_pixel(len(data), (header.height, header.width)):.3f} bits per pixel")
    name = shipped_model(header.fingerprint)
    print(f"quality  {_quality(data, load_codec(name) if header.has_map and name else None)}")
    print(f"model    {name or 'does not ship'}, weights {header.fingerprint.hex()}")
