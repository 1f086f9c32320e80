"""Tab, in the completer that terminals and front ends share.

What it offers is `complete`, which is loaded when Tab is first pressed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from IPython.core.completer import CompletionContext, SimpleCompletion, context_matcher

__all__ = ["install", "remove"]

_IDENTIFIER = "claude_nb"
_FIRST = 1000  # before all of IPython's own matchers


def install(
    shell: Any,
    *,
    chats: Callable[[], Iterable[str]],
    served: Callable[[], Iterable[str]] = tuple,
    servers: Callable[[], Iterable[str]] = tuple,
) -> None:
    """Complete in this shell from now on; a second time replaces the first.

    Parameters
    ----------
    shell : InteractiveShell
        Its namespace is looked at when Tab is pressed.
    chats : callable
        Returns the names of the chats there are.
    served : callable
        Returns the models of the server that answers, if it listed them.
    servers : callable
        Returns the names of MCP servers.
    """
    remove(shell)
    names = {"chats": chats, "served": served, "servers": servers}

    @context_matcher(identifier=_IDENTIFIER, priority=_FIRST)
    def matcher(context: CompletionContext) -> Any:
        lines = context.full_text.split("\n")[: context.cursor_line]
        text = "\n".join([*lines, context.text_until_cursor])
        fragment, found = _quietly(text, shell, names) or ("", [])
        completions = [SimpleCompletion(text=word, type="claude") for word in found]
        return {
            "completions": completions,
            "matched_fragment": fragment,
            "suppress": bool(found),
            "ordered": True,
        }

    shell.Completer.custom_matchers.append(matcher)


def _quietly(
    text: str, shell: Any, names: Mapping[str, Callable[[], Iterable[str]]]
) -> tuple[str, list[str]] | None:
    from claude_nb.notebook.completion.complete import candidates  # noqa: PLC0415 (at the first Tab)

    hidden = shell.user_ns_hidden  # what IPython put there, as long as it is still that
    variables = {
        name: value
        for name, value in shell.user_ns.items()
        if name not in hidden or hidden[name] is not value
    }
    try:
        return candidates(text, variables, **{name: tell() for name, tell in names.items()})
    except Exception:  # noqa: BLE001 - their objects may raise anything; Tab must not
        return None


def remove(shell: Any) -> None:
    """Take back what `install` did."""
    matchers = shell.Completer.custom_matchers
    ours = [m for m in matchers if getattr(m, "matcher_identifier", "") == _IDENTIFIER]
    for matcher in ours:
        matchers.remove(matcher)
