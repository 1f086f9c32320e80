"""``--tools notebook``: what a model may look at in a kernel; nothing is run or changed by it.

Variables by name, one variable, one cell, the documentation of an object. All of it is bounded,
keys are taken out, and a cell marked ``claude: skip`` stays here, with the variables it defines.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any

from claude_nb.api.hiding.hidden import hidden
from claude_nb.ask.context import choosing, cuts
from claude_nb.ask.context.cells import Cell
from claude_nb.ask.errors import InputError
from claude_nb.characters import one_line
from claude_nb.notebook.run.context import gather, history
from claude_nb.notebook.run.context.looking import described, docs, reach
from claude_nb.notebook.run.context.looking.brief import named
from claude_nb.notebook.session import Session

__all__ = ["functions"]

_MOST_NAMES = 150
_MOST_CELLS = 200
_TITLE = 70  # characters
_PLACE = re.compile(r"(?:cell)?\W*(\d{1,9})", re.IGNORECASE)
_NUMBER = re.compile(r"(?:in|out)\W*(\d{1,9})\W*", re.IGNORECASE)
_MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)


def functions(session: Session, cell: str) -> list[Callable[..., Any]]:
    """Return the functions that stand for ``notebook``.

    Parameters
    ----------
    session : Session
        Of the kernel.
    cell : str
        The id of the cell that asks; empty where that is not known.
    """
    look = _Look(session, cell)
    return [look.list_variables, look.describe_variable, look.read_cell, look.search_docs]


def _told(look: Callable[..., str]) -> Callable[..., str]:
    """Take what cells call a secret out of what a function returns; a refusal is an answer."""

    @wraps(look)
    def telling(self: _Look, *given: Any, **named: Any) -> str:
        try:
            told = look(self, *given, **named)
        except InputError as problem:
            return str(problem)
        return cuts.without(told, cuts.shared_secrets(each.source for each in self.ran()))

    return telling


class _Look:
    """What the functions share."""

    def __init__(self, session: Session, cell: str) -> None:
        self._session = session
        self._cell = cell
        self._variables = session.variables  # of the function that asks, too

    def ran(self) -> tuple[Cell, ...]:
        """Return the cells that this kernel ran, each as it was run last."""
        return history.notebook(self._session, "").cells

    @_told
    def list_variables(self, containing: str = "") -> str:
        """List the variables of the notebook, each with its type and a glimpse of its value.

        Parameters
        ----------
        containing : str
            Only names with this in them.
        """
        kept = self._kept_here()
        names = [name for name in self._names() if containing.casefold() in name.casefold()]
        told = [name for name in names if name not in kept]
        lines = [f"{name}: {named(name, self._variables[name])}" for name in told[:_MOST_NAMES]]
        return hidden("\n".join([*lines, *_left(told, names)])) or "There are no such variables."

    @_told
    def describe_variable(self, variable: str) -> str:
        """Describe a variable, such as df: its type, shape, columns and first rows or items.

        Parameters
        ----------
        variable : str
            Such as df, or df["price"], settings.limits, rows[0]. Nothing is computed.
        """
        name = variable.strip("` \n")
        root = re.split(r"[.\[]", name, maxsplit=1)[0]
        if root in self._kept_here():
            raise InputError(f"{root} is from a cell marked claude: skip, so it stays here.")
        if root.startswith("_"):
            raise InputError("Names that begin with an underscore stay private.")
        return described.described(name, reach.reached(name, self._own()))

    @_told
    def read_cell(self, cell: str) -> str:
        """Read a cell of the notebook, with what it shows, or list all cells by their first words.

        Parameters
        ----------
        cell : str
            Its place, such as 3, or its execution count, such as In[5]; all for the list.
        """
        if cell.strip().casefold() in {"", "all"}:
            return self._list()
        found = self._named(cell.strip())
        if found.is_private:
            raise InputError("That cell is marked claude: skip, so it stays here.")
        return str(choosing.seen(found, pictures=False).blocks[0]["text"])

    @_told
    def search_docs(self, object: str, find: str = "") -> str:  # noqa: A002 - a model's word
        """Read the signature and the docstring of an installed function, class or module.

        Parameters
        ----------
        object : str
            Such as pandas.DataFrame.merge, or df.merge.
        find : str
            Only the lines, and the names in it, that contain this.
        """
        said = docs.found(object.strip("` \n"), self._own())
        return docs.searched(said, find.strip()) if find.strip() else docs.documented(said)

    def _names(self) -> list[str]:
        """Return the names of a person's own, in order."""
        hides = getattr(self._session.shell, "user_ns_hidden", {})
        known = {name: value for name, value in self._variables.items() if type(name) is str}
        own = (n for n, v in known.items() if n[:1] != "_" and hides.get(n, hides) is not v)
        return sorted(own, key=str.casefold)

    def _own(self) -> dict[str, Any]:
        """Return the variables that may be looked at."""
        kept = self._kept_here()
        return {name: self._variables[name] for name in self._names() if name not in kept}

    def _kept_here(self) -> set[str]:
        """Return the variables that cells marked ``claude: skip`` define."""
        sources = [each.source for each in self.ran() if each.is_private]
        return {name for source in sources for name in _defined(source)}

    def _cells(self) -> tuple[Cell, ...]:
        """Return the cells as the page has them, else as they were run."""
        told = gather.on_page(self._session, self._cell)
        return self.ran() if told is None else told.cells

    def _list(self) -> str:
        cells = self._cells()
        public = [each for each in cells if not each.is_private and each.source.strip()]
        lines = [f"{each.name}: {one_line(hidden(each.source), _TITLE)}" for each in public]
        more = [f"and {len(lines) - _MOST_CELLS:,} cells before these"] * (len(lines) > _MOST_CELLS)
        private = sum(each.is_private for each in cells)
        kept = [f"{private} more marked claude: skip, which stay here"] * bool(private)
        return "\n".join([*more, *lines[-_MOST_CELLS:], *kept]) or "No cell was run before."

    def _named(self, word: str) -> Cell:
        if numbered := _NUMBER.fullmatch(word):
            found = [each for each in self.ran() if each.number == int(numbered[1])]
        elif placed := _PLACE.fullmatch(word):
            found = [each for each in self._cells() if each.place == int(placed[1])]
        else:
            raise InputError(f"{word[:80]!r} is no cell: give its place, such as 3, or In[5].")
        if not found:
            raise InputError(f"There is no cell {word:.80}. {self._known()}")
        return found[0]

    def _known(self) -> str:
        named = [each.name for each in self._cells() if not each.is_private][-5:]
        return f"The last of those that there are: {'; '.join(named)}." if named else ""


def _left(told: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    if len(told) > _MOST_NAMES:
        yield f"and {len(told) - _MOST_NAMES:,} more: ask for those that contain something"
    if kept := len(names) - len(told):
        yield f"and {kept} from cells marked claude: skip, which stay here"


def _defined(source: str) -> Iterator[str]:
    """Yield the names that a cell gives values to; its magics aside."""
    try:
        tree = ast.parse(_MAGIC.sub("", source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
