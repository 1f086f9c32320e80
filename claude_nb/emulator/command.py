"""``claude-nb emulator``: the emulator from a shell, until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType

from claude_nb.emulator import serve

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the emulator until it is interrupted.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after ``claude-nb emulator``; those of the process by default.

    Returns
    -------
    int
        Exit status: 0, or 1 if the port is taken.
    """
    options = _parser().parse_args(argv)
    try:
        server = serve(options.port, options.speed)
    except OSError as error:
        sys.stderr.write(f"claude-nb emulator: port {options.port}: {error.strerror}\n")
        return 1
    with server:
        sys.stdout.write(f"Messages API emulator on {server.url} (Ctrl-C ends it)\n")
        sys.stdout.flush()
        _wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="claude-nb emulator", description="Emulate the Messages API on 127.0.0.1."
    )
    parser.add_argument("--port", type=int, default=8787, help="0 picks a free one (8787)")
    parser.add_argument(
        "--speed", type=float, default=60.0, metavar="N", help="tokens a second, 0: at once (60)"
    )
    return parser


def _wait() -> None:
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    try:
        while not stop.wait(0.2):
            pass
    except KeyboardInterrupt:
        pass
