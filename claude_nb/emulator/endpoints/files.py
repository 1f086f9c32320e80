"""``/v1/files``: upload, list, show, download and delete, each key's own.

References
----------
Messages API, "Files API": fields of a file, cursors, what can be downloaded; the older list shape
of the beta ``files-api-2025-04-14``.
"""

from __future__ import annotations

import itertools
import mimetypes
import re
import threading
from collections.abc import Mapping, Sequence

from claude_nb.emulator.endpoints import listing, multipart
from claude_nb.emulator.endpoints.headers import Caller
from claude_nb.emulator.endpoints.options import Options
from claude_nb.emulator.endpoints.stored import Stored
from claude_nb.emulator.wire import JSON, ApiError, Call, Part, Reply, bad_request, dump

__all__ = ["KEPT_FILE_BYTES", "Files"]

KEPT_FILE_BYTES = 512 * 1024 * 1024
_MOST_FILES = 1_000  # a file counts at least as so small a part of what is kept
_OLD_LIST = "files-api-"  # the beta whose list has other cursors
_LEAST_LIFE, _MOST_LIFE = 3600, 7_776_000  # seconds
_MOST_IDS = 100
_MOST_NAME = 500  # characters
_UNFIT = re.compile(
    r'[<>:"|?*\\/\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]'
)
_ANY_TYPE = "application/octet-stream"
_JSON = {"content-type": "application/json"}


class Files:
    """All files of an emulator.

    Parameters
    ----------
    options : Options
        Whose clock gives dates and expiry.
    most : int
        Bytes of all of them together.
    """

    def __init__(self, options: Options, most: int = KEPT_FILE_BYTES) -> None:
        self._options = options
        self._most = most
        self._files: dict[str, Stored] = {}
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    def close(self) -> None:
        """Free the disk."""
        with self._lock:
            for file in self._files.values():
                file.close()
            self._files.clear()

    def upload(self, call: Call, caller: Caller) -> Reply:
        """Take in a file."""
        form = list(multipart.fields(call.headers.get("content-type", ""), call.body))
        file = next((field for field in form if field.name == "file"), None)
        if file is None:
            raise bad_request("file: Field required")
        named = file.media_type or mimetypes.guess_type(file.filename or "")[0]
        media_type = named or _ANY_TYPE
        stored = Stored(
            id=f"file_emu{next(self._numbers):021d}",
            workspace=caller.workspace,
            filename=_filename(file.filename, media_type),
            media_type=media_type[:255],
            size=len(file.data),
            created=self._options.clock.now(),
            lifetime=_lifetime(form),
        )
        self.keep(stored, file.data)
        return _plain(stored.describe())

    def keep(self, stored: Stored, data: bytes) -> None:
        """Keep a file; ApiError, 400, if there is no room for it.

        What tools made goes for it, the oldest first; what was uploaded stays.

        Parameters
        ----------
        stored : Stored
            What is known of it. One of the same id goes.
        data : bytes
            Its content.
        """
        with self._lock:
            if stored.id in self._files:
                self._files.pop(stored.id).close()
            self._make_room(self._cost(stored.size))
            try:
                stored.write(data)
            except OSError:
                stored.close()
                raise _full() from None
            self._files[stored.id] = stored

    def _make_room(self, size: int) -> None:
        held = size + sum(self._cost(file.size) for file in self._files.values())
        made = [file for file in self._files.values() if file.is_made]
        for file in made if held - sum(self._cost(f.size) for f in made) <= self._most else ():
            if held <= self._most:
                return
            held -= self._cost(file.size)
            self._files.pop(file.id).close()
        if held > self._most:
            raise _full()

    def _cost(self, size: int) -> int:
        return max(size, self._most // _MOST_FILES)

    def find(self, file_id: str, caller: Caller) -> Stored:
        """Return a file of the caller's; 404 if there is none of this id, or none any more."""
        with self._lock:
            return self._own(file_id, caller)

    def _own(self, file_id: str, caller: Caller) -> Stored:
        file = self._files.get(file_id)
        if file is None or file.workspace != caller.workspace:
            raise ApiError(404, "not_found_error", f"File not found: {file_id}")
        return file

    def read(self, file_id: str, caller: Caller) -> tuple[Stored, bytes]:
        """Return a file of the caller's with its content; 404 also if it has expired."""
        with self._lock:
            file = self._own(file_id, caller)
            if not file.has_expired(self._options.clock.now()):
                return file, file.read()
        details: JSON = {"error_code": "file_expired"}
        raise ApiError(404, "not_found_error", f"File expired: {file_id}", details=details)

    def show(self, call: Call, caller: Caller, file_id: str) -> Reply:  # noqa: ARG002 - one signature for all
        """Return what is known of a file."""
        return _plain(self.find(file_id, caller).describe())

    def download(self, call: Call, caller: Caller, file_id: str) -> Reply:  # noqa: ARG002 - one signature for all
        """Return the content of a file that a tool made; what was uploaded cannot be had back."""
        file, data = self.read(file_id, caller)
        if not file.is_made:
            message = f"File {file_id} is not downloadable"
            details: JSON = {"error_code": "file_not_downloadable"}
            raise ApiError(400, "invalid_request_error", message, details=details)
        return Reply(200, {"content-type": file.media_type}, [Part(data)])

    def delete(self, call: Call, caller: Caller, file_id: str) -> Reply:  # noqa: ARG002 - one signature for all
        """Forget a file."""
        with self._lock:
            self._own(file_id, caller).close()
            del self._files[file_id]
        return _plain({"id": file_id, "type": "file_deleted"})

    def list(self, call: Call, caller: Caller) -> Reply:
        """Return a page of the caller's files, newest first."""
        with self._lock:
            kept = list(reversed(self._files.values()))
        own = [file.describe() for file in kept if file.workspace == caller.workspace]
        if any(beta.startswith(_OLD_LIST) for beta in caller.betas):
            return _plain(listing.page(own, call.query))
        return _plain(_page(own, call.query))


def _page(items: Sequence[JSON], query: Mapping[str, Sequence[str]]) -> JSON:
    ids = [*query.get("ids[]", ()), *query.get("ids", ())]
    cursor = [*query.get("page", ()), ""][0]
    if ids:
        return {"data": _chosen(items, ids, query), "next_page": None}
    if cursor and not cursor.startswith("page_"):
        raise bad_request("page: Invalid page cursor")
    after = {"after_id": [cursor.removeprefix("page_")]} if cursor else {}
    found = listing.page(items, {"limit": [*query.get("limit", ["20"])], **after})
    return {
        "data": found["data"],
        "next_page": f"page_{found['last_id']}" if found["has_more"] else None,
    }


def _chosen(
    items: Sequence[JSON], ids: Sequence[str], query: Mapping[str, Sequence[str]]
) -> list[JSON]:
    if "page" in query or "limit" in query:
        raise bad_request("ids: Cannot be combined with page or limit")
    if len(set(ids)) > _MOST_IDS:
        raise bad_request(f"ids: List should have at most {_MOST_IDS} items after validation")
    return [item for item in items if item["id"] in set(ids)]


def _filename(given: str | None, media_type: str) -> str:
    name = re.split(r"[/\\]", given or "")[-1]
    if not name:
        return f"unnamed{mimetypes.guess_extension(media_type) or ''}"
    if len(name) > _MOST_NAME or name in {".", ".."} or _UNFIT.search(name):
        problem = 'may not hold < > : " | ? * or control characters, nor be . or ..'
        raise bad_request(
            f"file: Invalid filename: it has 1 to {_MOST_NAME} characters and {problem}"
        )
    return name


def _lifetime(form: Sequence[multipart.Field]) -> int | None:
    given = next((field.data for field in form if field.name == "expires_in_seconds"), None)
    if given is None:
        return None
    text = given.decode("utf-8", "replace").strip()
    if not re.fullmatch(r"-?\d{1,12}", text):
        raise bad_request("expires_in_seconds: Input should be a valid integer")
    if int(text) < _LEAST_LIFE:
        raise bad_request(
            f"expires_in_seconds: Input should be greater than or equal to {_LEAST_LIFE}"
        )
    if int(text) > _MOST_LIFE:
        raise bad_request(f"expires_in_seconds: Input should be less than or equal to {_MOST_LIFE}")
    return int(text)


def _full() -> ApiError:
    message = "The storage quota for files is exhausted. Delete files, then upload again."
    details: JSON = {"error_code": "storage_quota_exceeded"}
    return ApiError(400, "invalid_request_error", message, details=details)


def _plain(body: Mapping[str, object]) -> Reply:
    return Reply(200, _JSON, [Part(dump(body))])
