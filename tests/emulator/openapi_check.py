"""Check bodies against the provider's OpenAPI description, named by CLAUDE_NB_OPENAPI."""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import Any

import jsonschema

_BY_PATH = {
    ("POST", "/v1/messages"): "Message",
    ("POST", "/v1/messages/count_tokens"): "CountMessageTokensResponse",
    ("POST", "/v1/messages/batches"): "MessageBatch",
    ("GET", "/v1/messages/batches"): "ListResponse_MessageBatch_",
    ("GET", "/v1/models"): "ListResponse_ModelInfo_",
    ("POST", "/v1/files"): "BetaFileMetadataSchema",
    ("GET", "/v1/files"): "BetaFileListResponse",
}


@functools.cache
def components() -> dict[str, Any]:
    """Return the schemas that bodies are checked against."""
    found = json.loads(Path(os.environ["CLAUDE_NB_OPENAPI"]).read_text("utf-8"))["components"]
    # The API leaves the field out where nothing is cited, whatever its description says.
    found["schemas"]["ResponseTextBlock"]["required"].remove("citations")
    for name, schema in found["schemas"].items():
        if name.startswith("Beta") and "required" in schema:  # fields of betas nobody asked for
            needed = [
                field for field in schema["required"] if not _may_be_null(schema, field, found)
            ]
            schema["required"] = needed
    return found


def _may_be_null(schema: Any, name: str, described: Any) -> bool:
    field = schema["properties"][name]
    if "$ref" in field:
        field = described["schemas"][field["$ref"].rsplit("/", 1)[-1]]
    return {"type": "null"} in field.get("anyOf", ())


@functools.cache
def _validator(name: str) -> jsonschema.Draft202012Validator:
    schema = {"$ref": f"#/components/schemas/{name}", "components": components()}
    return jsonschema.Draft202012Validator(schema)


def check(name: str, value: Any) -> None:
    """Assert that `value` fits the schema `name`."""
    errors = sorted(_validator(name).iter_errors(value), key=str)
    assert not errors, f"{name}: {errors[0].message} at {list(errors[0].path)} in {value}"


def schema_of(method: str, path: str) -> str:
    """Return the schema of a successful answer."""
    if (method, path) in _BY_PATH:
        return _BY_PATH[method, path]
    if path.startswith("/v1/models/"):
        return "ModelInfo"
    if path.startswith("/v1/files/"):
        return "BetaFileDeleteResponse" if method == "DELETE" else "BetaFileMetadataSchema"
    return "DeleteMessageBatchResponse" if method == "DELETE" else "MessageBatch"


def check_response(response: Any) -> None:
    """Assert that an HTTP response fits: its body, its lines, or its events."""
    kind = response.headers.get("content-type", "")
    if response.status_code == 413:
        return  # made by the provider's edge, and not in the description
    if response.status_code == 200 and response.request.url.path.endswith("/content"):
        return  # a file's own bytes
    beta = "Beta" if "anthropic-beta" in response.request.headers else ""
    if response.status_code >= 400:
        check("ErrorResponse", response.json())
    elif kind.startswith("text/event-stream"):
        for line in response.text.split("\n"):
            if line.startswith("data: ") and line != 'data: {"type":"ping"}':
                check(f"{beta}MessageStreamEvent", json.loads(line[6:]))
    elif kind.startswith("application/x-jsonl"):
        for line in response.text.splitlines():
            check("MessageBatchIndividualResponse", json.loads(line))
    else:
        request = response.request
        name = schema_of(request.method, request.url.path)
        check(f"{beta}Message" if name == "Message" else name, response.json())
