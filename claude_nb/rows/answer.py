"""What came of one row, and of many as columns beside their own; pure.

Names and types are those that the schema declares, whatever came: parts of a table that are
answered apart fit together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from claude_nb.api.types import Message
from claude_nb.ask.answers.answer_schema import AnswerSchema
from claude_nb.rows.tables import Column, Table

__all__ = ["NOT_ASKED", "Answer", "came", "dumped", "extended", "said"]

NOT_ASKED = {"type": "not asked", "message": "This row was not asked yet."}
_KINDS: Mapping[str, type] = {"string": str, "integer": int, "number": float, "boolean": bool}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one row.

    Attributes
    ----------
    row : int
        The row's place in the table, from 0.
    sample : int
        The number of the sample, from 0.
    text : str or None
        The answer's text; None if there is no answer.
    value : object
        What the schema makes of it; without one, the text.
    message : Message or None
        The answer.
    cost : float or None
        US dollars, or None if the price is not known.
    error : str or None
        What went wrong.
    seconds : float or None
        That it took, without what was tried in vain before; None of a batch.
    way : str
        Which way it was asked, of several.
    """

    row: int
    sample: int
    text: str | None
    value: Any
    message: Message | None
    cost: float | None
    error: str | None
    seconds: float | None = None
    way: str = ""

    @property
    def is_asked(self) -> bool:
        """Whether anything came of the row by now."""
        return self.error != said(NOT_ASKED)

    @property
    def fields(self) -> dict[str, Any] | None:
        """The fields of an answer to a schema; None if it has none."""
        value = dumped(self.value)
        return cast("dict[str, Any]", value) if isinstance(value, dict) else None

    @property
    def usage(self) -> Any:
        """What the server says it took; None without an answer."""
        return None if self.message is None else self.message.usage

    @property
    def stop_reason(self) -> str | None:
        """Why the answer ended; None without one."""
        return None if self.message is None else self.message.stop_reason


def said(error: Mapping[str, Any] | None) -> str | None:
    """Return an error that is kept as text."""
    return None if error is None else f"{error['type']}: {error['message']}"


def came(found: Sequence[Answer], schema: AnswerSchema | None) -> dict[str, Column]:
    """Return the answers as columns, or their fields, and what is known of them."""
    usages = [answer.usage for answer in found]
    taken = {
        name: Column([None if usage is None else getattr(usage, name) for usage in usages], int)
        for name in ("input_tokens", "output_tokens")
    }
    return {
        **_answered(found, schema),
        "stop_reason": Column([answer.stop_reason for answer in found], str),
        **taken,
        "cost": Column([answer.cost for answer in found], float),
        "error": Column([answer.error for answer in found], str),
    }


def _answered(found: Sequence[Answer], schema: AnswerSchema | None) -> dict[str, Column]:
    if schema is None:
        return {"answer": Column([answer.text for answer in found], str)}
    declared = _declared(schema)
    values = [answer.fields or {} for answer in found]
    names = dict.fromkeys([*declared, *(name for value in values for name in value)])
    if not names:
        return {"answer": Column([dumped(answer.value) for answer in found])}
    return {n: Column([value.get(n) for value in values], declared.get(n)) for n in names}


def _declared(schema: AnswerSchema) -> dict[str, type | None]:
    said = cast("Mapping[str, Mapping[str, Any]]", schema.format["schema"].get("properties") or {})
    return {name: _kind(field.get("type")) for name, field in said.items()}


def _kind(word: Any) -> type | None:
    return _KINDS.get(word) if isinstance(word, str) else None


def dumped(value: Any) -> Any:
    """Return what a schema made of an answer as plain values."""
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump(mode="json")
    fields = getattr(value, "__dataclass_fields__", None)
    return {name: getattr(value, name) for name in fields} if fields else value


def extended(table: Table, found: Sequence[Answer], columns: Mapping[str, Column]) -> Any:
    """Return a table with what came of its rows; a column whose name is taken begins anew."""
    taken = set(table.columns or _listed(table))
    places = [answer.row for answer in found]
    return table.extended(places, {_free(n, taken): column for n, column in columns.items()})


def _listed(table: Table) -> set[str]:
    return {name for row in table.rows for name in row} if table.again else {"row"}


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name = f"answer_{name}"
    return name
