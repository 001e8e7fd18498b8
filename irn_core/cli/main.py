"""The command line: python -m irn_core COMMAND …"""

import argparse
import json
import shlex
import sys
from pathlib import Path

from irn_core.cli import arguments
from irn_core.cli import evaluate as cli_evaluate
from irn_core.cli import train as cli_train
from irn_core.coding.codec import (
    Codec,
    codec_for,
    encode_at_psnr,
    encode_within,
    load_codec,
    read_header,
    shipped_model,
)
from irn_core.coding.target import bits_per_pixel, byte_budget
from irn_core.errors import IRNError, WeightsError
from irn_core.ops.metrics import psnr_rgb
from irn_core.pictures.files import encode_png, read_picture
from irn_core.pictures.lr_file import encode_lr, read_lr
from irn_core.rescale import downscale, upscale
from irn_core.weights import RESCALERS, list_rivals, list_weights, load_model, model_tag, read_info


def main(argv: list[str] | None = None) -> int:
    """Run a command; the exit code is 0, or 2 with one line on stderr when the user must mend something."""
    argv = sys.argv[1:] if argv is None else argv
    args = _parser().parse_args(argv)
    args.command = shlex.join(["python", "-m", "irn_core", *argv])
    try:
        args.run(args)
    except (IRNError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m irn_core", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    models = commands.add_parser("models", help="list the shipped models")
    models.add_argument("--json", action="store_true", help="name, scale, params and file bytes as JSON")
    models.set_defaults(run=_models)

    down = commands.add_parser("downscale", help="picture → LR PNG, which keeps y")
    down.add_argument("input", type=Path)
    down.add_argument("output", type=arguments.png)
    _add_model(down)
    down.set_defaults(run=_downscale)

    up = commands.add_parser("upscale", help="LR PNG → picture, drawing the lost z")
    up.add_argument("input", type=Path)
    up.add_argument("output", type=arguments.png)
    _add_model(up)
    arguments.add_noise(up)
    up.set_defaults(run=_upscale)

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

    cli_evaluate.add_commands(commands)
    cli_train.add_command(commands)
    return parser


def _add_model(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--scale", type=arguments.positive, help="2, 4 or 8; picks the model irn-x2, irn-x4 or irn-x8")
    which.add_argument("--model", help="a shipped model or a weights file, instead of --scale")


def _models(args: argparse.Namespace) -> None:
    rows = [
        {"name": i.name, "scale": getattr(i.config, "scale", None), "params": i.params, "bytes": i.file_bytes}
        for i in map(read_info, list_weights())
    ]
    if args.json:
        print(json.dumps(rows, indent=2))
        return
    for row in rows:
        scale = f"×{row['scale']}" if row["scale"] else ""
        print(f"{row['name']:<12} {scale:<3} {row['params']:>9,} parameters  {row['bytes'] / 1e6:.1f} MB")


def _choose_model(args: argparse.Namespace, tagged: str | None = None) -> str:
    """--model, or the one for --scale, or the one that made the LR."""
    if args.model:
        return args.model
    if args.scale:
        return f"irn-x{args.scale}"
    if tagged:
        name = tagged.split("@")[0]
        if name not in [path.stem for path in [*list_weights(), *list_rivals()]]:
            raise IRNError(f"this LR was made by {tagged}, which does not ship; give its weights file with --model")
        return name
    raise IRNError("which model? give --scale 2, 4 or 8, or --model NAME")


def _downscale(args: argparse.Namespace) -> None:
    name = _choose_model(args)
    irn = load_model(name, *RESCALERS)
    picture = read_picture(args.input)
    _note(*picture.notices)
    lr = downscale(irn, picture.pixels, _progress)
    args.output.write_bytes(encode_lr(lr, irn.config.scale, model_tag(name), picture.pixels.shape[:2]))
    print(f"{args.output}: {lr.shape[1]}×{lr.shape[0]}, {args.output.stat().st_size:,} bytes")


def _upscale(args: argparse.Namespace) -> None:
    lr = read_lr(args.input)
    name = _choose_model(args, lr.model)
    irn = load_model(name, *RESCALERS)
    _note(*lr.notices, *lr.warnings(model_tag(name), irn.config.scale))
    x_hat = upscale(irn, lr.pixels, args.tau, args.seed, lr.size_at(irn.config.scale), _progress)
    args.output.write_bytes(encode_png(x_hat))
    print(f"{args.output}: {x_hat.shape[1]}×{x_hat.shape[0]}, tau {args.tau:g}, seed {args.seed}")


def _compress(args: argparse.Namespace) -> None:
    codec = load_codec(args.model)
    picture = read_picture(args.input)
    _note(*picture.notices)
    pixels = picture.pixels
    reached = ""
    if args.psnr:
        data, x_hat, _ = encode_at_psnr(codec, pixels, args.psnr)
        reached = f", PSNR-RGB {psnr_rgb(pixels, x_hat):.2f} dB"
    elif args.bytes or args.bpp:
        data = encode_within(codec, pixels, args.bytes or byte_budget(args.bpp, pixels.shape))
    else:
        data = codec.encode(pixels, args.quality)
    args.output.write_bytes(data)
    quality, bpp = read_header(data).quality, bits_per_pixel(len(data), pixels.shape)
    print(f"{args.output}: {len(data):,} bytes, {bpp:.3f} bits per pixel, quality {quality:.2f}{reached}")


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
    print(f"quality  {header.quality:.2f}")
    print(f"model    {shipped_model(header.fingerprint) or 'does not ship'}, weights {header.fingerprint.hex()}")


def _note(*lines: str) -> None:
    for line in lines:
        print(f"note: {line}", file=sys.stderr)


def _progress(done: int, total: int) -> None:
    if total > 1:
        print(f"\rtile {done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
