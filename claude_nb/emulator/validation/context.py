"""What a rule may look at, and how it refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

from claude_nb.emulator.task import blocks_of
from claude_nb.emulator.wire import JSON, ApiError, section
from claude_nb.models import ModelInfo

__all__ = ["Context", "refuse"]


@dataclass(frozen=True, slots=True)
class Context:
    """A well-shaped request with what decides about it.

    Attributes
    ----------
    params : dict
        The body.
    model : ModelInfo
        The model it names.
    version : str
        API version.
    betas : frozenset of str
        Values of the header ``anthropic-beta``.
    counting : bool
        Whether the request only counts tokens.
    """

    params: JSON
    model: ModelInfo
    version: str
    betas: frozenset[str] = field(default_factory=frozenset[str])
    counting: bool = False

    @property
    def messages(self) -> list[JSON]:
        """The messages."""
        return self.params["messages"]

    @property
    def thinking(self) -> str:
        """The kind of thinking in force, ``"off"`` for none."""
        named = section(self.params, "thinking").get("type")
        if named:
            return "off" if named == "disabled" else named
        return "adaptive" if self.model.thinking_default == "on" else "off"

    @property
    def tool_choice(self) -> str:
        """The kind of tool choice in force."""
        return section(self.params, "tool_choice").get("type", "auto")

    def blocks(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Yield (path, role, block) of all content blocks."""
        for m, message in enumerate(self.messages):
            if isinstance(message["content"], list):
                for b, block in enumerate(blocks_of(message["content"])):
                    yield f"messages.{m}.content.{b}", message["role"], block

    def system(self) -> list[Mapping[str, Any]]:
        """Return the system prompt as blocks."""
        return blocks_of(self.params.get("system") or [])

    def tools(self) -> list[JSON]:
        """Return the tools."""
        return cast("list[JSON]", self.params.get("tools") or [])


def refuse(message: str, *, status: int = 400, kind: str = "invalid_request_error") -> NoReturn:
    """Refuse the request with the API's words."""
    raise ApiError(status, kind, message)
