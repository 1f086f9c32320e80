"""What the server reports about a model."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from claude_nb.api.types._base import BaseModel, ResponseModel

__all__ = ["ModelCapabilities", "ModelInfo"]


class ModelCapabilities(BaseModel):
    """What a model can do: a group a field, each leaf ``{"supported": bool}``."""

    batch: Any = None
    citations: Any = None
    code_execution: Any = None
    context_management: Any = None
    effort: Any = None
    image_input: Any = None
    pdf_input: Any = None
    server_tools: Any = None
    structured_outputs: Any = None
    thinking: Any = None


class ModelInfo(ResponseModel):
    """One model of ``GET /v1/models``."""

    id: str
    type: Literal["model"] = "model"
    display_name: str
    created_at: datetime
    lifecycle: str | None = None
    deprecated_at: datetime | None = None
    retires_at: datetime | None = None
    line: str | None = None
    max_input_tokens: int | None = None
    max_tokens: int | None = None
    capabilities: ModelCapabilities | None = None
