"""Chats in files, so that they outlive their kernel: each turn as it goes out, and who asked it.

They stand beside the ledger's file, in a folder of their owner's alone; a name that is a path means
that file. A chat that holds a key is not written.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from claude_nb.api.hiding.hidden import hidden
from claude_nb.ask.errors import InputError
from claude_nb.conversation import Candidate, Conversation, Exchange, Turn, text_of
from claude_nb.private import open_private

__all__ = ["folder_of", "is_path", "path_of", "read", "written"]

KIND = "claude_nb chat with cells"
_VERSION = 1
_NAME = re.compile(r"[\w][\w .-]{0,79}")
_LARGEST = 100 * 1024 * 1024  # bytes
_ENDING = ".chat.json"
_ROLES = ("user", "assistant")
_FORMS: dict[str, type] = {"cell": str, "usage": dict, "state": str, "stale": bool, "filled": list}
_BLOCKS: dict[str, dict[str, type]] = {  # what is read of a block of each type
    "document": {"source": dict},
    "image": {"source": dict},
    "server_tool_use": {"id": str, "name": str},
    "text": {"text": str},
    "thinking": {"thinking": str},
    "tool_result": {"tool_use_id": str},
    "tool_use": {"id": str, "input": dict, "name": str},
}


def folder_of(ledger: Path, notebook: str = "") -> Path:
    """Return the folder of chats that were given a name, or of those that a notebook keeps."""
    folder = ledger.parent / "chats"
    if not notebook:
        return folder
    mark = hashlib.sha256(notebook.encode(errors="replace")).hexdigest()[:12]
    return folder / "notebooks" / f"{Path(notebook).stem[:60]}-{mark}"


def is_path(name: str) -> bool:
    """Whether a name means a file where it says, and not one in the folder of chats."""
    return name.endswith(".json") or "/" in name or "\\" in name


def path_of(folder: Path, name: str) -> Path:
    """Return the file of a name in a folder.

    Raises
    ------
    InputError
        It is no name of a file.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot name a saved chat: use letters, digits, dots and dashes, at most 80, "
            "or the path of a file that ends in .json."
        )
    return folder / f"{name}{_ENDING}"


def written(chat: Conversation, path: Path) -> int:
    """Write a chat's turns to a file, in one step; return how many there are.

    Raises
    ------
    InputError
        It holds a key, or cannot be written.
    """
    turns = [_as_json(turn) for turn in chat.turns]
    text = json.dumps(
        {"kind": KIND, "version": _VERSION, "name": chat.name, "turns": turns},
        ensure_ascii=False,
        indent=1,
        default=str,
    )
    if hidden(text) != text:
        raise InputError(
            f"The chat {chat.name} holds what looks like a key or a password, and is not saved. "
            "%claude undo takes its last turn back."
        )
    half = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open_private(half, "wb") as file:
            file.write(text.encode(errors="surrogatepass"))
        half.replace(path)
    except OSError as problem:
        with suppress(OSError):
            half.unlink()
        raise InputError(f"{path} cannot be written: {problem.strerror}.") from None
    return len(turns)


def _as_json(turn: Turn) -> dict[str, Any]:
    return {
        "cell": turn.cell,
        "messages": [dict(message) for message in turn.messages],
        "usage": dict(turn.usage),
        "state": turn.state,
        "stale": turn.stale,
        "filled": list(turn.filled),
    }


def read(path: Path) -> tuple[str, list[Exchange]]:
    """Return the name and the exchanges of a file.

    Raises
    ------
    InputError
        It is not there, or is damaged; the message says where.
    """
    data = _content(path)
    if not isinstance(data, dict) or cast("dict[str, Any]", data).get("kind") != KIND:
        raise InputError(f"{path} is no saved chat: %claude save writes one.")
    known = cast("dict[str, Any]", data)
    if known.get("version") != _VERSION:
        raise InputError(f"{path} was written by another version of claude_nb.")
    turns = known.get("turns")
    if not isinstance(turns, list) or not isinstance(known.get("name"), str):
        raise InputError(f"{path} is damaged: it has no turns.")
    numbered = enumerate(cast("list[Any]", turns), 1)
    return known["name"], [_exchange(_turn(path, number, turn)) for number, turn in numbered]


def _content(path: Path) -> Any:
    if path.exists() and not path.is_file():
        raise InputError(f"{path} is no file that a chat could be in.")
    if path.exists() and path.stat().st_size > _LARGEST:
        raise InputError(f"{path} is larger than {_LARGEST >> 20} MB.")
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig", "surrogatepass"))
    except FileNotFoundError:
        raise InputError(f"There is no saved chat {path}.{_near(path)}") from None
    except OSError as problem:
        raise InputError(f"{path} cannot be read: {problem.strerror}.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is damaged: it is no UTF-8 text.") from None
    except json.JSONDecodeError as problem:
        raise InputError(f"{path} is damaged: it is no JSON (line {problem.lineno}).") from None
    except (ValueError, RecursionError):
        raise InputError(f"{path} is damaged: it is nested too deeply, or no JSON.") from None


def _near(path: Path) -> str:
    there = sorted(each.name.removesuffix(_ENDING) for each in path.parent.glob(f"*{_ENDING}"))
    return f" There are {', '.join(there[:10])}." if there else " None is saved there."


def _turn(path: Path, number: int, told: Any) -> Turn:
    turn = cast("dict[str, Any]", told) if isinstance(told, dict) else {}
    fits = all(isinstance(turn.get(name), kind) for name, kind in _FORMS.items())
    fits = fits and all(isinstance(each, str) for each in turn["filled"])
    messages = turn.get("messages")
    if not fits or not _are_messages(messages):
        raise InputError(f"{path} is damaged: turn {number} is no exchange of two sides.")
    kept = {name: turn[name] for name in _FORMS}
    return Turn(**kept | {"messages": tuple(messages or ()), "filled": tuple(turn["filled"])})


def _are_messages(value: Any) -> bool:
    """Whether these are messages that can be sent: of two sides in turn, each with content."""
    if not isinstance(value, list) or len(cast("list[Any]", value)) % 2 or not value:
        return False
    return all(
        _is_message(each, _ROLES[at % 2]) for at, each in enumerate(cast("list[Any]", value))
    )


def _is_message(value: Any, role: str) -> bool:
    if not isinstance(value, Mapping):
        return False
    told = cast("Mapping[str, Any]", value)
    content = told.get("content")
    if told.keys() != {"role", "content"} or told["role"] != role:
        return False
    return isinstance(content, str) or _are_blocks(content)


def _are_blocks(content: Any) -> bool:
    if not isinstance(content, list) or not content:
        return False
    return all(map(_is_block, cast("Sequence[Any]", content)))


def _is_block(block: Any) -> bool:
    """Return whether it says its type, and has what is read of blocks of that type."""
    if not isinstance(block, dict):
        return False
    told = cast("dict[str, Any]", block)
    kind = told.get("type")
    needed = _BLOCKS.get(kind, {}) if isinstance(kind, str) else {"type": str}
    return all(isinstance(told.get(name), form) for name, form in needed.items())


def _exchange(turn: Turn) -> Exchange:
    prompt = text_of(turn.messages[0])
    return Exchange(prompt=prompt, id=turn.cell, candidates=[Candidate(turn=turn)], verbatim=True)
