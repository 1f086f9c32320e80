"""What a cell printed, out of all that IPython keeps under one number."""

from __future__ import annotations

from typing import Any

__all__ = ["Printed", "kept"]

_MOST = 40_000  # characters, from either end


class Printed:
    """Tells what was printed, and in a terminal shown, since it was asked last.

    Cells that are run outside of the history share a number, and what they print an entry.

    Parameters
    ----------
    shell : InteractiveShell
        Keeps what is printed, on IPython 9.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._told: tuple[int, int, int] = (0, 0, 0)  # number, entries, pieces of the last

    def since(self, number: int, *others: str) -> list[dict[str, Any]]:
        """Return the outputs under a number since then, as notebook files have them.

        Parameters
        ----------
        number : int
            The execution count.
        *others : str
            Which kinds of outputs are told besides what was printed, without its long middles.
        """
        entries = list(kept(self._shell, "outputs", {}).get(number, ()))
        known, done, pieces = self._told if self._told[0] == number else (number, 0, 0)
        begin = max(0, done - 1)
        found: list[dict[str, Any]] = []
        for place, entry in enumerate(entries[begin:], begin):
            text = _ends(_pieces(entry)[pieces if place == done - 1 else 0 :])
            if text:
                found.append({"output_type": "stream", "text": text})
            elif entry.output_type in others and place >= done:
                found.append({"output_type": entry.output_type, "data": dict(entry.bundle)})
        self._told = (known, len(entries), len(_pieces(entries[-1])) if entries else 0)
        return found


def kept(shell: Any, name: str, otherwise: Any) -> Any:
    """Return what IPython keeps under that name; versions and embedding programs differ."""
    return getattr(getattr(shell, "history_manager", None), name, otherwise)


def _pieces(entry: Any) -> list[str]:
    return entry.bundle["stream"] if entry.output_type in {"out_stream", "err_stream"} else []


def _ends(pieces: list[str]) -> str:
    """Return what was printed, in so many pieces, without the middle of what is very long."""
    if sum(map(len, pieces)) <= 2 * _MOST:
        return "".join(pieces)
    first = _first(pieces)
    last = _first([piece[::-1] for piece in reversed(pieces)])[::-1]
    return f"{first}\n[much is left out here]\n{last}"


def _first(pieces: list[str]) -> str:
    found, length = list[str](), 0
    for piece in pieces:
        found.append(piece[: _MOST - length])
        length += len(found[-1])
        if length >= _MOST:
            break
    return "".join(found)
