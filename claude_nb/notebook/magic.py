"""``%%claude``: ask from a cell, and see the answer stream into its output.

Owns the IPython side only: options and ``%config`` from `claude_nb.notebook.settings`, the
cell's identity, and what ``Out[n]`` is. The run itself is `claude_nb.notebook.run`, which is
imported at the first question so that ``%load_ext claude_nb`` stays quick.
"""

from __future__ import annotations

from typing import Any

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from claude_nb.conversation import Conversation
from claude_nb.notebook import commands, complete, warming
from claude_nb.notebook.cell import cell_key
from claude_nb.notebook.errors import CellError, InputError
from claude_nb.notebook.ledger import Entry
from claude_nb.notebook.options import parse_line, usage
from claude_nb.notebook.settings import SETTINGS, as_traits

__all__ = ["ClaudeMagics", "load", "unload"]

SHOWN = (("claude_nb.api.types.message", "Message"), ("claude_nb.notebook.background", "Answer"))

_Configured: Any = type(Magics)("_Configured", (Magics,), as_traits())


@magics_class
class ClaudeMagics(_Configured):
    """Ask Claude from a cell. ``%config ClaudeMagics.temperature = 0.3`` sets a default."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.chats: dict[str, Conversation] = {}
        self.ledger: list[Entry] = []
        self.last_error: BaseException | None = None
        self._shown: Any = None

    @no_var_expand
    @line_cell_magic
    def claude(self, line: str, cell: str | None = None) -> Any:
        """Ask Claude; the answer streams into the output of this cell.

        The options stand on the first line, the prompt below it. ``{{name}}`` in the prompt is
        replaced by the value of that variable. The cell's value (``Out[n]``, ``_``) is the
        answer as a typed `Message`. ``%claude help`` tells the commands on one line.

        Examples
        --------
        ::

            %%claude -m haiku --think 2000 --stop "###"
            Why is the sky blue? Answer in three sentences.
        """
        try:
            self._shown = self._line(line) if cell is None else self._cell(line, cell)
        except CellError as error:
            if not isinstance(error, InputError):  # nothing was sent then
                self.last_error = error
            raise
        except KeyboardInterrupt:
            raise InputError("Stopped before anything was asked.") from None
        return self._kept(self._shown)

    def _cell(self, line: str, cell: str) -> Any:
        line, body = _continued(line, cell)
        key = cell_key(self.shell, f"{line}\n{body}")
        return self.ask({**self.defaults(), **parse_line(line)}, body, cell=key)

    def _line(self, line: str) -> Any:
        return commands.run(self, line)

    def _kept(self, message: Any) -> Any:
        """Return the cell's value; a terminal would write an empty ``Out[n]:`` for it."""
        if hasattr(self.shell, "kernel") or message is None:
            return message
        self.shell.displayhook.update_user_ns(message)
        self._shown = None
        return None

    def defaults(self) -> dict[str, Any]:
        """Return the value each setting has when the line does not give it."""
        return {setting.name: getattr(self, setting.name, setting.default) for setting in SETTINGS}

    def ask(self, values: dict[str, Any], text: str, *, cell: str | None = None) -> Any:
        """Ask `text` with these settings and return the answer.

        Parameters
        ----------
        values : dict
            Every setting by name.
        text : str
            The prompt.
        cell : str, optional
            Names the turn where the running cell's id cannot.
        """
        from claude_nb.notebook import background, dry_run, question, run  # noqa: PLC0415 (slow)

        asked = question.compose(
            values,
            text,
            variables=self.shell.user_ns,
            chats=self.chats,
            cell=cell or cell_key(self.shell, text),
        )
        if values["dry_run"]:
            return dry_run.show(asked)
        return background.start(asked, self) if values["bg"] else run.ask(asked, self)

    def show(self, value: Any) -> None:
        """Display an answer or the handle of one: quietly if its cell has shown it already."""
        if value is self._shown:
            self._shown = None
            return
        from claude_nb.notebook import run  # noqa: PLC0415 (keeps %load_ext quick)

        run.display_value(value)


ClaudeMagics.claude.__doc__ = f"{ClaudeMagics.claude.__doc__}\n{usage()}"


def _continued(line: str, cell: str) -> tuple[str, str]:
    r"""Move option lines that follow a trailing ``\`` from the cell to the line."""
    while line.rstrip().endswith("\\"):
        first, _, cell = cell.partition("\n")
        line = line.rstrip()[:-1] + " " + first
    return line, cell


def load(shell: Any) -> None:
    """Register the magic; a second time does nothing."""
    if "claude" in shell.magics_manager.magics["cell"]:
        return
    magics = ClaudeMagics(shell)
    shell.register_magics(magics)
    commands.install(shell)
    if hasattr(shell, "kernel"):
        warming.after_this_cell(shell)
    complete.install(shell, chats=lambda: magics.chats)
    for module, name in SHOWN:
        formatter = shell.display_formatter.ipython_display_formatter
        formatter.for_type_by_name(module, name, magics.show)


def unload(shell: Any) -> None:
    """Take back all that `load` did."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("claude", None)
    shell.magics_manager.registry.pop("ClaudeMagics", None)
    commands.remove(shell)
    complete.remove(shell)
    for module, name in SHOWN:
        shell.display_formatter.ipython_display_formatter.pop(f"{module}.{name}", None)
