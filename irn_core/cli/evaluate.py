"""The commands `evaluate` and `bench`."""

import argparse
from pathlib import Path

from irn_core.cli import arguments
from irn_core.cli.terminal import note, write_json
from irn_core.coding.codecs import CODECS
from irn_core.coding.pillow_codecs import JPEGS
from irn_core.errors import IRNError
from irn_core.measure.bench import bench
from irn_core.measure.calibration import evaluate_calibration
from irn_core.measure.filters import FILTERS
from irn_core.measure.importance import evaluate_importance
from irn_core.measure.natural import evaluate_natural
from irn_core.measure.noise import evaluate_normality
from irn_core.measure.normality import Figures
from irn_core.measure.provenance import machine, provenance
from irn_core.measure.rates import evaluate_compress
from irn_core.measure.rescaling import AsJpeg, evaluate_filter, evaluate_rescale
from irn_core.pictures.folder import Folder, open_folder
from irn_core.weights import RESCALERS, find_weights, load_model, record_figures


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Add the parsers of both."""
    evaluate = commands.add_parser("evaluate", help="score a model on a folder of pictures")
    kinds = evaluate.add_subparsers(required=True, metavar="KIND")
    _add_rescale(kinds)
    _add_normality(kinds)
    _add_natural(kinds)
    _add_compress(kinds)
    _add_importance(kinds)
    timing = commands.add_parser("bench", help="time the shipped models beside the paper's layout")
    timing.add_argument("--side", type=arguments.positive, default=1000, help="side of the square test picture")
    timing.add_argument("--json", type=arguments.output, help="write the times to this file")
    timing.set_defaults(run=_bench)


def _add_rescale(kinds: argparse._SubParsersAction) -> None:
    rescale = kinds.add_parser("rescale", help="PSNR and SSIM of downscaling and upscaling")
    rescale.add_argument("--model", required=True, help=f"a shipped model, a weights file, {' or '.join(FILTERS)}")
    rescale.add_argument("--scale", type=arguments.positive, help=f"of {' or '.join(FILTERS)}")
    arguments.add_pictures(rescale)
    rescale.add_argument("--json", type=arguments.output, help="write the scores to this file")
    rescale.add_argument("--record", action="store_true", help="write the means into the weights file's metadata")
    rescale.add_argument(
        "--draws", type=arguments.whole, default=0, help="also compare the spread of N ≥ 2 draws with the error"
    )
    arguments.add_noise(rescale)
    arguments.add_refine(rescale)
    rescale.add_argument("--jpeg", type=arguments.jpeg_quality, metavar="Q", help="the LR is saved as JPEG on its way")
    rescale.add_argument("--chroma", choices=JPEGS, default="4:2:0", help="of that JPEG (default 4:2:0, as usual)")
    rescale.set_defaults(run=_evaluate_rescale)


def _add_normality(kinds: argparse._SubParsersAction) -> None:
    normality = kinds.add_parser("normality", help="z before and after the prior's normaliser: is it N(0, I)?")
    normality.add_argument("--model", required=True, help="a shipped model or a weights file")
    arguments.add_pictures(normality)
    normality.add_argument("--json", type=arguments.output, help="write the figures to this file")
    normality.set_defaults(run=_evaluate_normality)


def _add_natural(kinds: argparse._SubParsersAction) -> None:
    natural = kinds.add_parser("natural", help="do draws look like photographs?")
    natural.add_argument("--model", required=True, help="a shipped model or a weights file")
    arguments.add_pictures(natural)
    natural.add_argument("--draws", type=arguments.positive, default=4, help="of each picture, 2 or more")
    natural.add_argument("--seed", type=arguments.seed, default=0, help="of the first draw, and of the classifier")
    natural.add_argument("--json", type=arguments.output, help="write the figures to this file")
    natural.set_defaults(run=_evaluate_natural)


def _add_compress(kinds: argparse._SubParsersAction) -> None:
    compress = kinds.add_parser("compress", help="rate and distortion of ICN and of the codecs everybody has")
    arguments.add_pictures(compress)
    compress.add_argument("--codecs", type=arguments.codecs, help="separated by commas (default: all that work here)")
    compress.add_argument("--model", default="icn", help="a shipped model or a weights file")
    compress.add_argument("--json", type=arguments.output, help="write the curves to this file")
    compress.add_argument("--record", action="store_true", help="write the BD-rate into the weights file's metadata")
    compress.set_defaults(run=_evaluate_compress)


def _add_importance(kinds: argparse._SubParsersAction) -> None:
    importance = kinds.add_parser("importance", help="what an importance map gives inside and takes outside")
    arguments.add_pictures(importance)
    importance.add_argument("--quality", type=arguments.quality, default=30.0, help="of the plain files (default 30)")
    importance.add_argument("--spreads", type=arguments.spreads, default=[10.0, 20.0, 40.0], help="default 10,20,40")
    importance.add_argument("--model", default="icn", help="a shipped model or a weights file")
    importance.add_argument("--json", type=arguments.output, help="write the figures to this file")
    importance.set_defaults(run=_evaluate_importance)


def _evaluate_importance(args: argparse.Namespace) -> None:
    result = evaluate_importance(args.model, _pictures(args), args.quality, args.spreads)
    print(f"a constant map gives {'exactly' if result['constant_map_is_plain'] else 'not'} the plain picture")
    if args.json:
        write_json(args.json, provenance(args.command, args.model) | result)


def _evaluate_compress(args: argparse.Namespace) -> None:
    codecs = args.codecs or [name for name, codec in CODECS.items() if codec.available()]
    if args.record and "icn" not in codecs:
        raise IRNError(f"--record writes the figures of icn, which --codecs {','.join(codecs)} leaves out")
    result = evaluate_compress(args.model, _pictures(args), codecs)
    for name, value in result["bd_rate_vs_jpeg"].items():
        looks = result["bd_rate_vs_jpeg_ssimulacra2"][name]
        print(f"{name:<10} BD-rate against JPEG: PSNR-RGB {_percent(value)}, SSIMULACRA2 {_percent(looks)}")
    if args.json:
        write_json(args.json, provenance(args.command, args.model) | result)
    if args.record:
        figures = {"bd_rate_vs_jpeg": result["bd_rate_vs_jpeg"]["icn"], "icn": result["codecs"]["icn"]}
        record_figures(find_weights(args.model), Path(args.data).resolve().name, figures)


def _percent(value: float | None) -> str:
    return "not defined" if value is None else f"{value:+.1f} %"


def _evaluate_rescale(args: argparse.Namespace) -> None:
    if args.draws == 1:
        raise IRNError(f"--draws is {args.draws}; a spread needs at least 2 draws, 0 leaves it out")
    if (args.refine or args.jpeg) and (args.draws or args.record):
        raise IRNError("--draws and --record are about the LR as f makes it; leave them out, or --refine and --jpeg")
    if args.model in FILTERS:
        _evaluate_filter(args)
        return
    irn = load_model(args.model, *RESCALERS)
    if args.scale not in (None, irn.config.scale):
        raise IRNError(f"{args.model} rescales by {irn.config.scale}, not by --scale {args.scale}")
    pictures = _pictures(args)
    result = evaluate_rescale(irn, args.model, pictures, args.tau, args.seed, args.refine, _jpeg(args))
    _print_mean(result)
    if args.draws:
        found = result["calibration"] = evaluate_calibration(irn, pictures, args.draws, args.seed)
        print(f"RMS error at tau 0 {found['rms_error']:.3f}, RMS spread at tau 1 {found['rms_spread']:.3f} grey levels")
        print(f"intervals of 50 % and 90 % cover {found['coverage_50%']:.1%} and {found['coverage_90%']:.1%}")
    if args.json:
        write_json(args.json, provenance(args.command, args.model) | result)
    if args.record:
        figures = {key: result[key] for key in ("tau", "seed", "mean", "calibration") if key in result}
        record_figures(find_weights(args.model), Path(args.data).resolve().name, figures)


def _evaluate_filter(args: argparse.Namespace) -> None:
    if not args.scale or args.record or args.draws or args.tau or args.refine:
        raise IRNError(f"{args.model} needs --scale, and has no weights to record in, no draws, and nothing to refine")
    result = evaluate_filter(args.model, args.scale, _pictures(args), _jpeg(args))
    _print_mean(result)
    if args.json:
        write_json(args.json, provenance(args.command) | result)


def _jpeg(args: argparse.Namespace) -> AsJpeg | None:
    return AsJpeg(args.jpeg, args.chroma) if args.jpeg else None


def _print_mean(result: dict) -> None:
    shown = "  ".join(f"{key} {value:.4f}" for key, value in result["mean"].items() if value is not None)
    print(f"mean of {len(result['images'])}: {shown}")


def _evaluate_normality(args: argparse.Namespace) -> None:
    result = evaluate_normality(load_model(args.model), args.model, _pictures(args))
    for stage, title in (("before", "z"), ("after", "ε")):
        print(f"{title:<15}" + "".join(f"{key:>12}" for key in Figures._fields))
        for number, row in enumerate(result[stage]["channels"], start=1):
            _print_normality(row.get("began_as", f"channel {number}"), row)
        for band, row in result[stage]["bands"].items():
            _print_normality(f"all {band}", row)
        _print_normality("all", result[stage]["pooled"])
    if args.json:
        write_json(args.json, provenance(args.command, args.model) | result)


def _print_normality(name: str, row: dict) -> None:
    print(f"{name:<15}" + "".join(f"{'—' if row[key] is None else f'{row[key]:.4f}':>12}" for key in Figures._fields))


def _evaluate_natural(args: argparse.Namespace) -> None:
    result = evaluate_natural(load_model(args.model), args.model, _pictures(args), args.draws, args.seed)
    for key, value in (result["mean"] | {k: result[k] for k in ("frechet_distance", "told_apart")}).items():
        print(f"{key:<20}{'—' if value is None else f'{value:.3f}':>10}")
    for band, share in result["energy_share"].items():
        print(f"energy of {band:<20}{share:6.3f} of the originals'")
    if args.json:
        write_json(args.json, provenance(args.command, args.model) | result)


def _bench(args: argparse.Namespace) -> None:
    rows = bench(args.side)
    if args.json:
        write_json(args.json, provenance(args.command) | machine() | {"side": args.side, "rows": rows})


def _pictures(args: argparse.Namespace) -> Folder:
    """Those below --data, after a word on what was left out."""
    folder = open_folder(args.data, args.skip_unreadable)
    note(*folder.notices)
    return folder
