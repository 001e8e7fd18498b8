"""The command line: python -m irn_core COMMAND …, or irn COMMAND … where it is installed."""

import argparse
import os
import shlex
import sys

from irn_core.cli import arguments, compress, evaluate, models, rescale, restore, terminal, train
from irn_core.errors import IRNError


def main(argv: list[str] | None = None) -> int:
    """Run a command; the exit code is 0, or 2 with one line on stderr when the user must mend something.

    Where the reader of its output closes the pipe, it ends in silence with 141, as shell tools do.
    """
    terminal.make_safe()
    argv = sys.argv[1:] if argv is None else argv
    args = _parser().parse_args(argv)
    args.command = shlex.join(["python", "-m", "irn_core", *argv])
    try:
        arguments.keep_sources(args)
        args.run(args)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has seen enough, as head does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
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
    models.add_command(commands)
    rescale.add_commands(commands)
    compress.add_commands(commands)
    restore.add_command(commands)
    evaluate.add_commands(commands)
    train.add_command(commands)
    return parser
