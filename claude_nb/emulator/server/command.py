"""``claude-nb emulator``: the emulator from a shell, until Ctrl-C."""

from __future__ import annotations

import argparse
import math
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType

from claude_nb.emulator.server.connection import Limits
from claude_nb.emulator.server.serving import serve

__all__ = ["main"]

_LAST_PORT = 65_535


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
        limits = Limits(connections=options.connections)
        log = _print if options.log else None
        rate = options.requests_per_minute
        server = serve(
            options.port, options.speed, limits=limits, log=log, requests_per_minute=rate
        )
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
    parser.add_argument("--port", type=_port, default=8787, help="0 picks a free one (8787)")
    parser.add_argument(
        "--speed", type=_speed, default=60.0, metavar="N", help="tokens a second, 0: at once (60)"
    )
    parser.add_argument(
        "--connections",
        type=_count,
        default=1000,
        metavar="N",
        help="open at a time, at most (1000)",
    )
    parser.add_argument(
        "--requests-per-minute",
        type=_count,
        metavar="N",
        help="refuse more with 429 (4,000 are told, and none is refused)",
    )
    parser.add_argument("--log", action="store_true", help="print one line for each call")
    return parser


def _speed(text: str) -> float:
    value = float(text)
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a speed; give 0 or more tokens a second")
    return value


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is not a port; give 0 to {_LAST_PORT}")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is too few; give 1 or more")
    return value


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


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
