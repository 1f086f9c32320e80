"""What the page asks of a panel: one function a wish, and what it must not do is refused.

A page can send anything: it must be one of the wishes, values go through the same checks as in
Python, names of exchanges are looked up, and whatever cannot be done is said in the panel.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from claude_nb.ask.attachments import attach
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.characters import bounded
from claude_nb.models import ModelTable
from claude_nb.notebook.errors import OURS
from claude_nb.notebook.page.gate import RefusedError, said
from claude_nb.notebook.panel import wishes
from claude_nb.notebook.panel.columns import OWN, label
from claude_nb.notebook.panel.controls import used
from claude_nb.notebook.panel.fit import limits
from claude_nb.notebook.panel.transcript.words import sentence
from claude_nb.notebook.panel.values import checked

__all__ = ["run"]

_log = logging.getLogger("claude_nb")
_MOST_SAID = 600  # characters of a sentence, which may quote what was typed
_FAILED = "That could not be done; the log of claude_nb says why."
_UNREADABLE = "The page sent something that cannot be read: reload it."
_LONG = {
    "draft.text": "The prompt",
    "send.text": "The prompt",
    "code.text": "The prompt",
    "paste.text": "The cell",
    "resume.data": "The saved chat",
    "upload.name": "The file's name",
    "attach.name": "The name",
}


def run(panel: Any, screen: Any, content: object) -> None:
    """Carry out what the page asked for; what is wrong is shown there."""
    try:
        wish = said(wishes.WISH, content, "A wish")
    except RefusedError as problem:
        screen.say(_sentence(problem), problem=True)
        return
    try:
        with panel.lock:
            _COMMANDS[type(wish)](panel, screen, wish)
    except OURS as problem:
        screen.say(bounded(sentence(str(problem)), _MOST_SAID), problem=True)
    except Exception as problem:  # noqa: BLE001 (a page's message must not end in a traceback)
        _log.warning("A wish of a page (%s) failed: %s", wish.do, type(problem).__name__)
        screen.say(_FAILED, problem=True)


def _sentence(problem: RefusedError) -> str:
    if problem.kind == "string_too_long" and problem.place in _LONG:
        return f"{_LONG[problem.place]} is too long: {problem.most:,} characters are taken."
    return _UNREADABLE


def _draft(panel: Any, screen: Any, wish: wishes.Draft) -> None:
    """Take what stands in the prompt's box."""
    _take_draft(panel, screen, wish)
    screen.widget.tell(fields=panel.fields())
    screen.estimate()


def _take_draft(panel: Any, screen: Any, wish: Any) -> None:
    screen.echo = wish.text
    panel.take_draft(wish.text, wish.typed, instead_of=wish.instead, pasted=wish.pasted)


def _send(panel: Any, screen: Any, wish: wishes.Send) -> None:
    _take_draft(panel, screen, wish)
    screen.offered = []
    panel.send(instead_of=wish.instead)
    screen.widget.tell(sent=True)
    screen.estimate()


def _again(panel: Any, _: Any, wish: wishes.Again) -> None:
    panel.again(wish.id)


def _set(panel: Any, screen: Any, wish: wishes.Set) -> None:
    """Set controls; whether that could be done or not, the page learns what they are now."""
    screen.take(wish.page, wish.change)
    try:
        _assign(panel, wish)
    finally:
        screen.refresh()
    screen.estimate()


def _assign(panel: Any, wish: wishes.Set) -> None:
    """Set controls, of the panel or of one column."""
    given = {name: checked(name, value) for name, value in wish.values.items()}
    if wish.column is None:
        panel.assign(_reconciled(panel.options().changed(given), panel.session.models))
    elif wish.column < len(panel.columns):  # it may have been taken away just now
        own = {name: value for name, value in given.items() if name in OWN}
        columns = [dict(each) for each in panel.columns]
        columns[wish.column] |= own
        panel.columns = columns


def _reconciled(options: Options, models: ModelTable) -> Options:
    """Keep a thinking budget within its slider when the slider has become shorter."""
    least, most = limits(options, models)["think"]
    if isinstance(options.think, int) and options.think > most >= least:
        return options.changed({"think": int(most)})
    return options


def _compare(panel: Any, _: Any, wish: wishes.Compare) -> None:
    """Have this many columns; new ones are like the last."""
    columns = [dict(own) for own in panel.columns][: wish.number]
    while len(columns) < wish.number:
        columns.append(dict(columns[-1]) if columns else {})
    panel.columns = columns if wish.number > 1 else []


def _drop(panel: Any, _: Any, wish: wishes.Drop) -> None:
    """Take one column away; the last that is left is what the panel goes on with."""
    columns = [dict(own) for n, own in enumerate(panel.columns) if n != wish.column]
    if len(columns) == 1:
        panel.assign(panel.options().changed(columns[0]))
    panel.columns = columns if len(columns) > 1 else []


def _keep(panel: Any, _: Any, wish: wishes.Keep) -> None:
    """Go on with one of the answers that were compared."""
    exchange = panel.conversation.find(wish.id)
    if exchange is None or wish.take >= len(exchange.candidates):
        return
    if exchange.candidates[wish.take].turn is None:
        raise InputError("There is no answer in that column to go on with.")
    panel.columns = []
    panel.conversation.keep(exchange, wish.take)


def _code(panel: Any, screen: Any, wish: wishes.Code) -> None:
    _take_draft(panel, screen, wish)
    wished = [fitted.options for fitted in panel.fits()]
    several = len(wished) > 1
    screen.widget.tell(
        code=[
            {
                "label": label(each, wished, panel.session.models) if several else "",
                **panel.code(column=place),
            }
            for place, each in enumerate(wished)
        ]
    )


def _paste(panel: Any, screen: Any, wish: wishes.Paste) -> None:
    """Take a pasted ``%%claude`` cell apart; nothing of it is sent before it is looked at."""
    panel.read_cell(wish.text)
    tools = ", ".join(used(panel.options()))
    more = f" It lets Claude use: {tools}." if tools else ""
    screen.say(f"Settings and prompt were taken from the cell.{more}")
    screen.estimate()


def _attach(panel: Any, screen: Any, wish: wishes.Attach) -> None:
    _attach_name(panel, wish.name.strip())
    screen.estimate()


def _attach_name(panel: Any, name: str) -> None:
    """Attach a variable, file or address by name."""
    attach.blocks([name], panel.session.variables)
    panel.attach = [*panel.attach, name]


def _upload(panel: Any, screen: Any, wish: wishes.Upload) -> None:
    """Take a piece of a file; attach it with the last one."""
    path = panel.uploads.take(wish.name, wish.piece, first=wish.first)
    if wish.last and path not in panel.attach:
        _attach_name(panel, path)
        screen.estimate()


def _detach(panel: Any, screen: Any, wish: wishes.Detach) -> None:
    panel.attach = [name for name in panel.attach if name != wish.name]
    screen.estimate()


def _resume(panel: Any, screen: Any, wish: wishes.Resume) -> None:
    """Go on with a chat from a file, or with the one that is offered."""
    if wish.data is not None:
        panel.resume(wish.data)
        screen.say("The chat goes on as text: attachments in it are not sent again.")
        return
    offered, screen.offered = screen.offered, []
    panel.conversation.extend(offered)


def _export(panel: Any, screen: Any, wish: wishes.Export) -> None:
    name = f"{panel.chat}.{wish.form}"
    screen.widget.tell(export={"name": name, "text": panel.export(wish.form)})


_COMMANDS: dict[type[Any], Callable[[Any, Any, Any], None]] = {
    wishes.Again: _again,
    wishes.Attach: _attach,
    wishes.Branch: lambda panel, _, wish: panel.branch(wish.id),
    wishes.Clear: lambda panel, _, __: panel.clear(),
    wishes.Code: _code,
    wishes.Compare: _compare,
    wishes.Detach: _detach,
    wishes.Draft: _draft,
    wishes.Drop: _drop,
    wishes.Export: _export,
    wishes.Go: lambda panel, _, wish: panel.conversation.go(wish.at),
    wishes.Holds: lambda _, screen, __: screen.held(),
    wishes.Keep: _keep,
    wishes.Paste: _paste,
    wishes.Pieces: lambda _, screen, wish: screen.hand_over(wish.ids),
    wishes.Recall: lambda panel, _, wish: panel.recall(wish.id),
    wishes.Resume: _resume,
    wishes.Send: _send,
    wishes.Set: _set,
    wishes.Stop: lambda panel, _, __: panel.cancel(),
    wishes.Undo: lambda panel, _, __: panel.undo(),
    wishes.Upload: _upload,
}
