"""What each model accepts and costs: facts, lookup and rules. Knows no request and no notebook."""

from claude_nb.models.catalog import COMPACT_BETA, MCP_BETA, ToolTypes
from claude_nb.models.lookup import (
    BUILT_IN,
    DEFAULT_MODEL,
    Effort,
    Lifecycle,
    ModelInfo,
    ModelTable,
    Price,
    ThinkingType,
    all_models,
    cost,
    current_day,
    get,
    near,
    resolve,
    retired,
)

__all__ = [
    "BUILT_IN",
    "COMPACT_BETA",
    "DEFAULT_MODEL",
    "MCP_BETA",
    "Effort",
    "Lifecycle",
    "ModelInfo",
    "ModelTable",
    "Price",
    "ThinkingType",
    "ToolTypes",
    "all_models",
    "cost",
    "current_day",
    "get",
    "near",
    "resolve",
    "retired",
]
