"""Read a docstring: what the function does, and what each parameter means.

Understands the numpy, Google and Sphinx styles.
"""

from __future__ import annotations

import inspect
import re

__all__ = ["described"]

_NUMPY_HEADING = re.compile(r"^(\w[\w ]*)\n-{3,}[ ]*$", re.MULTILINE)
_GOOGLE_HEADING = re.compile(
    r"^(Args|Arguments|Parameters|Returns|Yields|Raises|Examples?|Notes?):[ ]*$", re.MULTILINE
)
_SPHINX_FIELD = re.compile(r"^:(\w+)(?: +(?:[^:\n]*? )?(\w+))?:[ ]*", re.MULTILINE)
_NUMPY_PARAMETER = re.compile(r"^(\w[\w, ]*?)[ ]*(?::.*)?$")
_GOOGLE_PARAMETER = re.compile(r"^\*{0,2}(\w+)[ ]*(?:\([^)]*\))?:[ ]*(.*)$")


def described(docstring: str) -> tuple[str, dict[str, str]]:
    """Return the description, and the text for each parameter, of a docstring."""
    text = inspect.cleandoc(docstring)
    found = [
        (match.start(), style, match)
        for style, pattern in _STYLES.items()
        for match in pattern.finditer(text)
    ]
    if not found:
        return text.strip(), {}
    start, style, _ = min(found, key=lambda each: each[0])
    return text[:start].strip(), _PARAMETERS[style](text)


def _sections(text: str, heading: re.Pattern[str]) -> str:
    """Return the text of the section on parameters."""
    headings = list(heading.finditer(text))
    ends = [match.start() for match in headings[1:]] + [len(text)]
    for match, end in zip(headings, ends, strict=True):
        if match[1].strip() in ("Args", "Arguments", "Parameters"):
            return text[match.end() : end]
    return ""


def _numpy(text: str) -> dict[str, str]:
    parameters: dict[str, list[str]] = {}
    names: list[str] = []
    for line in _sections(text, _NUMPY_HEADING).splitlines():
        match = _NUMPY_PARAMETER.match(line)
        if match:
            names = [name.strip() for name in match[1].split(",")]
            continue
        for name in names:
            parameters.setdefault(name, []).append(line.strip())
    return {name: " ".join(lines).strip() for name, lines in parameters.items()}


def _google(text: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    section = inspect.cleandoc("\n" + _sections(text, _GOOGLE_HEADING))
    name = ""
    for line in section.splitlines():
        match = _GOOGLE_PARAMETER.match(line)
        if match:
            name = match[1]
            parameters[name] = match[2].strip()
        elif name:
            parameters[name] = f"{parameters[name]} {line.strip()}".strip()
    return parameters


def _sphinx(text: str) -> dict[str, str]:
    fields = list(_SPHINX_FIELD.finditer(text))
    ends = [match.start() for match in fields[1:]] + [len(text)]
    return {
        match[2]: " ".join(text[match.end() : end].split())
        for match, end in zip(fields, ends, strict=True)
        if match[1] in ("param", "parameter", "arg") and match[2]
    }


_STYLES = {"numpy": _NUMPY_HEADING, "google": _GOOGLE_HEADING, "sphinx": _SPHINX_FIELD}
_PARAMETERS = {"numpy": _numpy, "google": _google, "sphinx": _sphinx}
