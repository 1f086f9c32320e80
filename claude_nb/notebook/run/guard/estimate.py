"""What the prompts that wait can cost: the one that is to be sent, and the cells behind it.

Each is composed as it will be, with what is known now; nothing is sent. A turn of a chat is sent
with those before it, whose answers may be as long as they are allowed to be.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from typing import Any

from claude_nb.api.wire import Request
from claude_nb.ask.arguments import parse_line, split_cell
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.ask.question import compose
from claude_nb.ask.request import build
from claude_nb.ask.server_tools import with_named
from claude_nb.models.spending.budget import Amount
from claude_nb.models.spending.quote import as_object, quote, quotes
from claude_nb.notebook.answer.amounts import count, money
from claude_nb.notebook.run.guard.waiting import Cell
from claude_nb.notebook.session import Session

__all__ = ["Estimate", "estimate"]

_CHARACTERS_PER_TOKEN = 4
_MAGIC = "%%claude"
_LINE = re.compile(r"^[ \t]*%claude[ \t]+(.+)$", re.MULTILINE)
_MANY = 4  # words of a line that is no command


@dataclass(frozen=True, slots=True)
class Estimate:
    """What several prompts take.

    Attributes
    ----------
    prompts : int
        How many.
    tokens : int
        Of their input, about.
    most : Amount
        What they can cost at most, as far as that can be known.
    vague : int
        Prompts of which more may come: with names that are not there yet, tools, or a table.
    """

    prompts: int = 0
    tokens: int = 0
    most: Amount = field(default_factory=Amount)
    vague: int = 0

    def __add__(self, other: Estimate) -> Estimate:
        return Estimate(
            self.prompts + other.prompts,
            self.tokens + other.tokens,
            self.most + other.most,
            self.vague + other.vague,
        )

    def __str__(self) -> str:
        said = f"{count(self.prompts, 'prompt')}, about {self.tokens:,} tokens in, "
        said += f"at most {money(self.most.dollars)}"
        which = "one of them" if self.vague == 1 else f"{self.vague} of them"
        more = f" as far as it can be counted now: {which} may take more"
        return f"{said}{more * bool(self.vague)}"


def estimate(session: Session, request: Request, cells: Sequence[Cell]) -> Estimate:
    """Return what a request and the cells that wait behind it can cost.

    Parameters
    ----------
    session : Session
        Whose variables, chats and models these are.
    request : Request
        What is to be sent now; nothing is counted of it if it is free.
    cells : sequence of Cell
        Those that wait.
    """
    found = quotes(request, session.models)
    if not found:
        return Estimate()
    read = sum(each.read for each in found)
    most = reduce(add, (each.amount() for each in found))
    tools = int(b'"tools":' in request.content)
    later = _Later(session, cells)
    later.now(request)
    now = Estimate(1, _about(len(request.content), read), most, tools)
    return reduce(add, later.counted(), now)


def _about(characters: int, most: int) -> int:
    return min(characters // _CHARACTERS_PER_TOKEN, most)


class _Later:
    """The cells that wait, in their order."""

    def __init__(self, session: Session, cells: Sequence[Cell]) -> None:
        self._session = session
        self._cells = cells
        self._ids = {session.cell, *(each.id for each in cells)} - {""}
        self._said: dict[str, int] = defaultdict(
            int
        )  # tokens by chat, which later turns send again

    def now(self, request: Request) -> None:
        """Note what is sent now, which turns of the same chat send again."""
        running = _asked(str((self._session.parent.get("content") or {}).get("code", "")), self)
        if running is not None:
            self._note(running[0], as_object(json.loads(request.content)))

    def counted(self) -> Iterator[Estimate]:
        """Yield what each cell can cost that asks."""
        for cell in self._cells:
            if (asked := _asked(cell.source, self)) is not None:
                yield self._one(cell, *asked)

    @property
    def defaults(self) -> Options:
        """The options where a cell does not give them."""
        return self._session.defaults()

    def _one(self, cell: Cell, options: Options, text: str) -> Estimate:
        body, is_whole = self._body(options, text)
        before = 0 if options.fresh else self._said[self._chat(options)]
        alone = quote(body, self._session.models)
        cells = _seen(options)
        found = replace(alone, read=alone.read + before + cell.missing + cells)
        tokens = _about(len(json.dumps(body)) + cell.missing, found.read) + cells
        self._note(options, body, cell.missing)
        vague = options.each or body.get("tools") or cell.missing or not is_whole
        return Estimate(1, tokens, found.amount(), int(bool(vague)))

    def _note(self, options: Options, body: Mapping[str, Any], missing: int = 0) -> None:
        if chat := self._chat(options):
            own = {**body, "messages": list(body.get("messages") or ())[-1:]}
            found = quote(own, self._session.models)
            before = 0 if options.fresh else self._said[chat]
            self._said[chat] = before + found.read + found.written + missing

    def _chat(self, options: Options) -> str:
        return "" if options.no_history else options.chat

    def _body(self, options: Options, text: str) -> tuple[dict[str, Any], bool]:
        """Return the request, and whether it is the one that will be sent."""
        session, history = self._session, self._history(options)
        known = {"variables": session.variables, "models": session.models}
        try:
            named = with_named(options, session.servers)
            question = compose(named, text, history=history, **known)
            return json.loads(json.dumps(question.sent, default=str)), True
        except Exception:  # noqa: BLE001 (a value may raise anything; its cell will say so)
            asked = [*history, {"role": "user", "content": text}]
            return json.loads(json.dumps(build(options, asked, session.models), default=str)), False

    def _history(self, options: Options) -> list[Any]:
        """Return what was said before in a chat, without the turns that these cells replace."""
        chat = self._session.chats.get(self._chat(options))
        if chat is None or options.fresh:
            return []
        kept = [turn for turn in chat.turns if turn.cell.partition("/")[0] not in self._ids]
        return [message for turn in kept for message in turn.messages]


def _seen(options: Options) -> int:
    """Return the tokens of the notebook's cells at most, as dear as what goes into a cache."""
    return 0 if options.context == "none" else options.context_tokens * 5 // 4


def _asked(source: str, known: _Later) -> tuple[Options, str] | None:
    """Return what a cell asks, as far as it says that; None if it asks nothing."""
    text = source.lstrip()
    if not text.startswith(_MAGIC):
        found = [each[1] for each in _LINE.finditer(text) if _is_question(each[1])]
        return (known.defaults, "\n".join(found)) if found else None
    line, _, body = text.removeprefix(_MAGIC).partition("\n")
    line, body = split_cell(line, body)
    try:
        options = known.defaults.changed(parse_line(line))
    except InputError:  # its cell will say what is wrong, and send nothing
        return None
    return None if options.dry_run else (options, body)


def _is_question(words: str) -> bool:
    """Whether a line asks, and is no command."""
    return words.rstrip(" \"'").endswith("?") or (
        len(words.split()) >= _MANY and not words.startswith("set ")
    )
