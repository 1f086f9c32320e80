"""What in the prompt's box came from elsewhere, and what must not happen to it by itself; pure.

A pasted text is not even counted before a person edits or sends it: counting sends it. In a prompt
that came with a file, no variable of the kernel is put in: the person types its value, or its name
anew.
"""

from __future__ import annotations

from collections.abc import Mapping

from claude_nb.ask.errors import InputError
from claude_nb.ask.fields import paths

__all__ = ["WAITS", "Foreign"]

WAITS = "Pasted: nothing of it is sent, not even to be counted, before you edit or send it."
"""What is said in the place of a number."""


class Foreign:
    """What is known of the text in one box.

    Attributes
    ----------
    names : frozenset of str
        The variables, as paths, that are not filled in.
    """

    def __init__(self) -> None:
        self.names: frozenset[str] = frozenset()
        self._pasted: str | None = None
        self._typed: Mapping[str, str] = {}

    def paste(self, text: str, typed: Mapping[str, str]) -> None:
        """Let the box hold a text that was pasted."""
        self._pasted, self._typed = text, dict(typed)

    def earlier(self, text: str) -> None:
        """Let the box hold a prompt of which nobody here has typed the variables."""
        self.names |= frozenset(paths(text))

    def look(self, text: str, typed: Mapping[str, str]) -> None:
        """Take note of what the box holds now; names that were taken out may be typed anew."""
        self.names &= frozenset(paths(text))
        if text != self._pasted or dict(typed) != self._typed:
            self._pasted = None

    def waits(self, text: str) -> bool:
        """Whether `text` is what was pasted, and not touched since."""
        return self._pasted == text

    def check(self, text: str, typed: Mapping[str, str]) -> None:
        """Raise `InputError` if a variable of `text` would have to be filled in by itself."""
        for path in paths(text):
            if path in self.names and path.split(".")[0].split("[")[0] not in typed:
                raise InputError(
                    f"{{{{{path}}}}} stands in an earlier prompt that is only text: type its value "
                    "below, or type the name anew to have the variable filled in."
                )
