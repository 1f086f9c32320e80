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
}


@functools.cache
def _components() -> dict[str, Any]:
    return json.loads(Path(os.environ["CLAUDE_NB_OPENAPI"]).read_text("utf-8"))["components"]


@functools.cache
def _validator(name: str) -> jsonschema.Draft202012Validator:
    schema = {"$ref": f"#/components/schemas/{name}", "components": _components()}
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
    return "DeleteMessageBatchResponse" if method == "DELETE" else "MessageBatch"


def check_response(response: Any) -> None:
    """Assert that an HTTP response fits: its body, its lines, or its events."""
    kind = response.headers.get("content-type", "")
    if response.status_code == 413:
        return  # made by the provider's edge, and not in the description
    if response.status_code >= 400:
        check("ErrorResponse", response.json())
    elif kind.startswith("text/event-stream"):
        for line in response.text.split("\n"):
            if line.startswith("data: "):
                check("MessageStreamEvent", json.loads(line[6:]))
    elif kind.startswith("application/x-jsonl"):
        for line in response.text.splitlines():
            check("MessageBatchIndividualResponse", json.loads(line))
    else:
        request = response.request
        check(schema_of(request.method, request.url.path), response.json())
