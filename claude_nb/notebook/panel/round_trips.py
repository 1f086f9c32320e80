"""What a panel can be turned into and made from: code, a ``%%claude`` cell, a saved chat."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import traitlets

from claude_nb.notebook.panel import code, saved
from claude_nb.notebook.panel.fields import filled
from claude_nb.notebook.panel.values import NAMES, Settings, checked, everything

__all__ = ["RoundTrips"]


class RoundTrips(Settings):
    """The part of `Panel` that exchanges it with code, cells and files."""

    prompt: Any
    attach: Any
    said: Any
    typed: dict[str, str]
    lock: Any
    fits: Any
    question: Any
    refresh: Any
    _idle: Any
    _share: Any

    def code(self, text: str | None = None) -> dict[str, str]:
        """Return the next request as code: ``"magic"``, ``"python"`` and ``"sdk"``.

        Parameters
        ----------
        text : str, optional
            The prompt. Default: what stands in the prompt's box.

        Raises
        ------
        InputError
            It cannot be sent.
        """
        from claude_nb.notebook import backend  # noqa: PLC0415 (only when first needed)

        asked: str = self.prompt if text is None else text
        fitted = self.fits()[0]
        params = self.question(asked or "…", fitted.values).params
        everything_set = {**fitted.values, "attach": list(self.attach)}
        self._share()
        return {
            "magic": code.as_magic(everything_set, filled(asked, self.typed), params),
            "python": code.as_python(params, emulated=backend.connect().emulated),
            "sdk": code.as_sdk(params),
        }

    def read_cell(self, text: str) -> None:
        """Take settings and prompt from a ``%%claude`` cell; settings it lacks are reset.

        Raises
        ------
        InputError
            It cannot be read, or its model refuses one of its settings.
        """
        given, prompt = code.read_cell(text)
        given.setdefault("chat", self.chat)
        wanted = everything(given)
        parsed = Settings(**{name: given[name] for name in NAMES if name in given})
        with self.lock, self.hold_trait_notifications():
            self.assign(parsed.settings())
            self.prompt, self.attach = prompt, list(wanted["attach"])

    def assign(self, values: Mapping[str, Any]) -> None:
        """Set several settings at once, in an order in which none is refused for another's sake."""
        for name in NAMES:
            traitlets.HasTraits.__setattr__(self, name, checked(name, values[name]))

    def save(self, path: str | Path) -> None:
        """Write the chat to a file: Markdown if it ends in ``.md``, else JSON for `load`."""
        path = Path(path)
        path.write_text(self.export("md" if path.suffix == ".md" else "json"), encoding="utf-8")

    def export(self, form: str) -> str:
        """Return the chat as ``"md"`` or ``"json"`` text."""
        if form == "md":
            return saved.as_markdown(self.said)
        return json.dumps(saved.as_json(self.said), indent=1, ensure_ascii=False)

    @classmethod
    def load(cls, path: str | Path, **values: Any) -> Self:
        """Return a panel that goes on with a chat that `save` wrote.

        Raises
        ------
        InputError
            The file is no saved chat.
        """
        panel = cls(**values)
        panel.resume(Path(path).read_text(encoding="utf-8"))
        return panel

    def resume(self, data: str | Mapping[str, Any]) -> None:
        """Go on with a saved chat; what was said here before stays as another line."""
        self._idle()
        exchanges = saved.read(data)
        with self.lock:
            self.said.lines.append(exchanges)
            self.said.go(len(self.said.lines) - 1)
        self.refresh()
