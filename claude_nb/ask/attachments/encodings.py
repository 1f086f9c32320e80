"""Bytes that are no UTF-8 -> which encoding they are likely in, and the line that reads them.

A guess is never used by itself: of fourteen short tables tried, the best detector read five
wrongly, and nothing shows that a name was sent as another.
"""

from __future__ import annotations

import re

__all__ = ["advice"]

_LOOKED_AT = 65_536  # bytes
_WESTERN = 0.2  # share of bytes beyond ASCII below which a text is taken for a Western one
_MANY_BYTES = frozenset(
    {"big5", "big5hkscs", "cp932", "cp949", "euc_jp", "euc_kr", "gb18030", "gbk", "shift_jis"}
)
_AROUND = re.compile(r"\S*[^\x00-\x7f]\S*")
_PREVIEW = 40


def advice(data: bytes, name: str, *, variable: bool = False) -> str:
    """Return what bytes that are no UTF-8 likely are, and how to read them; empty if unclear.

    Parameters
    ----------
    data : bytes
        What was to be read.
    name : str
        Of the file.
    variable : bool
        Whether it is the name of a variable that holds the bytes.
    """
    encoding = _likely(data[:_LOOKED_AT])
    if not encoding:
        return ""
    text = data[:_LOOKED_AT].decode(encoding, "replace")
    word = next((found[0] for found in _AROUND.finditer(text)), "")[:_PREVIEW]
    how = f"{name}.decode(" if variable else f"open({name!r}, encoding="
    end = "" if variable else ".read()"
    return (
        f"It looks like {encoding} ({word!r}). If that reads right: "
        f"text = {how}{encoding!r}){end}, then -a text."
    )


def _likely(data: bytes) -> str:
    guesses = _guesses(data)
    beyond = sum(byte > 0x7F for byte in data) / len(data)  # noqa: PLR2004 - the end of ASCII
    if guesses and (guesses[0] in _MANY_BYTES or beyond >= _WESTERN):
        return guesses[0]
    return "cp1252" if _reads(data, "cp1252") else next(iter(guesses), "")


def _guesses(data: bytes) -> list[str]:
    try:
        from charset_normalizer import from_bytes  # noqa: PLC0415 (JupyterLab brings it; seldom met)
    except ImportError:
        return []
    found = [match.encoding for match in from_bytes(data)]
    return [name for name in found if not name.startswith("utf_") or 0 in data]


def _reads(data: bytes, encoding: str) -> bool:
    try:
        return "\0" not in data.decode(encoding)
    except UnicodeDecodeError:
        return False
