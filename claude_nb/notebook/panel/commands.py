"""What the page asks of a panel: one function a wish, and what it must not do is refused.

A page can send anything: values go through the same checks as in Python, names of exchanges are
looked up, and whatever cannot be done is said in the panel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from claude_nb.notebook.errors import CellError, InputError
from claude_nb.notebook.panel.columns import MOST, OWN
from claude_nb.notebook.panel.fields import fields
from claude_nb.notebook.panel.fit import limits
from claude_nb.notebook.panel.session import session
from claude_nb.notebook.panel.values import checked

__all__ = ["run"]

Content = Mapping[str, Any]
_MOST_TEXT = 2_000_000  # characters of a prompt


def run(panel: Any, screen: Any, content: Content) -> None:
    """Carry out what the page asked for; what is wrong is shown there."""
    work = _COMMANDS.get(str(content.get("do")))
    if work is None:
        return
    try:
        with panel.lock:
            work(panel, screen, content)
    except CellError as problem:
        screen.say(str(problem), problem=True)
    except (KeyError, ValueError, TypeError):
        screen.say("The page sent something that cannot be read: reload it.", problem=True)


def _draft(panel: Any, screen: Any, content: Content) -> None:
    """Take what stands in the prompt's box."""
    _take_draft(panel, screen, content)
    shell = session().shell
    variables = shell.user_ns if shell is not None else {}
    screen.widget.tell(fields=fields(panel.prompt, variables))
    screen.estimate()


def _take_draft(panel: Any, screen: Any, content: Content) -> None:
    panel.typed = {str(name): str(text) for name, text in content.get("typed", {}).items()}
    text = str(content.get("text", ""))
    if len(text) > _MOST_TEXT:
        raise InputError(f"The prompt is too long: {len(text):,} characters.")
    screen.echo = text
    panel.prompt = text


def _send(panel: Any, screen: Any, content: Content) -> None:
    _take_draft(panel, screen, content)
    screen.offered = []
    panel.send(instead_of=str(content.get("instead", "")))
    screen.widget.tell(sent=True)
    screen.estimate()


def _again(panel: Any, _: Any, content: Content) -> None:
    """Ask an exchange's prompt once more."""
    exchange = panel.said.find(str(content["id"]))
    if exchange is not None:
        panel.send(exchange.prompt, instead_of=exchange.id)


def _stop(panel: Any, _: Any, __: Content) -> None:
    panel.cancel()


def _set(panel: Any, screen: Any, content: Content) -> None:
    """Set controls; whether that could be done or not, the page learns what they are now."""
    screen.take(str(content.get("page", "")), int(content.get("change", 0)))
    try:
        _assign(panel, content)
    finally:
        screen.refresh()
    screen.estimate()


def _assign(panel: Any, content: Content) -> None:
    """Set controls, of the panel or of one column."""
    given = {str(name): checked(str(name), value) for name, value in content["values"].items()}
    place = content.get("column")
    if place is None:
        wanted = _reconciled({**panel.settings(), **given})
        panel.assign(wanted)
    else:
        own = {name: value for name, value in given.items() if name in OWN}
        columns = [dict(each) for each in panel.columns]
        columns[int(place)] |= own
        panel.columns = columns


def _reconciled(values: dict[str, Any]) -> dict[str, Any]:
    """Keep a thinking budget within its slider when the slider has become shorter."""
    least, most = limits(values)["think"]
    if isinstance(values["think"], int) and values["think"] > most >= least:
        values["think"] = int(most)
    return values


def _compare(panel: Any, _: Any, content: Content) -> None:
    """Have this many columns; new ones are like the last."""
    number = min(max(int(content["number"]), 0), MOST)
    columns = [dict(own) for own in panel.columns][:number]
    while len(columns) < number:
        columns.append(dict(columns[-1]) if columns else {})
    panel.columns = columns if number > 1 else []


def _keep(panel: Any, _: Any, content: Content) -> None:
    """Go on with one of the answers that were compared."""
    exchange = panel.said.find(str(content["id"]))
    place = int(content["take"])
    if exchange is None or not 0 <= place < len(exchange.takes):
        return
    if exchange.takes[place].turn is None:
        raise InputError("There is no answer in that column to go on with.")
    exchange.kept = place
    panel.columns = []
    panel.refresh()


def _code(panel: Any, screen: Any, content: Content) -> None:
    _take_draft(panel, screen, content)
    screen.widget.tell(code=panel.code())


def _paste(panel: Any, screen: Any, content: Content) -> None:
    """Take a pasted ``%%claude`` cell apart."""
    panel.read_cell(str(content["text"]))
    screen.say("Settings and prompt were taken from the cell.")
    screen.estimate()


def _attach(panel: Any, screen: Any, content: Content) -> None:
    """Attach a variable, file or address by name."""
    from claude_nb.notebook import attach  # noqa: PLC0415 (only when first needed)

    name = str(content["name"]).strip()
    shell = session().shell
    attach.blocks([name], shell.user_ns if shell is not None else {})
    panel.attach = [*panel.attach, name]
    screen.estimate()


def _upload(panel: Any, screen: Any, content: Content) -> None:
    """Take a piece of a file; attach it with the last one."""
    path = panel.uploads.take(str(content["name"]), str(content["piece"]), first=content["first"])
    if content["last"] and path not in panel.attach:
        _attach(panel, screen, {"name": path})


def _detach(panel: Any, screen: Any, content: Content) -> None:
    panel.attach = [name for name in panel.attach if name != content["name"]]
    screen.estimate()


def _resume(panel: Any, screen: Any, content: Content) -> None:
    """Go on with a chat from a file, or with the one that is offered."""
    if "data" in content:
        panel.resume(str(content["data"]))
        return
    offered, screen.offered = screen.offered, []
    panel.said.lines[panel.said.at].extend(offered)
    panel.refresh()


def _export(panel: Any, screen: Any, content: Content) -> None:
    form = "md" if content.get("form") == "md" else "json"
    screen.widget.tell(export={"name": f"{panel.chat}.{form}", "text": panel.export(form)})


def _go(panel: Any, _: Any, content: Content) -> None:
    panel.said.go(int(content["at"]))
    panel.refresh()


_COMMANDS: dict[str, Callable[[Any, Any, Content], None]] = {
    "again": _again,
    "attach": _attach,
    "branch": lambda panel, _, content: panel.branch(str(content["id"])),
    "clear": lambda panel, _, __: panel.clear(),
    "code": _code,
    "compare": _compare,
    "detach": _detach,
    "draft": _draft,
    "export": _export,
    "go": _go,
    "html": lambda _, screen, content: screen.html(str(content["id"])),
    "keep": _keep,
    "paste": _paste,
    "resume": _resume,
    "send": _send,
    "set": _set,
    "stop": _stop,
    "undo": lambda panel, _, __: panel.undo(),
    "upload": _upload,
}
