"""Secrets that are known by their shape: keys as providers make them, and blocks of PEM.

Every expression takes time in proportion to the text: each part has a bound, or ends where the
next begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

__all__ = ["keys", "pem"]

Span = tuple[int, int]

KEYS = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"sk-ant-[\w-]{8,}|sk-[\w-]{16,}"
    r"|[spr]k_(?:live|test|prod)_\w{8,}|whsec_[\w+/]{16,}"
    r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|gl[a-z]{1,6}-[\w-]{16,}"
    r"|(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}|AIza[\w-]{30,}|GOCSPX-[\w-]{16,}|ya29\.[\w.-]{12,}"
    r"|1//0[\w-]{24,}|xox[a-z]{1,2}-[\w.-]{10,}|xapp-[\w-]{16,}"
    r"|gsk_\w{12,}|hf_[A-Za-z0-9]{16,}|api_org_[A-Za-z0-9]{16,}|r8_\w{12,}|xai-[\w-]{12,}"
    r"|nvapi-[\w-]{12,}|pplx-\w{12,}|csk-\w{16,}|tvly-[\w-]{12,}|tgp_v1_[\w-]{12,}|fw_\w{20,}"
    r"|lsv2_[a-z]{2}_\w{16,}|jina_\w{16,}|voyage-pa-\w{12,}|AQ\.[\w-]{24,}"
    r"|npm_[A-Za-z0-9]{16,}|pypi-[\w-]{16,}|dckr_[a-z]{2,4}_[\w-]{16,}|rubygems_[a-f0-9]{24,}"
    r"|dapi[a-f0-9]{16,}(?:-\d)?|dkea[a-f0-9]{24,}|SG\.[\w-]{6,}\.[\w-]{6,}|key-[a-f0-9]{32}"
    r"|shp(?:at|ss|ca|pa)_[a-fA-F0-9]{16,}|do[opr]_v1_[a-f0-9]{24,}|lin_api_\w{16,}"
    r"|hv[bsr]\.[\w-]{16,}|tskey-[\w-]{12,}|ntn_\w{20,}|secret_\w{40,}|fig[duo]_[\w-]{16,}"
    r"|sntry[su]_[\w+/=-]{16,}|ph[cx]_\w{20,}|PMAK-[\w-]{20,}|NRAK-[A-Z0-9]{20,}"
    r"|sbp_[a-f0-9]{24,}|sb_secret_[\w-]{12,}|ATATT3x[\w=-]{20,}|ATCTT3x[\w=-]{20,}"
    r"|AGE-SECRET-KEY-1[A-Z0-9]{20,}|pul-[a-f0-9]{24,}|EAAC[A-Za-z0-9]{20,}|SK[a-f0-9]{32}"
    r"|\d{8,10}:AA[\w-]{30,}|(?:wandb_v1|wdb)_\w{20,}|cfut_\w{20,}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)*|https://hooks\.slack\.com/services/[\w/]{12,}"
    r"|https://(?:\w{1,20}\.)?discord(?:app)?\.com/api/webhooks/\d{1,30}/[\w-]{12,}"
    r")",
    re.ASCII,
)
_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_LINE_END = re.compile(r"(?:\\{1,4}r)?\\{1,4}n|\r?\n")
_MARGIN = re.compile(r"[\s>|#*\d:\"'(+,)-]*[rbuf]?[\"']*")  # line numbers, arrows, quotes
_BASE64 = re.compile(r"[A-Za-z0-9+/=]*")
_RUN = re.compile(r"[\s>|#*\d:\"'(+,)-]*[A-Za-z0-9+/]{16,}={0,2}")
_HEADER = re.compile(r"(?:Proc-Type|DEK-Info|Version|Comment|Hash): ")
_FAR = 20_000  # characters: no key is longer


def keys(text: str) -> Iterator[Span]:
    """Yield where something has the shape that a provider gives its keys."""
    for found in KEYS.finditer(text):
        yield found.span()


def pem(text: str) -> Iterator[Span]:
    """Yield where private keys stand: whole, cut off at their end, or cut off at their start."""
    done = 0
    marks = sorted([*_BEGIN.finditer(text), *_END.finditer(text)], key=lambda mark: mark.start())
    for mark, after in pairwise([*marks, None]):
        assert mark is not None  # noqa: S101 - only the last one is
        begins = mark.re is _BEGIN
        if not begins:
            start, done = _back(text, done, mark.start()), mark.end()
        elif after is not None and after.re is _END:
            start, done = mark.start(), after.start()  # its end mark is the next to be looked at
        else:
            bound = after.start() if after is not None else len(text)
            start, done = mark.start(), _forth(text, mark.end(), bound)
        yield start, done


def _forth(text: str, start: int, bound: int) -> int:
    """Return where a key without an end mark stops: behind the last line that is part of one."""
    last = start
    for begin, end in _lines(text, start, min(bound, start + _FAR)):
        line = text[begin:end]
        if not _is_part(line):
            run = _RUN.match(line)
            return begin + run.end() if run else last
        last = end if line.strip() else last
    return last


def _back(text: str, bound: int, end: int) -> int:
    """Return where a key without a begin mark starts."""
    first = end
    for begin, stop in reversed(list(_lines(text, max(bound, end - _FAR), end))):
        line = text[begin:stop]
        if not _is_part(line):
            break
        first = begin if line.strip() else first
    return first


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield where the lines of a part of the text are; an escaped line end is one too."""
    for found in _LINE_END.finditer(text, start, end):
        yield start, found.start()
        start = found.end()
    yield start, end


def _is_part(line: str) -> bool:
    """Return whether a line can be part of a key: base64, blank, or a header of one."""
    found = _MARGIN.match(line)
    rest = line[found.end() if found else 0 :].rstrip(" \t\r\"'\\,)+;")
    return bool(_BASE64.fullmatch(rest) or _HEADER.match(line.lstrip()))
