"""A shell with the extension loaded and no front end: what each line of ``%claude`` shows."""

from __future__ import annotations

import atexit
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from claude_nb.notebook import session


@dataclass
class Claude:
    """The magic in a plain shell.

    Attributes
    ----------
    shell : InteractiveShell
        Loaded with the extension.
    value : object
        The last answer.
    """

    shell: InteractiveShell
    value: Any = field(default=None)

    @property
    def magics(self):
        """The magic's object."""
        return self.shell.magics_manager.registry["ClaudeMagics"]

    @property
    def session(self):
        """What is known of this shell's use of Claude."""
        return session.of(self.shell)

    def outputs(self, line: str) -> list[dict]:
        """Run ``%claude LINE``; return the MIME bundles that it published."""
        publisher = self.shell.display_pub = CapturingDisplayPublisher(shell=self.shell)
        value = self.shell.run_line_magic("claude", line)
        self.value = self.value if value is None else value
        return [output["data"] for output in publisher.outputs]

    def page(self, line: str) -> dict:
        """Run a line that shows exactly one page, of HTML and text."""
        (data,) = self.outputs(line)
        assert set(data) == {"text/html", "text/plain"}
        return data

    def text(self, line: str) -> str:
        """Run a line that shows one page; return it as plain text."""
        return self.page(line)["text/plain"]


def start_shell(home) -> Claude:
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.ipython_dir = str(home)
    shell = InteractiveShell.instance(config=config)
    shell.run_line_magic("load_ext", "claude_nb")
    return Claude(shell)


def stop_shell(claude: Claude) -> None:
    for kept in claude.session.backends.values():
        if hasattr(kept.client, "__enter__"):
            kept.client.close()
    claude.shell.run_line_magic("unload_ext", "claude_nb")
    with patch("gc.collect"):  # which IPython calls here, 0.1 s for each of some hundred shells
        claude.shell.atexit_operations()
    atexit.unregister(claude.shell.atexit_operations)
    InteractiveShell.clear_instance()
