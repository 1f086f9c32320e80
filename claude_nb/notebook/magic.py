"""``%%claude``: ask from a cell, and see the answer stream into its output.

Owns the IPython side only: options and ``%config`` from `claude_nb.ask.options`, and what
``Out[n]`` is. What is known of the kernel's use is its `claude_nb.notebook.session`; asking itself
is imported at the first question so that ``%load_ext claude_nb`` stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from claude_nb.ask.arguments import parse_line, split_cell, usage
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import ROWS
from claude_nb.models import DEFAULT_MODEL
from claude_nb.models.locks.places import found
from claude_nb.notebook import commands, session, warming
from claude_nb.notebook.completion import hook
from claude_nb.notebook.errors import OURS, StoppedError
from claude_nb.notebook.ledger import outputs
from claude_nb.notebook.traits import LASTING, as_traits

__all__ = ["ClaudeMagics", "load", "unload"]

MCP = {"mcp_servers", "mcp_tokens"}
SHOWN = (
    ("claude_nb.api.types.message", "Message"),
    ("claude_nb.notebook.run.background", "Handle"),
    ("claude_nb.rows.answers", "Answers"),
    ("claude_nb.rows.likeness", "Differences"),
)

if TYPE_CHECKING:  # the traits are those of the one list of options

    class _Configured(Magics):
        shell: Any
else:
    _Configured = type(Magics)("_Configured", (Magics,), as_traits())


@magics_class
class ClaudeMagics(_Configured):
    """Ask Claude from a cell. ``%config ClaudeMagics.temperature = 0.3`` sets a default."""

    stop_ends_run: traitlets.Bool[bool, bool | int] = traitlets.Bool(
        default_value=False,
        help="whether Stop and Escape fail the cell, as the kernel's interrupt does, so that "
        "queued cells do not run",
    ).tag(config=True)

    keep_chats: traitlets.Bool[bool, bool | int] = traitlets.Bool(
        default_value=False,
        help="whether this notebook's conversations are kept in a file of yours, prompts and "
        "answers, and taken up again when the kernel restarts",
    ).tag(config=True)

    keep: traitlets.Bool[bool, bool | int] = traitlets.Bool(
        default_value=False,
        help="whether the outputs of this notebook keep their answers, so that %claude replay "
        "notebook plays them again",
    ).tag(config=True)

    ask_above: traitlets.Float[Any, Any] = traitlets.Float(
        default_value=1.0,
        min=0,
        allow_none=True,
        help="US dollars: where several cells wait that could cost more, you are asked before the "
        "first is sent; None never asks",
    ).tag(config=True)

    unasked: traitlets.Enum[str] = traitlets.Enum(
        ("go", "cancel"),
        default_value="go",
        help="what is done where nobody can be asked about that, as in CI: 'go' sends and says so, "
        "'cancel' fails the cell",
    ).tag(config=True)

    mcp_servers: traitlets.Dict[str, str] = traitlets.Dict(
        help="addresses of MCP servers by name, for --mcp NAME and the panel: "
        '{"docs": "https://mcp.example.com/mcp"}',
    ).tag(config=True)

    mcp_tokens: traitlets.Dict[str, Any] = traitlets.Dict(
        help="their tokens by name, which nothing shows or keeps; a token that stands in the cell "
        "is refused, for the cell is saved",
    ).tag(config=True)

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.session: session.Session = session.of(shell)
        self.session.settings = self
        if found() and self.session.defaults().model == DEFAULT_MODEL:  # else it is refused
            self.set_trait("model", self._allowed())
        self._shown: tuple[Any, object] = None, None  # the answer, and in which execution

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
        self._keep_chats()
        try:
            value = self._line(line) if cell is None else self._cell(line, cell)
            self._keep_chats()
        except OURS as error:
            if not isinstance(error, InputError):  # nothing was sent then
                self.session.last_error = error
                self._keep_what_came()
            raise
        except StoppedError:
            self._keep_what_came()
            raise
        except KeyboardInterrupt:
            raise StoppedError from None
        self._shown = value, self.session.execution
        return value

    @traitlets.validate("mcp_servers")
    def _check_servers(self, proposal: Any) -> dict[str, str]:
        from claude_nb.notebook.run import mcp  # noqa: PLC0415 (not at %load_ext)

        return mcp.servers(proposal["value"])

    @traitlets.observe("mcp_servers")
    def _offer_servers(self, _: object) -> None:
        for panel in list(session.of(self.shell).panels.values()):
            panel.refresh()

    @traitlets.validate("mcp_tokens")
    def _check_tokens(self, proposal: Any) -> dict[str, Any]:
        from claude_nb.notebook.run import mcp  # noqa: PLC0415 (not at %load_ext)

        return mcp.tokens(proposal["value"], session.of(self.shell).source)

    def _allowed(self) -> str:
        """Return the model of cells that name none, where it is locked which may be asked."""
        try:
            return self.session.locks.usual_model(DEFAULT_MODEL)
        except InputError:  # each question says it
            return DEFAULT_MODEL

    def update_config(self, config: Any) -> None:
        """Take what ``%config`` says, unless ``%claude set`` would refuse it."""
        given = config.get("ClaudeMagics", {})
        if MCP & given.keys():
            from claude_nb.notebook.run import mcp  # noqa: PLC0415 (not at %load_ext)

            mcp.take(given, session.of(self.shell).source)
        before = self.session.defaults() if hasattr(self, "session") else None
        super().update_config(config)
        if before is not None:
            self._keep_or_restore(before)

    def _keep_or_restore(self, before: Any) -> None:
        from claude_nb.notebook.run import origins  # noqa: PLC0415 (not at %load_ext)

        try:
            origins.check(self.session, before, self.session.defaults())
        except InputError:
            for setting in LASTING:
                setattr(self, setting.name, getattr(before, setting.name))
            raise

    def _cell(self, line: str, cell: str) -> Any:
        from claude_nb.notebook.run.cell import ask  # noqa: PLC0415 (0.3 s, not at %load_ext)

        self._guarded()
        line, body = split_cell(line, cell)
        given = parse_line(line)
        if not given.keys().isdisjoint(ROWS):
            return self._rows(given, body)
        key = self.session.question_key(f"{line}\n{body}")
        return ask(self.session, self.session.defaults().changed(given), body, key)

    def _rows(self, given: dict[str, Any], body: str) -> Any:
        from claude_nb.notebook.run.rows.cell import ask  # noqa: PLC0415 (as above)

        return ask(self.session, given, body)

    def _keep_chats(self) -> None:
        if self.keep_chats:
            from claude_nb.notebook.ledger import keeping  # noqa: PLC0415 (where it is asked for)

            keeping.of(self.session).look()

    def _guarded(self) -> None:
        """Have it looked at how many cells wait; only a kernel has any."""
        if hasattr(self.shell, "kernel"):
            from claude_nb.notebook.run.guard.deciding import Guard  # noqa: PLC0415 (as above)

            if self.session.guard is None:
                self.session.guard = Guard(self.session)
            self.session.guard.look()

    def _line(self, line: str) -> Any:
        self._guarded()
        return commands.run(self.session, line)

    def _keep_what_came(self) -> None:
        """Let ``Out[n]`` of a cell that failed be what came of its answer."""
        kept = self.session.kept.named("")
        if kept is not None and kept.message is not None and kept.number == self.session.number:
            self.shell.displayhook.update_user_ns(kept.message)

    def displayed(self, value: Any = None) -> None:
        """Keep a cell's value in a terminal, and write no ``Out[n]:`` for what was just shown."""
        hook = self.shell.displayhook
        if value is None or not self._is_shown(value):
            hook(value)
            return
        self._shown = None, None
        hook.check_for_underscore()
        hook.update_user_ns(value)
        hook.fill_exec_result(value)

    def _is_shown(self, value: Any) -> bool:
        shown, execution = self._shown
        return value is shown and execution == self.session.execution

    def show(self, value: Any) -> None:
        """Display an answer or the handle of one: quietly if its cell has shown it already.

        Raises
        ------
        NotImplementedError
            What it showed was captured: the value's output, which is captured too, takes its place.
        """
        if self._is_shown(value):
            self._shown = None, None
            if getattr(self.shell.display_pub, "outputs", None):
                raise NotImplementedError
            return
        from claude_nb.notebook.run.rows import showing  # noqa: PLC0415 (0.3 s, not at %load_ext)

        showing.display_value(value)

    def captured(self, value: Any, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return data and metadata of what was captured, and take it back."""
        del value
        output = self.shell.display_pub.outputs.pop()
        return output["data"], output["metadata"]


def _help() -> str:
    """Return what ``%%claude?`` shows."""
    return f"{ClaudeMagics.claude.__doc__}\n{usage()}"


asked: Any = ClaudeMagics.claude
asked.getdoc = _help  # IPython calls it; to write all options down takes a tenth of %load_ext


def load(shell: Any) -> None:
    """Register the magic; a second time does nothing."""
    if "claude" in shell.magics_manager.magics["cell"]:
        return
    magics = ClaudeMagics(shell)
    shell.register_magics(magics)
    commands.install(shell)
    magics.session.outputs = outputs.Outputs(shell)
    magics.session.outputs.install()
    if hasattr(shell, "kernel"):
        warming.after_this_cell(shell)
    else:
        shell.display_trap.hook = magics.displayed
    hook.install(
        shell,
        chats=lambda: magics.session.chats,
        served=lambda: getattr(magics.session.using, "listed", ()),
        servers=lambda: magics.session.servers,
    )
    for module, name in SHOWN:
        formatter = shell.display_formatter
        formatter.ipython_display_formatter.for_type_by_name(module, name, magics.show)
        formatter.mimebundle_formatter.for_type_by_name(module, name, magics.captured)


def unload(shell: Any) -> None:
    """Take back all that `load` did."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("claude", None)
    shell.magics_manager.registry.pop("ClaudeMagics", None)
    commands.remove(shell)
    hook.remove(shell)
    shell.display_trap.hook = shell.displayhook
    session.of(shell).settings = None
    session.of(shell).outputs.remove()
    for module, name in SHOWN:
        for kind in ("ipython_display_formatter", "mimebundle_formatter"):
            getattr(shell.display_formatter, kind).pop(f"{module}.{name}", None)
