"""``--upload``: attachments are put up once a session, and named by their ids after that."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from claude_nb.api.errors import APIError, NotFoundError
from claude_nb.ask.question import Question
from claude_nb.notebook import backend
from claude_nb.notebook.answer.amounts import weight
from claude_nb.notebook.answer.failure import RunError, describe
from claude_nb.notebook.session import Session

__all__ = ["uploaded"]

_ENDINGS = {
    "application/pdf": ".pdf",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
}
Block = dict[str, Any]


def uploaded(question: Question, session: Session) -> Question:
    """Return the question with the files of its turn put up, and their ids in their places.

    Raises
    ------
    RunError
        One could not be put up; nothing was asked.
    """
    *before, turn = question.params["messages"]
    if not isinstance(turn["content"], list):
        return question
    server = backend.connect(session)
    sent: list[int] = []
    try:
        seen = len(question.context.blocks) if question.context is not None and not before else 0
        cells, said = turn["content"][:seen], turn["content"][seen:]
        content = [*cells, *(_by_id(block, server, session, sent) for block in said)]
    except APIError as error:
        raise RunError(describe(error, str(question.params["model"])), shown=False) from error
    params = {**question.params, "messages": [*before, {**turn, "content": content}]}
    files = "1 file" if len(sent) == 1 else f"{len(sent)} files"
    notes = [f"uploaded {files}, {weight(sum(sent))}"] if sent else []
    return replace(question, params=params, notes=(*question.notes, *notes))


def _by_id(block: Block, server: Any, session: Session, sent: list[int]) -> Block:
    file = _file(block)
    if file is None:
        return block
    name, data, media_type = file
    digest = hashlib.sha256(media_type.encode() + b"\0" + data).hexdigest()
    key, files = (server.client.base_url, digest), server.client.files
    if not _is_kept(files, session.uploads.get(key)):
        session.uploads[key] = str(files.upload(file=(name, data, media_type)).id)
        sent.append(len(data))
    return {**block, "source": {"type": "file", "file_id": session.uploads[key]}}


def _is_kept(files: Any, file_id: str | None) -> bool:
    """Return whether the server still has a file that was put up."""
    if file_id is None:
        return False
    try:
        files.retrieve_metadata(file_id)
    except NotFoundError:
        return False
    return True


def _file(block: Block) -> tuple[str, bytes, str] | None:
    """Return (name, bytes, media type) of what a block holds, if it holds a file."""
    given = block.get("source")
    source: Block = {**given} if isinstance(given, Mapping) else {}
    kind = source.get("type")
    if kind == "base64":
        media_type = str(source["media_type"])
        name = str(block.get("title") or f"attachment{_ENDINGS.get(media_type, '')}")
        return _plain(name), base64.b64decode(source["data"]), media_type
    if kind == "text":
        return _plain(str(block.get("title") or "text.txt")), source["data"].encode(), "text/plain"
    return None


def _plain(name: str) -> str:
    """Return a name that the API takes: without what is special in a path."""
    return "".join("_" if char in '<>:"|?*\\/' or not char.isprintable() else char for char in name)
