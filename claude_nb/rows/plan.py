"""A prompt with ``{{column}}`` and one row -> the request of that row, and its name; pure.

What all rows have in common is composed once; a row changes the text, and the whole question only
where pictures or a system prompt with columns in it are asked about. What they have in common is
also what a server is to keep (``cache``): a whole row, which no other asks, would only be dearer.
"""

from __future__ import annotations

import hashlib
import re
from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from claude_nb.api.platforms.identity import identity, key_of
from claude_nb.api.platforms.platform import ANTHROPIC
from claude_nb.api.resources.endpoints import message_request
from claude_nb.api.sending.requests import RequestBuilder
from claude_nb.api.wire import Timeout
from claude_nb.ask import braces, names, prompt
from claude_nb.ask.answers.answer_schema import AnswerSchema
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.ask.question import Question, compose
from claude_nb.models import BUILT_IN, ModelTable
from claude_nb.models.locks.locks import NONE, Locks
from claude_nb.rows.tables import Table, is_missing

__all__ = ["RECORDING", "Plan", "Planned"]

RECORDING = "a recording"  # the server of what is replayed

_ROW = "row"  # the whole row, for columns whose names are no names of Python
_OF_ROW = re.compile(r"""row\[(?:(?P<quote>["'])(?P<text>.*?)(?P=quote)|(?P<number>-?\d+))\]""")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Planned:
    """The request of one row.

    Attributes
    ----------
    key : str
        Names it, and all that are alike.
    params : Mapping
        As ``messages.create`` takes it.
    """

    key: str
    params: Mapping[str, Any]


@dataclass(eq=False)
class Plan:
    """What is asked of every row.

    Attributes
    ----------
    text : str
        The prompt, with columns in double braces.
    options : Options
        Of every row.
    variables : Mapping
        Names that the prompt may use besides the columns, and where schema and functions are.
    server : str
        What tells one server from another: an emulated answer is not taken for a real one.
    models : ModelTable
        What is known of its models.
    locks : Locks
        What whoever runs the machine allows.
    sealed : callable
        Puts into a request what only the server is to see, as it is sent.
    """

    text: str
    options: Options
    variables: Mapping[str, Any]
    server: str = ""
    models: ModelTable = BUILT_IN
    locks: Locks = NONE
    sealed: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict
    common: Question = field(init=False)
    _identity: dict[str, Any] = field(init=False)
    _needs: tuple[str, ...] = field(init=False)
    _whole: bool = field(init=False)
    _kept: dict[str, Any] = field(init=False)
    _varies: bool = field(init=False)
    _files: int | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        system = prompt.system_template(self.options.system)
        self._whole = bool(braces.fields(system)) or bool(self.options.attach)
        needs = () if self.options.raw else (*braces.fields(self.text), *braces.fields(system))
        self._needs = tuple(dict.fromkeys(needs))
        plain = self.options.changed({"raw": True, "attach": ()})
        self.common = self._composed(plain, self.variables)
        builder = RequestBuilder("", {}, {}, Timeout(), ANTHROPIC.prepare)
        self._identity = identity(message_request(builder, self.common.sent))
        self._varies = bool(braces.fields(system))
        self._kept = _kept(self.common.params, varies=self._varies)

    def _composed(self, options: Options, variables: Mapping[str, Any]) -> Question:
        known: dict[str, Any] = {"models": self.models, "locks": self.locks}
        return compose(options, self.text, variables=variables, **known)

    @property
    def model(self) -> str:
        """The id of the model that is asked."""
        return str(self.common.params["model"])

    @property
    def schema(self) -> AnswerSchema | None:
        """What each answer must look like."""
        return self.common.schema

    @property
    def is_cached(self) -> bool:
        """Whether a server is to keep what all rows have in common."""
        return "cache_control" in self.common.params

    @property
    def columns(self) -> tuple[str, ...]:
        """What the prompt names: columns, and perhaps other variables."""
        return tuple(dict.fromkeys(map(_root, self._needs)))

    def check(self, table: Table) -> None:
        """Refuse a prompt that names what the rows have not.

        Raises
        ------
        InputError
            Says which column, and what columns there are.
        """
        if not self._needs and not self.options.attach:
            raise InputError(
                "The prompt names no column, so that all rows ask the same: write {{column}} where "
                "a row's own value belongs."
            )
        if table.columns is None:
            return
        known = {*table.columns, *self.variables, _ROW}
        for path in self._needs:
            root = _root(path)
            if root not in known:
                near = names.did_you_mean(root, table.columns)
                said = table.said(root)
                raise InputError(f"{{{{{path}}}}}: there is no column {root!r}.{near} {said}")
            if (found := _OF_ROW.match(path)) and "row" not in table.columns:
                _check_name(path, found, table)

    def of(self, row: Row) -> Planned:
        """Return the request of a row.

        Raises
        ------
        InputError
            The row lacks a value that the prompt names, or it cannot be sent.
        """
        scope = _scope(row, self.variables)
        for path in self._needs:
            root = _root(path)
            if root not in row and root != _ROW and root not in self.variables:
                raise InputError(f"{{{{{path}}}}}: this row has no {root!r}, so it was not asked.")
            if root in row and is_missing(names.lookup(path, scope)):
                raise InputError(
                    f"{{{{{path}}}}}: this row has no value there, so it was not asked."
                )
        content = None if self._whole else self._content(scope)
        if not isinstance(content, str):
            question = self._composed(self.options, scope)
            return Planned(self._key(self._sent(question)), self._sparing(question.params, row))
        messages = [{"role": "user", "content": content}]
        body = {**self._identity["body"], "messages": messages}
        known = {**self._identity, "body": body}
        return Planned(self._named(key_of(known)), {**self._kept, "messages": messages})

    def _sparing(self, params: Mapping[str, Any], row: Row) -> Mapping[str, Any]:
        """Return a row's request with what it shares with the others kept, files included."""
        if not self.is_cached:
            return params
        kept = _kept(params, varies=self._varies)
        shared = 0 if self._varies else self._shared(row)
        if not shared:
            return kept
        [message] = params["messages"]
        content = list(message["content"])
        content[shared - 1] = {**content[shared - 1], "cache_control": params["cache_control"]}
        return {**kept, "messages": [{**message, "content": content}]}

    def _shared(self, row: Row) -> int:
        """Return how many blocks at the beginning are files of all rows, which no column names."""
        if self._files is None:
            files = (*takewhile(lambda name: _root(name) not in row, self.options.attach),)
            alone = self._composed(
                self.options.changed({"raw": True, "attach": files}), self.variables
            )
            self._files = len(alone.params["messages"][-1]["content"]) - 1 if files else 0
        return self._files

    def _content(self, scope: Mapping[str, Any]) -> Any:
        if self.options.raw:
            return self.text.removesuffix("\n")
        return prompt.content(self.text.strip("\n"), scope)

    @staticmethod
    def _sent(question: Question) -> dict[str, Any]:
        builder = RequestBuilder("", {}, {}, Timeout(), ANTHROPIC.prepare)
        return identity(message_request(builder, question.sent))

    def _key(self, known: dict[str, Any]) -> str:
        return self._named(key_of(known))

    def _named(self, key: str) -> str:
        """Return the key of a request to this server."""
        return hashlib.sha256(f"{self.server}\n{key}".encode()).hexdigest()[:32]


def _kept(params: Mapping[str, Any], *, varies: bool) -> dict[str, Any]:
    """Return a request whose system prompt is to be kept, or else its tools, and not the whole."""
    how, system = params.get("cache_control"), params.get("system")
    left = {name: value for name, value in params.items() if name != "cache_control"}
    if how and isinstance(system, str) and not varies:
        return {**left, "system": [{"type": "text", "text": system, "cache_control": how}]}
    if how and (tools := params.get("tools")):
        return {**left, "tools": [*tools[:-1], {**tools[-1], "cache_control": how}]}
    return left


def _check_name(path: str, found: re.Match[str], table: Table) -> None:
    """Refuse a column of ``row[…]`` that is not there, or that is named by its number."""
    name = found["text"] if found["text"] is not None else found["number"]
    if name not in (columns := table.columns or ()):
        near = names.did_you_mean(name, columns)
        raise InputError(f"{{{{{path}}}}}: there is no column {name!r}.{near} {table.said(name)}")
    if found["number"] is not None:
        raise InputError(f'{{{{{path}}}}}: columns are named by text: {{{{row["{name}"]}}}}.')


def _root(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


def _scope(row: Row, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the names that a row's prompt may use: its columns before all others."""
    return ChainMap({_ROW: row, **row}, variables)  # pyright: ignore[reportArgumentType] (is read)
