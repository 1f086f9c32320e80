"""Files that the server keeps."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from claude_nb.api.types._base import ResponseModel

__all__ = ["DeletedFile", "FileMetadata"]


class FileMetadata(ResponseModel):
    """What is known of a file."""

    id: str
    type: Literal["file"] = "file"
    filename: str
    mime_type: str
    size_bytes: int
    created_at: datetime
    downloadable: bool | None = None
    expires_at: datetime | None = None


class DeletedFile(ResponseModel):
    """A file that is no more."""

    id: str
    type: Literal["file_deleted"] = "file_deleted"
