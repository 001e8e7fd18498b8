"""The command line: python -m irn_core COMMAND …"""

import argparse
import json
import shlex
import sys
from dataclasses import fields
from pathlib import Path

from irn_core import arguments
from irn_core.bench import bench
from irn_core.codec import codec_for, encode_at_psnr, encode_within, load_codec, read_header, shipped_model
from irn_core.errors import IRNError
from irn_core.evaluate import (
    FILTERS,
    NORMALITY,
    evaluate_calibration,
    evaluate_filter,
    evaluate_normality,
    evaluate_rescale,
)
from irn_core.evaluate_compress import CODECS, evaluate_compress
from irn_core.layouts import LAYOUTS
from irn_core.lr_file import encode_lr, read_lr
from irn_core.nets.autoencoder import AutoencoderConfig
from irn_core.nets.icn import ICNConfig
from irn_core.ops.pixels import encode_png, read_picture
from irn_core.provenance import machine, provenance
from irn_core.rescale import downscale, upscale
from irn_core.tasks import CompressTask, RescaleTask, Task
from irn_core.train import TrainConfig, train
from irn_core.weights import (
    RESCALERS,
    find_weights,
    list_weights,
    load_model,
    model_tag,
    read_info,
    record_figures,
)

COMPRESS_LAYOUTS = {"icn": ICNConfig(), "icn-haar": ICNConfig(lift_width=0), "autoencoder": AutoencoderConfig()}
"""ICN; ICN without the learned part of its transform; the simplest learned codec."""


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
    _add_noise(up)
    up.set_defaults(run=_upscale)

    pack = commands.add_parser("compress", help="picture → .icn file")
    pack.add_argument("input", type=Path)
    pack.add_argument("output", type=arguments.output)
    pack.add_argument("--model", default="icn", help="a shipped model or a weights file")
    aim = pack.add_mutually_exclusive_group()
    aim.add_argument("--quality", type=arguments.quality, default=50.0, help="0 to 100, with fractions (default 50)")
    aim.add_argument("--bpp", type=arguments.above_zero, help="aim at so many bits per pixel, and never more")
    aim.add_argument("--bytes", type=arguments.positive, help="aim at so many bytes, and never more")
    aim.add_argument("--psnr", type=arguments.above_zero, help="aim at this PSNR-RGB in dB")
    pack.set_defaults(run=_compress)

    unpack = commands.add_parser("decompress", help=".icn file → picture, drawing what was lost")
    unpack.add_argument("input", type=Path)
    unpack.add_argument("output", type=arguments.png)
    unpack.add_argument("--model", help="weights file, if the file was not made by a shipped model")
    _add_noise(unpack)
    unpack.set_defaults(run=_decompress)

    info = commands.add_parser("info", help="what an .icn file says of itself")
    info.add_argument("input", type=Path)
    info.set_defaults(run=_info)

    evaluate = commands.add_parser("evaluate", help="score a model on a folder of pictures")
    kinds = evaluate.add_subparsers(required=True, metavar="KIND")
    rescale = kinds.add_parser("rescale", help="PSNR and SSIM of downscaling and upscaling")
    rescale.add_argument("--model", required=True, help=f"a shipped model, a weights file, {' or '.join(FILTERS)}")
    rescale.add_argument("--scale", type=arguments.positive, help=f"of {' or '.join(FILTERS)}")
    rescale.add_argument("--data", required=True, type=Path, help="folder of pictures")
    rescale.add_argument("--json", type=arguments.output, help="write the scores to this file")
    rescale.add_argument("--record", action="store_true", help="write the means into the weights file's metadata")
    rescale.add_argument("--draws", type=int, default=0, help="also compare the spread of N ≥ 2 draws with the error")
    _add_noise(rescale)
    rescale.set_defaults(run=_evaluate_rescale)

    normality = kinds.add_parser("normality", help="z before and after the prior's normaliser: is it N(0, I)?")
    normality.add_argument("--model", required=True, help="a shipped model or a weights file")
    normality.add_argument("--data", required=True, type=Path, help="folder of pictures")
    normality.add_argument("--json", type=arguments.output, help="write the figures to this file")
    normality.set_defaults(run=_evaluate_normality)

    compress = kinds.add_parser("compress", help="rate and distortion of ICN and of the codecs everybody has")
    compress.add_argument("--data", required=True, type=Path, help="folder of pictures")
    compress.add_argument("--codecs", type=arguments.codecs, default=list(CODECS), help="separated by commas")
    compress.add_argument("--model", default="icn", help="a shipped model or a weights file")
    compress.add_argument("--json", type=arguments.output, help="write the curves to this file")
    compress.add_argument("--record", action="store_true", help="write the BD-rate into the weights file's metadata")
    compress.set_defaults(run=_evaluate_compress)

    trainer = commands.add_parser("train", help="train a model")
    _add_train(trainer.add_subparsers(required=True, metavar="KIND"))

    timing = commands.add_parser("bench", help="time the shipped models beside the paper's layout")
    timing.add_argument("--side", type=arguments.positive, default=1000, help="side of the square test picture")
    timing.add_argument("--json", type=arguments.output, help="write the times to this file")
    timing.set_defaults(run=_bench)
    return parser


def _add_model(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--scale", type=arguments.positive, help="2, 4 or 8; picks the model irn-x2, irn-x4 or irn-x8")
    which.add_argument("--model", help="a shipped model or a weights file, instead of --scale")


def _add_noise(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tau", type=arguments.tau, default=0.0, help="temperature of z: 0 most likely, 1 a fair draw")
    parser.add_argument("--seed", type=arguments.seed, default=0, help="which draw")


def _add_train(kinds) -> None:
    rescale = kinds.add_parser("rescale", help="train an invertible rescaling net")
    rescale.add_argument("--scale", type=int, default=2, choices=(2, 4, 8))
    rescale.add_argument("--layout", choices=LAYOUTS, default="compact", help="the network's layout")
    rescale.add_argument("--paper-objective", action="store_true", help="random z at the inverse, as published")
    rescale.add_argument("--prior-share", type=float, default=0.3, help="share, before that, for f with p(z|y)")
    rescale.add_argument("--whitener-share", type=float, default=0.1, help="last share of the run, for z ↔ ε")
    rescale.add_argument("--luma-share", type=float, default=0.5, help="share of luma in the loss (the paper: 0)")
    rescale.add_argument("--guide", type=float, help="weight of the LR guidance (default scale²)")
    _add_run(rescale, batch=4, crop=64)
    rescale.set_defaults(run=_train_rescale)

    compress = kinds.add_parser("compress", help="train an invertible compression net")
    compress.add_argument("--layout", choices=COMPRESS_LAYOUTS, default="icn", help="icn, or what it is compared with")
    _add_run(compress, batch=2, crop=192)
    compress.set_defaults(run=_train_compress)


def _add_run(kind: argparse.ArgumentParser, batch: int, crop: int) -> None:
    kind.add_argument("--data", required=True, help="any folder tree of pictures")
    kind.add_argument("--out", required=True, help="folder for checkpoints, log and weights")
    kind.add_argument("--name", help="name of the weights file")
    length = kind.add_mutually_exclusive_group(required=True)
    length.add_argument("--minutes", type=float)
    length.add_argument("--steps", type=arguments.positive)
    kind.add_argument("--batch", type=arguments.positive, default=batch)
    kind.add_argument("--crop", type=arguments.positive, default=crop)
    kind.add_argument("--learning-rate", type=float, default=2e-3)
    kind.add_argument("--init", help="start from these weights")
    kind.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    kind.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1 …")
    kind.add_argument("--workers", type=int, default=0, help="processes that prepare crops")
    kind.add_argument("--seed", type=arguments.seed, default=0)


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
        if name not in [path.stem for path in list_weights()]:
            raise IRNError(f"this LR was made by {tagged}, which does not ship; give its weights file with --model")
        return name
    raise IRNError("which model? give --scale 2, --scale 4, or --model NAME")


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
    area = pixels.shape[0] * pixels.shape[1]
    if args.psnr:
        data = encode_at_psnr(codec, pixels, args.psnr)
    elif args.bytes or args.bpp:
        data = encode_within(codec, pixels, args.bytes or int(args.bpp * area / 8))
    else:
        data = codec.encode(pixels, args.quality)
    args.output.write_bytes(data)
    quality = read_header(data).quality
    print(f"{args.output}: {len(data):,} bytes, {8 * len(data) / area:.3f} bits per pixel, quality {quality:.2f}")


def _decompress(args: argparse.Namespace) -> None:
    data = args.input.read_bytes()
    codec = load_codec(args.model) if args.model else codec_for(data)
    x_hat = codec.decode(data, args.tau, args.seed)
    args.output.write_bytes(encode_png(x_hat))
    print(f"{args.output}: {x_hat.shape[1]}×{x_hat.shape[0]}, tau {args.tau:g}, seed {args.seed}")


def _info(args: argparse.Namespace) -> None:
    data = args.input.read_bytes()
    header = read_header(data)
    print(f"size     {header.width}×{header.height}")
    print(f"bytes    {len(data):,}, {8 * len(data) / (header.width * header.height):.3f} bits per pixel")
    print(f"quality  {header.quality:.2f}")
    print(f"model    {shipped_model(header.fingerprint) or 'does not ship'}, weights {header.fingerprint.hex()}")


def _evaluate_compress(args: argparse.Namespace) -> None:
    result = evaluate_compress(args.model, args.data, args.codecs)
    for name, value in result["bd_rate_vs_jpeg"].items():
        print(f"{name:<10} BD-rate against JPEG {'not defined' if value is None else f'{value:+.1f} %'}")
    if args.json:
        _write_json(args.json, provenance(args.command, args.model) | result)
    if args.record:
        figures = {"bd_rate_vs_jpeg": result["bd_rate_vs_jpeg"]["icn"], "icn": result["codecs"]["icn"]}
        record_figures(find_weights(args.model), Path(args.data).resolve().name, figures)


def _evaluate_rescale(args: argparse.Namespace) -> None:
    if args.draws == 1 or args.draws < 0:
        raise IRNError(f"--draws is {args.draws}; a spread needs at least 2 draws, 0 leaves it out")
    if args.model in FILTERS:
        _evaluate_filter(args)
        return
    irn = load_model(args.model, *RESCALERS)
    result = evaluate_rescale(irn, args.model, args.data, args.tau, args.seed)
    _print_mean(result)
    if args.draws:
        found = result["calibration"] = evaluate_calibration(irn, args.data, args.draws, args.seed)
        print(f"RMS error at tau 0 {found['rms_error']:.3f}, RMS spread at tau 1 {found['rms_spread']:.3f} grey levels")
        print(f"intervals of 50 % and 90 % cover {found['coverage_50%']:.1%} and {found['coverage_90%']:.1%}")
    if args.json:
        _write_json(args.json, provenance(args.command, args.model) | result)
    if args.record:
        figures = {key: result[key] for key in ("tau", "seed", "mean", "calibration") if key in result}
        record_figures(find_weights(args.model), Path(args.data).resolve().name, figures)


def _evaluate_filter(args: argparse.Namespace) -> None:
    if not args.scale or args.record or args.draws or args.tau:
        raise IRNError(f"{args.model} needs --scale, and has no weights to record in and no draws")
    result = evaluate_filter(args.model, args.scale, args.data)
    _print_mean(result)
    if args.json:
        _write_json(args.json, provenance(args.command) | result)


def _print_mean(result: dict) -> None:
    shown = "  ".join(f"{key} {value:.4f}" for key, value in result["mean"].items() if value is not None)
    print(f"mean of {len(result['images'])}: {shown}")


def _evaluate_normality(args: argparse.Namespace) -> None:
    result = evaluate_normality(load_model(args.model), args.model, args.data)
    for stage, title in (("before", "z"), ("after", "ε")):
        print(f"{title:<15}" + "".join(f"{key:>12}" for key in NORMALITY))
        for number, row in enumerate(result[stage]["channels"], start=1):
            _print_normality(row.get("began_as", f"channel {number}"), row)
        _print_normality("all", result[stage]["pooled"])
    if args.json:
        _write_json(args.json, provenance(args.command, args.model) | result)


def _print_normality(name: str, row: dict) -> None:
    print(f"{name:<15}" + "".join(f"{'—' if row[key] is None else f'{row[key]:.4f}':>12}" for key in NORMALITY))


def _bench(args: argparse.Namespace) -> None:
    rows = bench(args.side)
    if args.json:
        _write_json(args.json, provenance(args.command) | machine() | {"side": args.side, "rows": rows})


def _write_json(path: Path, result: dict) -> None:
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _train_rescale(args: argparse.Namespace) -> None:
    model = LAYOUTS[args.layout](args.scale)
    shares = args.whitener_share, args.prior_share
    task = RescaleTask(model, *shares, args.paper_objective, args.luma_share, args.guide)
    _train(args, task, f"irn-x{args.scale}")


def _train_compress(args: argparse.Namespace) -> None:
    _train(args, CompressTask(COMPRESS_LAYOUTS[args.layout]), args.layout)


def _train(args: argparse.Namespace, task: Task, name: str) -> None:
    options = {f.name: getattr(args, f.name) for f in fields(TrainConfig) if hasattr(args, f.name)}
    print(train(TrainConfig(**options | {"name": args.name or name}, task=task)))


def _note(*lines: str) -> None:
    for line in lines:
        print(f"note: {line}", file=sys.stderr)


def _progress(done: int, total: int) -> None:
    if total > 1:
        print(f"\rtile {done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
