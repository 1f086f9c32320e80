"""One line of a cassette's file, which anyone may have written: read by a model, within bounds.

What people compare stands there as itself: the request, and the answer as an object or a list of
events; a body of another form is kept as text, as all bodies once were.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Annotated, Any, Literal, Self, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictStr,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import from_json

from claude_nb.api.platforms.identity import key_of
from claude_nb.cassette.streams import laid_out, rendered
from claude_nb.cassette.taped import Taped
from claude_nb.characters import hidden_in

__all__ = ["LineError", "is_unfinished", "read", "written"]

Json = dict[str, Any]

_START = b'{"key": "'
_FIELDS = "key, request, status, headers and an answer"
_MEANS = {
    "key": "its key is not 32 hexadecimal digits",
    "n": "its n is no number from 0 on",
    "cell": "its cell is not up to 64 letters and digits",
    "request": "its request is no object",
    "status": "its status is no number from 200 to 599",
    "headers": "its headers are no object of texts",
    "answer": "its answer is no object",
    "stream": "its stream is no list of events",
    "body": "its body is no text",
    "pace": "its pace is no list of milliseconds",
}
_MARKS = frozenset({b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>"})  # of a merge
_FORMS = ("answer", "stream", "body")
_TEXTS = ("path", "anthropic-version", "anthropic-beta", "method", "query")  # of a request
_HOUR = 3_600_000  # milliseconds


class _Line(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)

    key: Annotated[StrictStr, Field(pattern="^[0-9a-f]{32}$")]
    n: Annotated[int, Field(ge=0, le=10**9)] = 0
    cell: Annotated[StrictStr, Field(pattern="^[0-9A-Za-z_-]{0,64}$")] = ""
    request: dict[StrictStr, Any]
    status: Annotated[int, Field(ge=200, le=599)]
    headers: Annotated[dict[StrictStr, StrictStr], Field(max_length=100)]
    answer: dict[StrictStr, Any] | None = None
    stream: list[dict[StrictStr, Any]] | None = None
    body: StrictStr | None = None
    pace: list[Annotated[int, Field(ge=0, le=_HOUR)]] = []

    @model_validator(mode="after")
    def _has_one_answer(self) -> Self:
        if sum(getattr(self, form) is not None for form in _FORMS) != 1:
            raise ValueError
        return self


_LINE = TypeAdapter(_Line)


class LineError(ValueError):
    """A line is no exchange; says why, and nothing of what it holds."""


def read(line: bytes) -> Taped:
    """Return the exchange that a line holds.

    Raises
    ------
    LineError
        It holds none.
    """
    if line[:7] in _MARKS:
        raise LineError("it is the mark of a merge")
    try:
        known = _LINE.validate_python(from_json(line.decode(), cache_strings=False))
        return _taped(known)
    except LineError:
        raise
    except UnicodeDecodeError:
        raise LineError("it is not UTF-8 text") from None
    except ValidationError as error:
        raise LineError(_meaning(error)) from None
    except (ValueError, RecursionError, TypeError, KeyError):
        raise LineError("it is no JSON, or too deep") from None


def _meaning(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    field = str(first["loc"][0]) if first["loc"] else ""
    return _MEANS.get(field, f"it is no object of {_FIELDS}")


def _taped(line: _Line) -> Taped:
    _check(line.request)
    return Taped(
        key=_key(line),
        n=line.n,
        cell=line.cell,
        request=line.request,
        status=line.status,
        headers=line.headers,
        body=_body(line),
        pace=tuple(line.pace),
    )


def _check(request: Json) -> None:
    for name in _TEXTS:
        if not isinstance(request.get(name, ""), str):
            raise LineError(f"the {name} of its request is no text")
    if not isinstance(request.get("body", {}), dict):
        raise LineError("the body of its request is no object")


def _key(line: _Line) -> str:
    """Return the key of the request as it is counted today: the one that is written may be old."""
    known = {"anthropic-version", "anthropic-beta", "path", "body"} <= line.request.keys()
    return key_of(line.request) if known else line.key


def _body(line: _Line) -> str:
    if line.stream is not None:
        try:
            return rendered(line.stream)
        except ValueError:
            raise LineError(_MEANS["stream"]) from None
    return line.body if line.body is not None else _dumped(line.answer)


def _dumped(value: Any) -> str:
    """Return JSON that a person can read, without what would end its line or hide in a diff."""
    text = json.dumps(value, ensure_ascii=False)
    for char in hidden_in(text):
        text = text.replace(char, json.dumps(char)[1:-1])
    return text


def written(taped: Taped) -> bytes:
    """Return the line of an exchange, with its end.

    Raises
    ------
    LineError
        It could not be read again.
    """
    told = _as_object(taped)
    for form in (told, {"body": taped.body}):
        try:
            line = _dumped({**_head(taped), **form, **_pace(taped)}).encode()
        except (ValueError, RecursionError):
            continue
        if _same(line, taped, told):
            return line + b"\n"
    raise LineError("it could not be read again as it is")


def _head(taped: Taped) -> Json:
    at = {name: value for name in ("n", "cell") if (value := getattr(taped, name))}
    told = {"request": taped.request, "status": taped.status, "headers": taped.headers}
    return {"key": taped.key, **at, **told}


def _pace(taped: Taped) -> Json:
    return {"pace": list(taped.pace)} if taped.pace else {}


def _as_object(taped: Taped) -> Json:
    """Return the answer as people read it; its text where it has another form."""
    if taped.streamed:
        events = laid_out(taped.body)
        return {"body": taped.body} if events is None else {"stream": events}
    try:
        value = json.loads(taped.body)
    except (ValueError, RecursionError):
        value = None
    return {"answer": value} if isinstance(value, dict) else {"body": taped.body}


def _same(line: bytes, taped: Taped, told: Json) -> bool:
    """Whether the line says what it is to say, in whichever words."""
    try:
        again = read(line)
    except LineError:
        return False
    heads_agree = replace(again, body="") == replace(taped, body="")
    return heads_agree and _said(_as_object(again)) == _said(told)


def _said(form: Json) -> Any:
    return cast("Any", form.get("body") or form)


def is_unfinished(line: bytes) -> bool:
    """Whether a line is one of ours that its writer has not ended."""
    if not line.startswith(_START):
        return _START.startswith(line)
    text = line.decode(errors="ignore")  # it may end in the middle of a character
    return not _is_json(text) and _is_json(text, partly="trailing-strings")


def _is_json(text: str, partly: Literal["off", "trailing-strings"] = "off") -> bool:
    try:
        from_json(text, allow_partial=partly)
    except ValueError:
        return False
    return True
