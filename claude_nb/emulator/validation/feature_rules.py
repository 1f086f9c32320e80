"""Rules about tools, formats, stop sequences, cache breakpoints and containers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from claude_nb.emulator.answering import structured
from claude_nb.emulator.validation.context import Context, refuse
from claude_nb.emulator.wire import JSON, section

__all__ = ["RULES"]

_MOST_BREAKPOINTS = 4
_MOST_STRICT = 20  # tools
_CONTAINER = "container_emu"
_NUMERIC = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_UNSUPPORTED = {
    "integer": _NUMERIC,
    "number": _NUMERIC,
    "string": ("minLength", "maxLength"),
    "array": ("maxItems", "uniqueItems"),
}


def stop_sequences(ctx: Context) -> None:
    """Refuse stop sequences that would stop at nothing."""
    for stop in ctx.params.get("stop_sequences") or ():
        if not stop:
            refuse("stop_sequences: each stop sequence must be non-empty")
        if not stop.strip():
            refuse("stop_sequences: each stop sequence must contain non-whitespace")


def tool_names(ctx: Context) -> None:
    """Refuse two tools of one name."""
    names = [tool["name"] for tool in ctx.tools() if "name" in tool]
    if len(set(names)) != len(names):
        refuse("tools: Tool names must be unique.")


def tool_choice(ctx: Context) -> None:
    """Refuse choices that cannot be made."""
    if "tool_choice" not in ctx.params:
        return
    kind = ctx.tool_choice
    if not ctx.tools():
        refuse("tool_choice: tool_choice may only be specified while providing tools")
    if kind not in {"any", "tool"}:
        return
    if not ctx.model.forced_tools:
        refuse(f'tool_choice.type: "{kind}" is not supported for this model.')
    if section(ctx.params, "thinking").get("type") == "enabled":
        refuse("Thinking may not be enabled when tool_choice forces tool use.")
    name = ctx.params["tool_choice"].get("name")
    if kind == "tool" and name not in {tool.get("name") for tool in ctx.tools()}:
        refuse(f"Tool '{name}' not found in provided tools")


def output_format(ctx: Context) -> None:
    """Refuse formats that cannot be held to."""
    form = section(ctx.params, "output_config").get("format")
    if not form:
        return
    if any(section(block, "citations").get("enabled") for _, _, block in _documents(ctx)):
        refuse("output_config.format: citations are not supported with structured outputs")
    _check_schema(form["schema"], "output_config.format.schema")
    structured.fill(form["schema"], "", "output_config.format.schema")  # can it be held to at all?


def strict_tools(ctx: Context) -> None:
    """Refuse strict tools whose schema is not closed."""
    strict = [(n, tool) for n, tool in enumerate(ctx.tools()) if tool.get("strict")]
    if len(strict) > _MOST_STRICT:
        refuse(
            f"tools: Too many strict tools: {len(strict)}. At most {_MOST_STRICT} may be strict."
        )
    for n, tool in strict:
        if "input_schema" in tool:
            path = f"tools.{n}.custom.input_schema"
            _check_schema(tool["input_schema"], path)
            structured.fill(tool["input_schema"], "", path)


def _documents(ctx: Context) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    return (found for found in ctx.blocks() if found[2]["type"] in {"document", "search_result"})


def _check_schema(schema: Any, path: str) -> None:
    if not isinstance(schema, dict):
        return
    fields = cast("JSON", schema)
    kind = fields.get("type")
    if kind == "object" and fields.get("additionalProperties") is not False:
        refuse(f"{path}: For 'object' type, 'additionalProperties' must be explicitly set to false")
    unsupported = _UNSUPPORTED.get(kind, ()) if isinstance(kind, str) else ()
    wrong = [name for name in unsupported if name in fields]
    if wrong:
        refuse(f"{path}: For '{kind}' type, properties {', '.join(wrong)} are not supported")
    for name in ("properties", "$defs"):
        parts: Any = fields.get(name) or {}
        if not isinstance(parts, dict):
            refuse(f"{path}.{name}: Input should be a valid dictionary")
        for item in cast("JSON", parts).values():
            _check_schema(item, path)
    _check_schema(fields.get("items"), path)
    if not isinstance(fields.get("anyOf") or [], list):
        refuse(f"{path}.anyOf: Input should be a valid list")
    for item in cast("list[Any]", fields.get("anyOf") or []):
        _check_schema(item, path)


def breakpoints(ctx: Context) -> None:
    """Refuse too many cache breakpoints, and longer lives after shorter ones."""
    marked = list(_marked(ctx))
    automatic = ctx.params.get("cache_control")
    total = len(marked) + bool(automatic)
    if total > _MOST_BREAKPOINTS:
        refuse(
            f"A maximum of {_MOST_BREAKPOINTS} blocks with cache_control may be provided. "
            f"Found {total}."
        )
    seen_short = False
    for path, ttl in marked:
        if ttl == "1h" and seen_short:
            refuse(
                f"{path}.cache_control.ttl: a ttl='1h' cache_control block must not come after a "
                "ttl='5m' cache_control block. Note that blocks are processed in the following "
                "order: `tools`, `system`, `messages`."
            )
        seen_short = seen_short or ttl == "5m"


def _marked(ctx: Context) -> Iterator[tuple[str, str]]:
    places: list[tuple[str, Mapping[str, Any]]] = [
        *((f"tools.{n}", tool) for n, tool in enumerate(ctx.tools())),
        *((f"system.{n}", block) for n, block in enumerate(ctx.system())),
        *((path, block) for path, _, block in ctx.blocks()),
    ]
    for path, block in places:
        if block.get("cache_control"):
            yield path, block["cache_control"].get("ttl", "5m")


def automatic_caching(ctx: Context) -> None:
    """Refuse automatic caching that contradicts the breakpoint it would fall on."""
    automatic = ctx.params.get("cache_control")
    blocks = list(ctx.blocks())
    if not automatic or not blocks:
        return
    own = blocks[-1][2].get("cache_control")
    if own and own.get("ttl", "5m") != automatic.get("ttl", "5m"):
        refuse(
            "cache_control: the last cacheable block already has a cache_control with a "
            "different ttl"
        )


def not_emulated(ctx: Context) -> None:
    """Refuse what the API has and the emulator has not, instead of ignoring it."""
    container: Any = ctx.params.get("container")
    skills = cast("JSON", container).get("skills") if isinstance(container, dict) else None
    given = {"diagnostics": ctx.params.get("diagnostics"), "container.skills": skills}
    for name, value in given.items():
        if value is not None:
            refuse(f"{name}: the claude_nb emulator does not support this field")


def context_edits(ctx: Context) -> None:
    """Refuse edits of the context that cannot be made."""
    edits = cast("list[JSON]", section(ctx.params, "context_management").get("edits") or [])
    for n, edit in enumerate(edits):
        if edit["type"] == "compact_20260112":
            refuse(
                f"context_management.edits.{n}: the claude_nb emulator does not support compaction"
            )
        if edit["type"] == "clear_thinking_20251015" and ctx.thinking == "off":
            refuse(
                "`clear_thinking_20251015` strategy requires `thinking` to be enabled or adaptive"
            )


def containers(ctx: Context) -> None:
    """Refuse containers that no answer of the emulator named."""
    given: Any = ctx.params.get("container")
    name = cast("JSON", given).get("id") if isinstance(given, dict) else given
    if name and not str(name).startswith(_CONTAINER):
        refuse(f"Container not found: {name}", status=404, kind="not_found_error")


RULES = (
    not_emulated,
    stop_sequences,
    tool_names,
    tool_choice,
    output_format,
    strict_tools,
    breakpoints,
    automatic_caching,
    containers,
    context_edits,
)
