"""``claude-nb``: try it, serve the emulator, find out what is wrong, look after recordings.

Owns the command line only; each command is in a module of its own, imported when it is run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from claude_nb._version import __version__
from claude_nb.cli.demo import run as run_demo

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after ``claude-nb``; those of the process by default.

    Returns
    -------
    int
        Exit status, 0 if all is well.
    """
    argv = list(sys.argv[1:] if argv is None else argv)
    if argv[:1] == ["emulator"]:  # it reads its own options, ``--help`` included
        from claude_nb.emulator.server.command import main as emulator  # noqa: PLC0415 (imports tornado)

        return emulator(argv[1:])
    options = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = options.run
    return run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="claude-nb", description="Claude in Jupyter.")
    commands = parser.add_subparsers(required=True)
    demo = commands.add_parser("demo", help="JupyterLab on a first notebook, with no key")
    demo.add_argument("--notebook", type=Path, metavar="FILE", help="open this one instead")
    demo.add_argument("--port", type=_port, default=8888, help="the next free one from here (8888)")
    demo.add_argument("--headless", action="store_true", help="run it and print what it shows")
    demo.set_defaults(run=_demo)
    commands.add_parser("emulator", help="serve the Messages API on this machine", add_help=False)
    doctor = commands.add_parser("doctor", help="check this environment, say what to do")
    doctor.set_defaults(run=_doctor)
    cassette = commands.add_parser("cassette", help="look after a file of recorded answers")
    cassette.add_argument(
        "work", choices=("show", "check", "tidy"), help="what is in it; what is wrong; put in order"
    )
    cassette.add_argument("file", type=Path, metavar="FILE")
    cassette.set_defaults(run=_cassette)
    _add_rerun(commands)
    stamp = commands.add_parser("stamp", help="write into notebooks what the ledger knows of them")
    stamp.add_argument("notebooks", type=Path, nargs="+", metavar="NOTEBOOK")
    stamp.add_argument("--remove", action="store_true", help="take the stamp away")
    stamp.set_defaults(run=_stamp)
    version = commands.add_parser("version", help="print the version")
    version.set_defaults(run=_version)
    return parser


def _add_rerun(commands: Any) -> None:
    rerun = commands.add_parser("rerun", help="execute a notebook again, replayed or fresh")
    rerun.add_argument("notebook", type=Path, metavar="NOTEBOOK")
    modes = rerun.add_mutually_exclusive_group()
    modes.add_argument("--replay", action="store_true", help="ask nothing: the default")
    modes.add_argument("--fresh", action="store_true", help="ask everything, replay nothing")
    modes.add_argument(
        "--diff", action="store_true", help="ask, say which answers changed (then 1), write nothing"
    )
    rerun.add_argument("--budget", metavar="$1", help="the most to spend: $1, or 20,000 tokens")
    rerun.add_argument("--output", type=Path, metavar="FILE", help="write the notebook there")
    rerun.add_argument(
        "--html", type=Path, metavar="FILE", help="with --diff, the report as a page"
    )
    rerun.set_defaults(run=_rerun)


def _port(text: str) -> int:
    value = int(text) if text.isdecimal() else -1
    if not 1 <= value <= 65535:  # noqa: PLR2004 (TCP's range)
        raise argparse.ArgumentTypeError(f"{text!r} is no port: use 1 to 65535")
    return value


def _demo(options: argparse.Namespace) -> int:
    return run_demo(options.notebook, port=options.port, headless=options.headless)


def _doctor(_: argparse.Namespace) -> int:
    from claude_nb.cli.doctor import run  # noqa: PLC0415 (0.4 s, with IPython)

    return run()


def _cassette(options: argparse.Namespace) -> int:
    from claude_nb.cli.cassette import run  # noqa: PLC0415 (imports the client)

    return run(options.work, options.file)


def _rerun(options: argparse.Namespace) -> int:
    from claude_nb.cli import rerun  # noqa: PLC0415 (imports nbclient)

    return rerun.run(rerun.said_of(vars(options)))


def _stamp(options: argparse.Namespace) -> int:
    from claude_nb.cli import stamp  # noqa: PLC0415 (imports nbformat)

    return stamp.run(options.notebooks, remove=options.remove)


def _version(_: argparse.Namespace) -> int:
    print(f"claude_nb {__version__}")
    return 0
