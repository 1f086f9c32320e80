"""Chats from files, which anyone may have written: what is shown is what is sent, and it is text.

Of a saved chat only the prompts and the text of the answers are taken. What else a file holds,
such as turns in between, tool calls, addresses and settings, is neither shown nor sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictStr, TypeAdapter, ValidationError

from claude_nb.ask.errors import InputError
from claude_nb.characters import plain
from claude_nb.conversation import Exchange, Turn
from claude_nb.conversation.sent_back import text_of
from claude_nb.notebook.page.gate import RefusedError, refused, unpacked
from claude_nb.notebook.panel import saved, shown

__all__ = ["in_notebook", "read", "read_file"]

_LARGEST = 50 * 1024 * 1024  # bytes of a file
_MOST_TEXT = 2_000_000  # characters of a prompt, and of an answer
_MOST_TURNS = 2_000
_MODEL = re.compile(r"[\w.:/@ -]{1,200}")
_STATE = re.compile(r"[a-z_ ]{1,40}")

T = TypeVar("T")
Tokens = Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)]


class _Part(BaseModel):
    """A part of a file; what it holds beside these fields is not looked at."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Block(_Part):
    type: Annotated[StrictStr, Field(max_length=100)]
    text: Any = None


class _Message(_Part):
    role: Literal["user", "assistant"]
    content: StrictStr | list[_Block]


class _Usage(_Part):
    input_tokens: Tokens | None = None
    output_tokens: Tokens | None = None
    cache_read_input_tokens: Tokens | None = None
    cache_creation_input_tokens: Tokens | None = None


class _Turn(_Part):
    prompt: Annotated[StrictStr, Field(max_length=_MOST_TEXT)]
    messages: Annotated[list[_Message], Field(min_length=2, max_length=1_000)]
    usage: _Usage | None = None
    state: Any = None
    model: Any = None


class _Chat(_Part):
    kind: Literal["claude_nb chat"]
    turns: Annotated[list[_Turn], Field(max_length=_MOST_TURNS)]


class _Output(_Part):
    data: dict[StrictStr, Any] = {}


class _Cell(_Part):
    id: Any = None
    outputs: list[_Output] = []


class _Notebook(_Part):
    cells: list[_Cell]


_CHAT = TypeAdapter(_Chat)
_NOTEBOOK = TypeAdapter(_Notebook)


def read(data: str | Mapping[str, Any]) -> list[Exchange]:
    """Return the exchanges of a saved chat.

    Parameters
    ----------
    data : str or Mapping
        JSON, read or not.

    Raises
    ------
    InputError
        It is no chat of ours.
    """
    try:
        chat = unpacked(_CHAT, data) if isinstance(data, str) else _checked(data)
        return [_exchange(turn) for turn in chat.turns if _says_something(turn)]
    except RefusedError as problem:
        why = f"{problem.place} is not as it must be" if problem.place else str(problem)
        raise InputError(
            f"This is no saved chat ({why}): choose a JSON file that a panel has written."
        ) from None


def _checked(data: object) -> _Chat:
    try:
        return _CHAT.validate_python(dict(data) if isinstance(data, Mapping) else data)
    except (ValidationError, RecursionError) as error:
        raise refused(error) from None


def _exchange(turn: _Turn) -> Exchange:
    """Return what is shown and sent of a turn: its prompt and the text of its last message."""
    exchange = Exchange(prompt=plain(turn.prompt), verbatim=True)  # what hides would not be seen
    asked = {"role": "user", "content": exchange.prompt}
    answered = {"role": "assistant", "content": _text(turn.messages[-1])}
    usage = turn.usage.model_dump(exclude_none=True) if turn.usage else {}
    kept = Turn(
        cell=exchange.id,
        messages=(asked, answered),
        usage=usage,
        state=_word(turn.state, _STATE) or "complete",
    )
    exchange.candidates = [shown.ended(kept, _word(turn.model, _MODEL))]
    return exchange


def _word(value: object, form: re.Pattern[str]) -> str:
    return value if isinstance(value, str) and form.fullmatch(value) else ""


def _says_something(turn: _Turn) -> bool:
    """Whether there is text on both sides; raise `RefusedError` if they are not the right sides."""
    asked, answered = turn.messages[0], turn.messages[-1]
    if (asked.role, answered.role) != ("user", "assistant"):
        raise RefusedError("turns begin with the user and end with the assistant")
    return bool(turn.prompt.strip() and _text(answered).strip())


def _text(message: _Message) -> str:
    if isinstance(message.content, str):
        return plain(message.content[:_MOST_TEXT])
    texts = [
        {"type": "text", "text": block.text}
        for block in message.content
        if block.type == "text" and isinstance(block.text, str)
    ]
    return plain(text_of({"content": texts})[:_MOST_TEXT])


def read_file(path: Path) -> list[Exchange]:
    """Return the exchanges of a file that `Panel.save` wrote.

    Raises
    ------
    InputError
        It is no chat of ours, or cannot be read.
    """
    return read(_content(path))


def in_notebook(path: Path, cell: str) -> list[Exchange]:
    """Return the chat that the outputs of one cell of a saved notebook hold.

    Parameters
    ----------
    path : Path
        The notebook.
    cell : str
        The cell's id.

    Returns
    -------
    list of Exchange
        Empty where there is none, whatever the reason.
    """
    try:
        notebook = unpacked(_NOTEBOOK, _content(path))
        outputs = [each for one in notebook.cells if one.id == cell for each in one.outputs]
        chats = [output.data[saved.CHAT] for output in outputs if saved.CHAT in output.data]
        return read(chats[0]) if chats else []
    except (InputError, RefusedError):
        return []


def _content(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path} is too large: a file may have {_LARGEST >> 20} MB.")
        return path.read_text(encoding="utf-8")
    except OSError as problem:
        raise InputError(f"{path} cannot be read: {problem.strerror}.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is no saved chat: it is no UTF-8 text.") from None
