"""The command `train`."""

import argparse
from dataclasses import fields, replace

from irn_core.cli import arguments
from irn_core.errors import IRNError
from irn_core.nets.autoencoder import AutoencoderConfig
from irn_core.nets.icn import ICNConfig
from irn_core.nets.restorer import RestorerConfig
from irn_core.training.layouts import LAYOUTS
from irn_core.training.losses import NOTHING, TERMS
from irn_core.training.tasks import CompressTask, NaturalTask, RescaleTask, RestoreTask, Task
from irn_core.training.train import TrainConfig, train
from irn_core.weights import load_model

COMPRESS_LAYOUTS = {
    "icn": ICNConfig(reach=7),
    "icn-eyes": ICNConfig(reach=7, steps=(1.4, 1.1, 0.8, 0.7)),
    "icn-haar": ICNConfig(lift_width=0),
    "autoencoder": AutoencoderConfig(),
}
"""ICN; ICN for eyes; ICN without the learned part of its transform; the simplest learned codec."""


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add its parser."""
    kinds = commands.add_parser("train", help="train a model").add_subparsers(required=True, metavar="KIND")
    _add_rescale(kinds)
    _add_compress(kinds)
    _add_restore(kinds)


def _add_rescale(kinds: argparse._SubParsersAction) -> None:
    rescale = kinds.add_parser("rescale", help="train an invertible rescaling net")
    rescale.add_argument("--scale", type=int, default=2, choices=(2, 4, 8))
    rescale.add_argument("--layout", choices=LAYOUTS, default="compact", help="the network's layout")
    rescale.add_argument("--paper-objective", action="store_true", help="random z at the inverse, as published")
    rescale.add_argument("--prior-share", type=arguments.share, default=0.3, help="share before that, for f and p(z|y)")
    rescale.add_argument("--whitener-share", type=arguments.share, default=0.1, help="last share of the run, for z ↔ ε")
    rescale.add_argument("--luma-share", type=arguments.share, default=0.5, help="of luma in the loss (the paper: 0)")
    rescale.add_argument("--guide", type=arguments.not_negative, help="weight of the LR guidance (default scale²)")
    rescale.add_argument("--jpeg", action="store_true", help="LRs are saved as JPEG on their way to the receiver")
    rescale.add_argument(
        "--likeliest", action="store_true", help="stage 2 without draws: more than twice as many steps in the time"
    )
    rescale.add_argument(
        "--without", choices=(NOTHING, *TERMS), help="leave a term out of stage 2, which is all of the run"
    )
    rescale.add_argument("--natural", action="store_true", help="from --init: draws that pass for photographs")
    _add_run(rescale, batch=4, crop=64)
    rescale.set_defaults(run=_train_rescale)


def _add_compress(kinds: argparse._SubParsersAction) -> None:
    compress = kinds.add_parser("compress", help="train an invertible compression net")
    compress.add_argument("--layout", choices=COMPRESS_LAYOUTS, default="icn", help="icn, or what it is compared with")
    _add_run(compress, batch=2, crop=192)
    compress.set_defaults(run=_train_compress)


def _add_restore(kinds: argparse._SubParsersAction) -> None:
    restore = kinds.add_parser("restore", help="train a net that takes away what JPEG, WebP and AVIF leave behind")
    _add_run(restore, batch=8, crop=128)
    restore.set_defaults(run=_train_restore)


def _add_run(kind: argparse.ArgumentParser, batch: int, crop: int) -> None:
    arguments.add_pictures(kind)
    kind.add_argument("--out", required=True, help="folder for checkpoints, log and weights")
    kind.add_argument("--name", help="name of the weights file")
    length = kind.add_mutually_exclusive_group(required=True)
    length.add_argument("--minutes", type=arguments.above_zero)
    length.add_argument("--steps", type=arguments.positive)
    kind.add_argument("--batch", type=arguments.positive, default=batch)
    kind.add_argument("--crop", type=arguments.positive, default=crop)
    kind.add_argument("--learning-rate", type=arguments.above_zero, default=2e-3)
    kind.add_argument("--init", help="start from these weights")
    kind.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    kind.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1 …")
    kind.add_argument("--workers", type=arguments.whole, default=0, help="processes that prepare crops")
    kind.add_argument("--seed", type=arguments.seed, default=0)


def _train_rescale(args: argparse.Namespace) -> None:
    if args.natural:
        _train_natural(args)
        return
    model = LAYOUTS[args.layout](args.scale)
    shares = args.whitener_share, args.prior_share
    task = RescaleTask(
        model, *shares, args.paper_objective, args.luma_share, args.guide, args.jpeg, args.without, args.likeliest
    )
    _train(args, task, f"irn-x{args.scale}" + "-jpeg" * args.jpeg)


def _train_natural(args: argparse.Namespace) -> None:
    if not args.init or args.jpeg or args.paper_objective:
        raise IRNError("--natural goes on from --init, and goes neither with --jpeg nor with --paper-objective")
    config = load_model(args.init).config
    if config.scale != args.scale:
        raise IRNError(f"{args.init} rescales by {config.scale}, not by --scale {args.scale}")
    task = NaturalTask(replace(config, whitener_width=0), luma_share=args.luma_share, guide=args.guide)
    _train(args, task, f"irn-x{args.scale}-plus")


def _train_compress(args: argparse.Namespace) -> None:
    _train(args, CompressTask(COMPRESS_LAYOUTS[args.layout]), args.layout)


def _train_restore(args: argparse.Namespace) -> None:
    _train(args, RestoreTask(RestorerConfig()), "restorer")


def _train(args: argparse.Namespace, task: Task, name: str) -> None:
    options = {f.name: getattr(args, f.name) for f in fields(TrainConfig) if hasattr(args, f.name)}
    print(train(TrainConfig(**options | {"name": args.name or name}, task=task)))
