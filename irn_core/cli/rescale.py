"""The commands `downscale` and `upscale`."""

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from irn_core.cli import arguments
from irn_core.cli.terminal import note, progress
from irn_core.errors import IRNError
from irn_core.motion import downscale_clip, upscale_clip
from irn_core.nets.irn import IRN
from irn_core.pictures.clips import MAX_CLIP_PIXELS, Clip, encode_clip, is_clip, read_clip
from irn_core.pictures.files import encode_png, read_picture
from irn_core.pictures.lr_file import LRFile, encode_lr, encode_lr_clip, read_lr, with_tag
from irn_core.rescale import downscale, upscale
from irn_core.weights import RESCALERS, find_weights, list_rivals, list_weights, load_model, model_tag, read_info


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Add the parsers of both."""
    down = commands.add_parser("downscale", help="picture → LR PNG, which keeps y; an animation, frame by frame")
    down.add_argument("input", type=Path)
    down.add_argument("output", type=arguments.lr, help="a PNG, or a JPEG by a model whose name ends in -jpeg")
    _add_model(down)
    down.add_argument("--quality", type=arguments.jpeg_quality, help="of a JPEG, 1 to 100 (default 90)")
    arguments.add_refine(down)
    down.set_defaults(run=_downscale)

    up = commands.add_parser("upscale", help="LR → picture, drawing the lost z; an animation, frame by frame")
    up.add_argument("input", type=Path)
    up.add_argument("output", type=arguments.png)
    _add_model(up)
    arguments.add_noise(up)
    anew = "of an animation: frame k = 0, 1, … is drawn with SEED + k; else all frames are with SEED"
    up.add_argument("--anew", action="store_true", help=anew)
    up.set_defaults(run=_upscale)


def _add_model(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--scale", type=arguments.positive, help="2, 4 or 8; picks the model irn-x2, irn-x4 or irn-x8")
    which.add_argument("--model", help="a shipped model or a weights file, instead of --scale")


def _choose_model(args: argparse.Namespace, lr: LRFile | None = None) -> str:
    """--model, or the one for --scale, or the one that made the LR, by its tag or else by its file name."""
    if args.model:
        return args.model
    if args.scale:
        return f"irn-x{args.scale}"
    shipped = [path.stem for path in [*list_weights(*RESCALERS), *list_rivals()]]
    if lr and lr.model:
        name = lr.model.split("@")[0]
        if name not in shipped:
            raise IRNError(f"this LR was made by {lr.model}, which does not ship; give its weights file with --model")
        return name
    if lr and (named := [name for name in shipped if name in args.input.name]):
        return max(named, key=len)  # irn-x2-jpeg, of which irn-x2 is a part
    raise IRNError("which model? give --scale 2, 4 or 8, or --model NAME")


def _downscale(args: argparse.Namespace) -> None:
    name = _choose_model(args)
    if is_clip(args.input):
        _downscale_clip(args, name)
        return
    jpeg = _jpeg_quality(args, name)
    irn = load_model(name, *RESCALERS)
    picture = read_picture(args.input)
    note(*picture.notices)
    lr = downscale(irn, picture.pixels, partial(progress, what="step") if args.refine else progress, args.refine)
    size = picture.pixels.shape[:2]
    args.output.write_bytes(encode_lr(lr, irn.config.scale, model_tag(name), size, args.refine, jpeg))
    print(f"{args.output}: {lr.shape[1]}×{lr.shape[0]}, {args.output.stat().st_size:,} bytes")


def _downscale_clip(args: argparse.Namespace, name: str) -> None:
    if arguments.is_jpeg(args.output):
        raise IRNError(f"{args.input} moves, and {args.output} is a JPEG, which does not; name it *.png")
    _jpeg_quality(args, name)
    irn, clip = load_model(name, *RESCALERS), read_clip(args.input)
    note(*clip.notices)
    lrs = _counted(downscale_clip(irn, clip.frames, args.refine), len(clip.frames))
    size = clip.frames[0].shape[:2]
    tag = (irn.config.scale, model_tag(name), size, args.refine)
    args.output.write_bytes(encode_lr_clip(lrs, clip.durations, *tag))
    _say_clip(args.output, lrs)


def _counted(frames: Iterator[np.ndarray], count: int) -> list[np.ndarray]:
    """All frames, with progress on stderr."""
    done = []
    for pixels in frames:
        done.append(pixels)
        progress(len(done), count, what="frame")
    return done


def _say_clip(output: Path, frames: list[np.ndarray], how: str = "") -> None:
    height, width = frames[0].shape[:2]
    print(f"{output}: {len(frames)} frames of {width}×{height}{how}, {output.stat().st_size:,} bytes")


def _jpeg_quality(args: argparse.Namespace, name: str) -> int | None:
    """Returns the quality of the file that is written; None for a PNG."""
    if not arguments.is_jpeg(args.output):
        if args.quality:
            raise IRNError(f"--quality is about JPEG, and {args.output} is a PNG; name it *.jpg or leave out --quality")
        return None
    if args.refine or not read_info(find_weights(name)).training.get("jpeg"):
        raise IRNError(
            f"a JPEG loses what {name} hides in an LR{', refined or not' if args.refine else ''}; name it *.png, "
            "or use --model irn-x2-jpeg without --refine"
        )
    return args.quality or 90


def _upscale(args: argparse.Namespace) -> None:
    clip = read_clip(args.input) if is_clip(args.input) else None
    lr = with_tag(clip.frames, clip.notices, clip.text) if clip else read_lr(args.input)
    name = _choose_model(args, lr)
    irn = load_model(name, *RESCALERS)
    note(*lr.notices, *lr.warnings(model_tag(name), irn.config.scale))
    size = lr.size_at(irn.config.scale)
    if clip:
        _upscale_clip(args, irn, clip, size)
        return
    x_hat = upscale(irn, lr.pixels, args.tau, args.seed, size, progress)
    args.output.write_bytes(encode_png(x_hat))
    print(f"{args.output}: {x_hat.shape[1]}×{x_hat.shape[0]}, tau {args.tau:g}, seed {args.seed}")


def _upscale_clip(args: argparse.Namespace, irn: IRN, clip: Clip, size: tuple[int, int] | None) -> None:
    pixels = sum(lr.shape[0] * lr.shape[1] for lr in clip.frames) * irn.config.scale**2
    if pixels > MAX_CLIP_PIXELS:
        raise IRNError(
            f"{args.input} would become {pixels / 1e6:.0f} megapixels in {len(clip.frames)} frames; at most "
            f"{MAX_CLIP_PIXELS / 1e6:.0f} are made. Cut it shorter"
        )
    frames = upscale_clip(irn, clip.frames, args.tau, args.seed, args.anew, size)
    done = _counted(frames, len(clip.frames))
    args.output.write_bytes(encode_clip(done, clip.durations))
    _say_clip(args.output, done, f", tau {args.tau:g}, seed {args.seed}{' + k' if args.anew else ''}")
