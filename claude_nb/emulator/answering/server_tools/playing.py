"""Choose a server tool for a request, play it, and go on with a turn that was paused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from claude_nb.emulator.answering.server_tools import connecting, fetching, running, searching
from claude_nb.emulator.answering.server_tools.calls import Call, text
from claude_nb.emulator.task import MadeFile, Task
from claude_nb.emulator.wire import JSON, section

__all__ = ["Played", "play"]


class _Player(NamedTuple):
    """How well a tool fits a task, its call, and what is said of the result."""

    fits: Callable[[Task, Mapping[str, Any]], int]
    call: Callable[[Task, Mapping[str, Any], str], Call]
    answer: Callable[[Task, Mapping[str, Any]], list[JSON]]


# how a type begins -> who plays it
_PLAYERS = {
    "web_fetch_": _Player(fetching.fits, fetching.call, fetching.answer),
    "web_search_": _Player(searching.fits, searching.call, searching.answer),
    "mcp_toolset": _Player(connecting.fits, connecting.call, connecting.answer),
    "code_execution_": _Player(running.fits, running.call, running.answer),
}
_RESULTS = {
    "web_fetch_tool_result": "web_fetch_",
    "web_search_tool_result": "web_search_",
    "mcp_tool_result": "mcp_toolset",
    "code_execution_tool_result": "code_execution_",
    "bash_code_execution_tool_result": "code_execution_",
}


@dataclass(frozen=True, slots=True)
class Played:
    """What server tools make of a request.

    Attributes
    ----------
    blocks : sequence of dict
        Content blocks, without the mark that ends every answer.
    stop_reason : str or None
        ``"pause_turn"``, or None for the usual one.
    files : sequence of MadeFile
        What tools made.
    """

    blocks: Sequence[JSON]
    stop_reason: str | None = None
    files: Sequence[MadeFile] = ()


def play(task: Task, params: JSON) -> Played | None:
    """Return what a server tool gives for a request; None if none is needed."""
    paused = _paused(task)
    if paused is not None:
        player = _PLAYERS[_RESULTS[str(paused["type"])]]
        return Played(player.answer(task, paused))
    chosen = _chosen(task, params)
    if chosen is None:
        return None
    player, tool = chosen
    call = player.call(task, tool, task.staged.get("tool-error", ""))
    blocks = [text(call.lead), call.use, call.result]
    if "pause-turn" in task.staged:
        return Played(blocks, "pause_turn", call.files)
    return Played([*blocks, *player.answer(task, call.result)], None, call.files)


def _paused(task: Task) -> Mapping[str, Any] | None:
    """Return the result at which the assistant's turn stands, if the request goes on with it."""
    last = task.turns[-1] if task.turns else None
    if last is None or last.role != "assistant" or not last.blocks:
        return None
    return last.blocks[-1] if last.blocks[-1].get("type") in _RESULTS else None


def _chosen(task: Task, params: JSON) -> tuple[_Player, JSON] | None:
    choice = section(params, "tool_choice")
    kind = choice.get("type", "auto")
    if kind == "none" or _is_answered(task):
        return None
    offered = list(_offered(params))
    if kind == "tool":
        offered = [pair for pair in offered if pair[1]["name"] == choice["name"]]
    is_forced = kind == "tool" or (kind == "any" and len(offered) == len(params["tools"]))
    fits = [player.fits(task, tool) for player, tool in offered]
    best = max(fits, default=0)
    return offered[fits.index(best)] if offered and (best or is_forced) else None


def _is_answered(task: Task) -> bool:
    return any(task.attached("tool_result"))  # the turn goes on with what the client's tools gave


def _offered(params: JSON) -> Iterator[tuple[_Player, JSON]]:
    tools = [*cast("list[JSON]", params.get("tools") or []), *connecting.toolsets(params)]
    for begins, player in _PLAYERS.items():
        for tool in tools:
            if str(tool.get("type") or "").startswith(begins) and "name" in tool:
                yield player, tool
