"""The command `models`."""

import argparse
import json

from irn_core.weights import list_weights, read_info


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add its parser."""
    models = commands.add_parser("models", help="list the shipped models")
    models.add_argument("--json", action="store_true", help="name, scale, params and file bytes as JSON")
    models.set_defaults(run=_models)


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
