"""Read a docstring: what the function does, and what each parameter means.

Understands numpy and Google sections and the fields of Sphinx and Epydoc, also mixed. What it does
not know costs the parameters that it does know nothing.

Notes
-----
``docstring_parser`` was weighed: it leaves ``Keyword Args:`` out, keeps ``a, b`` and ``*args,
**kw`` as one name, and would be one more package that every import loads.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

__all__ = ["described"]

_KINDS = r"(?:arg(?:ument)?s?|param(?:eter)?s?)"
_ON_PARAMETERS = re.compile(rf"(?:(?:other|keyword) )?{_KINDS}|keywords|kwargs", re.IGNORECASE)
_HEADINGS = re.compile(  # that end the description; others are part of it, if they stand before
    r"returns?|yields?|raises|warns|warnings?|examples?|notes?|see also|references|todo|attributes"
    r"|methods|receives|usage",
    re.IGNORECASE,
)
_UNDERLINE = re.compile(r"(?:-{3,}|={3,})\s*")
_TITLE = re.compile(r"([A-Za-z][A-Za-z ]*):\s*")
_FIELD = re.compile(
    r"[ ]*[:@](param|parameter|arg|argument|key|keyword|kwarg|kwparam|type|returns?|rtype|raises?"
    r"|except|exception|yields?|ytype|[ic]?var|vartype|note|see|deprecated)\b[ ]*([^:\n]*):[ ]*"
)
_NAMED = {"param", "parameter", "arg", "argument", "key", "keyword", "kwarg", "kwparam"}
_NAME = r"\*{0,2}`{0,2}\\?\*{0,2}(\w+)`{0,2}"
_NAMES = re.compile(rf"{_NAME}(?:\s*,\s*{_NAME.replace('(', '(?:')})*\s*(?::.*)?")
_TYPE = r"\((?:[^()]|\([^()]*\))*\)"
_ITEM = re.compile(rf"(?:[-*+][ ]+)?{_NAME}\s*(?:{_TYPE})?\s*(?::|[ ]--?|[ ]–)(?:[ ]+(.*)|$)")  # noqa: RUF001 - as people write it


def described(docstring: str) -> tuple[str, dict[str, str]]:
    """Return the description, and the text for each parameter, of a docstring."""
    lines = inspect.cleandoc(docstring).splitlines()
    description, parameters = len(lines), dict[str, str]()
    for at in range(len(lines)):
        found = _found(lines, at)
        if found is not None:
            description = min(description, at)
            parameters = {**parameters, **{n: t for n, t in found.items() if n not in parameters}}
    return "\n".join(lines[:description]).strip(), parameters


def _found(lines: Sequence[str], at: int) -> dict[str, str] | None:
    """Return the parameters of the section or field that begins here; None if none does."""
    line, after = lines[at], lines[at + 1 : at + 2]
    if line.strip() and after and _UNDERLINE.fullmatch(after[0]):
        is_ours = _ON_PARAMETERS.fullmatch(line.strip())
        return dict(_numpy(_until_heading(lines[at + 2 :]))) if is_ours else {}
    title = _TITLE.fullmatch(line)
    if title and _ON_PARAMETERS.fullmatch(title[1]):
        return dict(_google(_inside(lines[at + 1 :])))
    if title and _HEADINGS.fullmatch(title[1]) and _is_indented(after):
        return {}
    field = _FIELD.match(line)
    return dict(_of_field(field, lines[at + 1 :])) if field else None


def _is_indented(lines: Sequence[str]) -> bool:
    return bool(lines) and lines[0].startswith((" ", "\t"))


def _until_heading(lines: Sequence[str]) -> list[str]:
    """Return the lines of a numpy section."""
    ends = (at - 1 for at, line in enumerate(lines) if at and _UNDERLINE.fullmatch(line))
    return list(lines[: next(ends, len(lines))])


def _inside(lines: Sequence[str]) -> list[str]:
    """Return the lines of a Google section: what is indented, or a list that is not."""
    first = next((line for line in lines if line.strip()), "")
    if first.startswith((" ", "\t")):
        body = takewhile(lambda line: not line.strip() or line.startswith((" ", "\t")), lines)
        return inspect.cleandoc("\n" + "\n".join(body)).splitlines()
    start = 0 if lines and lines[0].strip() else 1
    return list(takewhile(lambda line: _ITEM.match(line.strip()), lines[start:]))


def _numpy(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    names: list[str] = []
    texts: list[str] = []
    for line in [*lines, "."]:
        if not line or line.startswith((" ", "\t")):
            texts.append(line.strip())
            continue
        yield from ((name, " ".join(filter(None, texts))) for name in names)
        names = re.findall(r"\w+", line.partition(":")[0]) if _NAMES.fullmatch(line) else []
        texts = []  # a sentence that is no name closes the list


def _google(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    name, texts = "", list[str]()
    for line in [*lines, "_end:"]:
        match = None if line.startswith((" ", "\t")) else _ITEM.fullmatch(line)
        if match is None:
            texts.append(line.strip())
            continue
        if name:
            yield name, " ".join(filter(None, texts))
        name, texts = match[1], [match[2] or ""]


def _of_field(field: re.Match[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    names = re.findall(r"\w+", field[2])
    if field[1] not in _NAMED or not names:
        return
    rest = takewhile(lambda line: line.strip() and not _FIELD.match(line), after)
    texts = [field.string[field.end() :], *rest]
    yield names[-1], " ".join(text.strip() for text in texts if text.strip())
