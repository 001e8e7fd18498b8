"""The command `restore`."""

import argparse
from pathlib import Path

from irn_core.cli import arguments
from irn_core.cli.terminal import note, progress
from irn_core.coding.cleaning import clean, kind_of, load_restorer, quality_of
from irn_core.errors import ImageError
from irn_core.pictures.files import encode_png, read_picture


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add its parser."""
    restore = commands.add_parser("restore", help="JPEG, WebP or AVIF → picture without the traces of its codec")
    restore.add_argument("input", type=Path)
    restore.add_argument("output", type=arguments.png)
    restore.add_argument("--model", default="restorer", help="a shipped model or a weights file")
    restore.add_argument("--quality", type=arguments.quality, help="at which it was written (default: found out)")
    restore.set_defaults(run=_restore)


def _restore(args: argparse.Namespace) -> None:
    net, data = load_restorer(args.model), args.input.read_bytes()
    try:
        kind, picture = kind_of(data), read_picture(data)
    except ImageError as error:
        raise ImageError(f"{args.input}: {error}") from error
    note(*picture.notices)
    quality = quality_of(data, picture.pixels) if args.quality is None else round(args.quality)
    x = clean(net, picture.pixels, kind, quality, progress)
    args.output.write_bytes(encode_png(x))
    print(f"{args.output}: {x.shape[1]}×{x.shape[0]}, cleaned of {kind} at quality {quality}")
