"""`Portable`: what a panel can be turned into and made from; the half of `Panel` that does it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import traitlets

from claude_nb.ask.errors import InputError
from claude_nb.ask.fields import filled
from claude_nb.notebook import backend
from claude_nb.notebook.panel import received, saved
from claude_nb.notebook.panel.carried import code
from claude_nb.notebook.panel.foreign import Foreign
from claude_nb.notebook.panel.transcript.tools import listed
from claude_nb.notebook.panel.values import NAMES, Settings
from claude_nb.private import open_private

__all__ = ["Portable"]


class Portable(Settings):
    """Settings with a prompt and a chat that can be carried away, and taken from elsewhere."""

    prompt: traitlets.Unicode[str, str | bytes] = traitlets.Unicode()
    attach: traitlets.List[str] = traitlets.List(traitlets.Unicode())

    def code(self, text: str | None = None, *, column: int = 0) -> dict[str, str]:
        """Return the next request as code: ``"magic"``, ``"python"`` and ``"sdk"``.

        Parameters
        ----------
        text : str, optional
            The prompt. Default: what stands in the prompt's box.
        column : int
            Whose request, where columns are compared.

        Raises
        ------
        InputError
            It cannot be sent, or there is no such column.
        """
        fits = self.fits()
        if not 0 <= column < len(fits):
            raise InputError(f"column={column!r}: there are {len(fits)}, numbered from 0.")
        if text is None:
            self._check_box()
        asked: str = self.prompt if text is None else text
        typed = asked if self.raw else filled(asked, self.typed)
        options = fits[column].options.changed(
            {"attach": self.attach, "tools": listed(self.tools)[0]}
        )
        params = self.question(asked or "…", options, sees=False).sent
        emulated, lent = backend.connect(self.session).emulated, self.session.using is not None
        return {
            "magic": code.as_magic(options, typed, params),
            "python": code.as_python(params, emulated=emulated, lent=lent),
            "sdk": code.as_sdk(params),
        }

    def read_cell(self, text: str) -> None:
        """Take settings and prompt from a ``%%claude`` cell; settings it lacks are reset.

        Nothing of it is sent, not even to be counted, before it is edited or sent.

        Raises
        ------
        InputError
            It cannot be read, or its model refuses one of its settings.
        """
        given, prompt = code.read_cell(text)
        given.setdefault("chat", self.chat)
        parsed = Settings(**{name: given[name] for name in NAMES if name in given})
        with self.lock, self.hold_trait_notifications():
            self.assign(parsed.options())
            self.prompt, self.attach = prompt, list(given.get("attach", ()))
            self._foreign = Foreign()
            self._foreign.paste(prompt, self.typed)

    def save(self, path: str | Path) -> None:
        """Write the chat to a file: Markdown if it ends in ``.md``, else JSON for `load`.

        A new file is for its owner to read only; one that is there keeps its mode.
        """
        path = Path(path)
        data = self.export("md" if path.suffix == ".md" else "json").encode()
        with open_private(path, "wb") as file:
            file.write(data)

    def export(self, form: str) -> str:
        """Return the chat as ``"md"`` or ``"json"`` text."""
        if form == "md":
            return saved.as_markdown(self.conversation)
        return json.dumps(saved.as_json(self.conversation), indent=1, ensure_ascii=False)

    @classmethod
    def load(cls, path: str | Path, **values: Any) -> Self:
        """Return a panel that goes on with a chat that `save` wrote.

        Raises
        ------
        InputError
            The file is no saved chat.
        """
        exchanges = received.read_file(Path(path))
        panel = cls(**values)
        panel.conversation.resume(exchanges)
        return panel

    def resume(self, data: str | Mapping[str, Any]) -> None:
        """Go on with a saved chat; what was said here before stays as another line.

        What is taken over is text, as it is shown: neither attachments nor tool calls, and no
        variable is put into its prompts.

        Raises
        ------
        InputError
            It is no saved chat.
        """
        exchanges = received.read(data)
        with self.lock:
            self._idle()
            self.conversation.resume(exchanges)
