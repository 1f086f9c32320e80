"""``client.files`` of both clients: put files up once, name them by their ids, get results."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Unpack, cast

from claude_nb.api.calls import CallRecorder
from claude_nb.api.platforms.paths import FILES, item
from claude_nb.api.resources.endpoints import Context, list_query, options_of
from claude_nb.api.resources.pages import AsyncPaginator, Listing, SyncPage
from claude_nb.api.resources.raw import Resource
from claude_nb.api.resources.runs import AsyncRuns, Runs
from claude_nb.api.resources.signatures import check, shows
from claude_nb.api.sending.flows import Flow, Streamed, fetch, send
from claude_nb.api.sending.uploads import upload_of
from claude_nb.api.streaming.content import AsyncFileContent, FileContent
from claude_nb.api.types import DeletedFile, FileMetadata
from claude_nb.api.types.params import FileListParams, FileParams, FileUploadParams
from claude_nb.api.wire import Headers, Request

__all__ = ["AsyncFiles", "Files"]

_LOST = (
    "Whether the file was kept is not known, so it is not sent again by itself: look for it with "
    "client.files.list()."
)
Opened = tuple[Any, Any, CallRecorder]


def _request(
    context: Context, method: str, file_id: str, params: FileParams, action: str = ""
) -> Request:
    path = item(FILES, "file_id", file_id, action)
    options, headers = options_of(params)
    accepts = {"Accept": "application/binary"} if action else {}
    return context.builder.build(method, path, options=options, headers={**headers, **accepts})


def _upload(context: Context, params: FileUploadParams) -> Flow[FileMetadata]:
    lifetime = params.get("expires_in_seconds")
    fields = {"expires_in_seconds": str(lifetime)} if lifetime is not None else {}
    upload = upload_of(params["file"], fields, params.get("on_progress"))
    options, headers = options_of(params)
    request = context.builder.build("POST", FILES, options=options, headers=headers)
    fields_of_head = Headers({**request.headers, **Headers(upload.headers)})
    call = context.call(replace(request, headers=fields_of_head, upload=upload))
    return (yield from fetch(replace(call, lost=_LOST), FileMetadata))


def _retrieve(context: Context, file_id: str, params: FileParams) -> Flow[FileMetadata]:
    request = _request(context, "GET", file_id, params)
    return (yield from fetch(context.call(request), FileMetadata))


def _delete(context: Context, file_id: str, params: FileParams) -> Flow[DeletedFile]:
    request = _request(context, "DELETE", file_id, params)
    return (yield from fetch(context.call(request), DeletedFile))


def _open(context: Context, file_id: str, params: FileParams) -> Flow[Opened]:
    call = context.call(_request(context, "GET", file_id, params, "/content"))
    streamed = cast("Streamed", (yield from send(call, stream=True)))
    return streamed.response, streamed.body, call.recorder


def _listing(params: FileListParams) -> Listing[FileMetadata]:
    query, options = list_query(params)
    asked = {name: value for name, value in query.items() if name not in {"betas", "workspace_id"}}
    _, headers = options_of(params)
    return Listing(FILES, FileMetadata, asked, {**options, "headers": headers})


class Files(Resource):
    """Files that the server keeps for this key."""

    _client: Runs

    @shows(FileUploadParams)
    def upload(self, **params: Unpack[FileUploadParams]) -> FileMetadata:
        """Put a file up, piece by piece.

        Parameters
        ----------
        **params
            See `FileUploadParams`.
        """
        check("Files.upload", FileUploadParams, params)
        return self._client.run(_upload(self._client.context, params))

    def list(self, **params: Unpack[FileListParams]) -> SyncPage[FileMetadata]:
        """Return the files, newest first; iterating goes on to further pages.

        Parameters
        ----------
        **params
            See `FileListParams`.
        """
        check("Files.list", FileListParams, params)
        client = self._client
        return SyncPage(client, client.run(_listing(params).fetch(client.context)))

    def retrieve_metadata(self, file_id: str, **params: Unpack[FileParams]) -> FileMetadata:
        """Return what is known of a file."""
        check("Files.retrieve_metadata", FileParams, params)
        return self._client.run(_retrieve(self._client.context, file_id, params))

    def download(self, file_id: str, **params: Unpack[FileParams]) -> FileContent:
        """Return the content of a file that a tool made, to be read or written into a file.

        What was uploaded cannot be had back.
        """
        check("Files.download", FileParams, params)
        return FileContent(*self._client.run(_open(self._client.context, file_id, params)))

    def delete(self, file_id: str, **params: Unpack[FileParams]) -> DeletedFile:
        """Delete a file."""
        check("Files.delete", FileParams, params)
        return self._client.run(_delete(self._client.context, file_id, params))


class AsyncFiles(Resource):
    """Files that the server keeps for this key."""

    _client: AsyncRuns

    @shows(FileUploadParams)
    async def upload(self, **params: Unpack[FileUploadParams]) -> FileMetadata:
        """Put a file up, piece by piece; see `Files.upload`."""
        check("Files.upload", FileUploadParams, params)
        return await self._client.run(_upload(self._client.context, params))

    def list(self, **params: Unpack[FileListParams]) -> AsyncPaginator[FileMetadata]:
        """Return the files; await it for a page, or iterate over it with ``async for``."""
        check("Files.list", FileListParams, params)
        return AsyncPaginator(self._client, _listing(params))

    async def retrieve_metadata(self, file_id: str, **params: Unpack[FileParams]) -> FileMetadata:
        """Return what is known of a file."""
        check("Files.retrieve_metadata", FileParams, params)
        return await self._client.run(_retrieve(self._client.context, file_id, params))

    async def download(self, file_id: str, **params: Unpack[FileParams]) -> AsyncFileContent:
        """Return the content of a file; see `Files.download`."""
        check("Files.download", FileParams, params)
        return AsyncFileContent(
            *await self._client.run(_open(self._client.context, file_id, params))
        )

    async def delete(self, file_id: str, **params: Unpack[FileParams]) -> DeletedFile:
        """Delete a file."""
        check("Files.delete", FileParams, params)
        return await self._client.run(_delete(self._client.context, file_id, params))
