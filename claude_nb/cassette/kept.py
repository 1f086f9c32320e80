"""Exchanges as a notebook's outputs keep them: heard as they pass, and read again within bounds.

An output holds each answer whole, as a message, and of its request the key by which it is found and
as much of its texts as it takes to say what has changed. What others put there is data: it is
checked, never run, and what does not fit is passed over.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, StrictStr, TypeAdapter, ValidationError

from claude_nb.api.calls import EMULATED_HEADER, say
from claude_nb.api.platforms.canonical import canonical
from claude_nb.api.platforms.identity import identity, key_of
from claude_nb.api.platforms.paths import MESSAGES, endpoint
from claude_nb.api.wire import Request, Response
from claude_nb.cassette import answers
from claude_nb.cassette.asker import Asker, Counted, Turns, asker
from claude_nb.cassette.forms import as_message
from claude_nb.cassette.played import Played
from claude_nb.cassette.said import holds_a_key
from claude_nb.cassette.tape import tape
from claude_nb.cassette.taped import HasKey, Heard, Taped

__all__ = ["Keeper", "Turns", "as_data", "asker", "comparable", "read"]

Json = dict[str, Any]

_WHOLE, _SHOWN = 400, 300  # characters of a text of a request: up to which it is whole, and else
_DEEPEST = 50
_MOST = 1_000  # exchanges of one output
_JSON = {"content-type": "application/json"}


class _Exchange(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)

    key: Annotated[StrictStr, Field(pattern="^[0-9a-f]{32}$")]
    n: Annotated[int, Field(ge=1, le=10**6)] = 1
    cell: Annotated[StrictStr, Field(pattern="^([0-9a-f]{16})?$")] = ""
    emulated: bool = False
    request: dict[StrictStr, Any]
    answer: dict[StrictStr, Any]


_EXCHANGES: TypeAdapter[list[_Exchange]] = TypeAdapter(
    Annotated[list[_Exchange], Field(max_length=_MOST)]
)


def read(value: object) -> list[Taped]:
    """Return the exchanges that an output keeps.

    Raises
    ------
    ValueError
        It is no list of such; says which part is wrong, and nothing of what it holds.
    """
    try:
        return [_taped(each) for each in _EXCHANGES.validate_python(value)]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        named = [str(part)[:20] for part in first["loc"][:2] if isinstance(part, str)]
        raise ValueError(f"its {' '.join(named) or 'list'} is not as it is kept") from None
    except (RecursionError, TypeError):
        raise ValueError("it is too deep") from None


def _taped(known: _Exchange) -> Taped:
    headers = _JSON | ({EMULATED_HEADER: "true"} if known.emulated else {})
    body = json.dumps(known.answer, ensure_ascii=False)
    return Taped(known.key, known.request, 200, headers, body, known.n, known.cell)


def as_data(taped: Taped) -> Json:
    """Return an exchange as an output keeps it."""
    emulated = {"emulated": True} if answers.is_emulated(taped) else {}
    where = {"key": taped.key, "n": taped.n, "cell": taped.cell}
    return {**where, **emulated, "request": taped.request, "answer": json.loads(taped.body)}


def comparable(known: Json) -> Json:
    """Return what is kept of a request's identity: long texts are named by their beginnings."""
    return cast("Json", _short(canonical(known), 0))


def _short(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= _WHOLE else _named(value)
    if depth >= _DEEPEST:
        return _named(json.dumps(value, sort_keys=True))
    if isinstance(value, dict):
        return {name: _short(each, depth + 1) for name, each in cast("Json", value).items()}
    if isinstance(value, list):
        return [_short(each, depth + 1) for each in cast("list[Any]", value)]
    return value


def _named(text: str) -> str:
    digest = hashlib.sha256(text.encode(errors="replace")).hexdigest()[:12]
    return f"{text[:_SHOWN]}… ({len(text):,} characters, {digest})"


class Keeper:
    """Hears what passes a client, wherever its answers come from, and keeps what is whole.

    Parameters
    ----------
    who : callable
        Returns who asks, so that equal requests of one are told apart.

    Attributes
    ----------
    kept : list of Taped
        In the order of their answers.
    """

    def __init__(self, who: Callable[[], Asker] = asker, turns: Turns | None = None) -> None:
        self.kept: list[Taped] = []
        self._who = who
        self._turns = turns or Turns()

    def wrap(self, connector: Any) -> Any:
        """Return what sends in a connector's place; see `claude_nb.Anthropic.via`."""
        return tape(connector, store=self)

    def ask(self, request: Request) -> _Hearing | None:
        """Return a request whose answer may be kept; None if it is none."""
        if request.method != "POST" or endpoint(request.url) != MESSAGES:
            return None
        known = identity(request)
        key = key_of(known)
        return _Hearing(self, known, key, self._turns.take(key, self._who()))

    def data(self) -> list[Json]:
        """Return all that is kept, as an output holds it."""
        return [as_data(each) for each in self.kept]


@dataclass(frozen=True, slots=True)
class _Hearing:
    """One request on its way."""

    keeper: Keeper
    known: Json
    key: str
    counted: Counted

    def played(self, has_key: HasKey | None = None) -> Played | None:
        """Return nothing: others answer."""
        del has_key

    def keep(self, reply: Response, heard: Heard) -> None:
        """Keep an answer, if it is a whole one and holds no key."""
        found = answers.taped(self.key, self.known, reply, heard)
        whole = None if found is None or answers.is_error(found) else _as_message(found)
        if whole is None:
            self.give_up()
        elif holds_a_key(whole, *reply.request.private.values()):
            say("An answer with an API key in it is not kept.")
            self.give_up()
        else:
            made = {"n": self.counted.number, "cell": self.counted.cell}
            self.keeper.kept.append(replace(whole, request=comparable(self.known), **made))

    def give_up(self) -> None:
        """No answer came that is kept: the next equal request has the same place."""
        self.counted.give_back()


def _as_message(found: Taped) -> Taped | None:
    body = as_message(found.body) if found.streamed else found.body
    headers = {name: text for name, text in found.headers.items() if name == EMULATED_HEADER}
    return None if body is None else replace(found, headers=_JSON | headers, body=body, pace=())
