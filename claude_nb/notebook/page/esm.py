r"""Join ECMAScript modules into one, without the comments: a page is sent a single text.

Scripts are read as tokens, so that a string, a template or a regular expression is never touched
(``" // "``, ``/\/\/["']/``). Of the module syntax it takes what our own files use: named imports of
each other's declarations. What it does not understand it refuses, rather than to guess.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

__all__ = ["CONSTANTS", "ModuleError", "join", "tight"]

CONSTANTS = "constants"
"""The name under which a script imports what Python says."""

_PIECE = re.compile(
    r"""([^"'`/{}]*)(?:(//[^\n\r]*|/\*(?s:.*?)\*/)"""
    r"""|("(?:[^"\\\n\r]|\\(?s:.))*"|'(?:[^'\\\n\r]|\\(?s:.))*')|(["'`/{}]))"""
)  # code, then a comment, a string or a mark
_PATTERN = r"/(?:[^/\\\[\n\r]|\\.|\[(?:[^\]\\\n\r]|\\.)*\])+/\w*"
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\(?s:.)|\$(?!\{))*(`|\$\{)")
_IMPORT = re.compile(r"import ?\{([\w$,\s]*)\} ?from ?\0(\d+)\0;?\s*")
_DECLARED = re.compile(
    r"(?<![.\w$])(export )?(?:async )?(?:const|let|var|class|function)\b\*? ?([\w$]*)"
)
_INNERMOST = re.compile(r"[(\[{][^(\[{}\])]*[)\]}]")
_BEFORE_VALUE = (
    " await case default delete do else in instanceof new of return throw typeof void yield "
)
_SPACED = (", ", ": ", " = ", " {", "{ ", " }", " (", ") ")  # where a space means nothing
_BEFORE_CONDITION = frozenset({"await", "for", "if", "while"})


class ModuleError(ValueError):
    """A script is written in a way that cannot be joined."""


class _Scanner:
    """Reads a script's tokens, and puts numbers between NULs in the place of its `literals`."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.literals: list[str] = []

    def code(self, *, nested: bool = False) -> str:
        """Return the code without comments, to the end or past the brace of a template."""
        pieces: list[str] = []
        depth = 0
        while found := _PIECE.match(self.source, self.at):
            code, comment, literal, mark = found.groups()
            self.at = found.end()
            if mark == "}" and nested and not depth:
                return ""
            pieces.append(code)
            if comment:
                pieces.append("\n" if "\n" in comment else " ")
            elif literal:
                pieces.append(self._keep(literal))
            elif mark in "{}":
                depth += 1 if mark == "{" else -1
                pieces.append(mark)
            else:
                pieces.append(self._mark(mark, pieces))
        return "".join([*pieces, self.source[self.at :]])

    def _keep(self, text: str) -> str:
        self.literals.append(text)
        return f"\0{len(self.literals) - 1}\0"

    def _mark(self, mark: str, before: list[str]) -> str:
        """Take what begins with a slash, a backtick, or a quote that nothing ends."""
        start = self.at - 1
        if self.source.startswith("/*", start):
            raise self._problem("nothing ends this comment")
        if mark == "/" and not self._is_pattern("".join(before).rstrip()):
            return mark
        if mark == "`":
            self._template()
        elif mark == "/" and (found := re.compile(_PATTERN).match(self.source, start)):
            self.at = found.end()
        else:
            raise self._problem("nothing ends what begins here")
        return self._keep(self.source[start : self.at])

    def _template(self) -> None:
        kept = len(self.literals)
        while found := _TEMPLATE.match(self.source, self.at):
            self.at = found.end()
            if found[1] == "`":
                del self.literals[kept:]  # they are in the template's own text
                return
            self.code(nested=True)
        raise self._problem("nothing ends this template")

    def _is_pattern(self, before: str) -> bool:
        """Whether a slash after this code begins a regular expression; if not, it divides."""
        if before.endswith("}"):
            raise self._problem("a slash after a brace may divide or begin a regular expression")
        if before.endswith(")"):
            return _last_word(before[: _opening(before)].rstrip()) in _BEFORE_CONDITION
        if word := _last_word(before):
            return f" {word} " in _BEFORE_VALUE
        return not before.endswith(("]", "\0", "++", "--"))

    def _problem(self, what: str) -> ModuleError:
        line = self.source[: self.at].splitlines()[-1:]
        return ModuleError(f"{what}: {''.join(line)[-60:]}")


def _last_word(code: str) -> str:
    """Return the word that `code` ends with, with a dot before it if it is a property's name."""
    start = len(code)
    while start and (code[start - 1].isalnum() or code[start - 1] in "_$."):
        start -= 1
    return code[start:]


def _opening(code: str) -> int:
    """Return where the parenthesis begins that `code` ends with, or 0."""
    depth = 0
    for place in range(len(code) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(code[place], 0)
        if not depth:
            return place
    return 0


def tight(code: str, *marks: str) -> str:
    """Return code without the spaces in these marks; of a mark of spaces one is left."""
    for mark in marks:
        code = code.replace(mark, mark.strip() or " ")
    return code


class _Module(NamedTuple):
    """A script, taken apart: without imports, with numbers for literals."""

    body: str
    literals: list[str]
    imports: list[tuple[str, str]]  # path and name
    declared: dict[str, bool]  # at the top level: whether it is exported

    def text(self, *, entry: bool) -> str:
        """Return the script; only the entry keeps its exports."""
        body = self.body if entry else f"\n{self.body}".replace("\nexport ", "\n")[1:]
        parts = body.split("\0")
        parts[1::2] = [self.literals[int(number)] for number in parts[1::2]]
        return "".join(parts) + ("" if body.endswith(";") else ";")  # or the next might call it


@lru_cache(maxsize=64)
def _parse(source: str) -> _Module:
    if any(mark in source for mark in "\0\u2028\u2029"):
        raise ModuleError("it has a NUL or a line break that is none in Python")
    scanner = _Scanner(source)
    lines = filter(None, map(str.strip, scanner.code().split("\n")))
    code = tight("\n".join(lines), "   ", "  ", *_SPACED)
    imports: list[tuple[str, str]] = []
    end = 0
    while found := _IMPORT.match(code, end):
        end = found.end()
        names = filter(None, map(str.strip, found[1].split(",")))
        imports += [(scanner.literals[int(found[2])][1:-1], name) for name in names]
    return _Module(code[end:], scanner.literals, imports, _declared(code[end:]))


def _declared(body: str) -> dict[str, bool]:
    """Return the names at the top level; refuse what would be joined wrongly."""
    outline = body
    while (shorter := _INNERMOST.sub("", outline)) != outline:
        outline = shorter
    if any(mark in outline for mark in "([{}])"):
        raise ModuleError("its brackets do not match")
    found = [(name, bool(export)) for export, name in _DECLARED.findall(outline)]
    names = dict(found)
    if "," in outline or "" in names or len(names) < len(found):
        raise ModuleError("a declaration at the top level is of one name, a new one")
    for line in outline.split("\n"):
        plain = line.startswith("export default") or _DECLARED.match(line)
        if "export " in line[1:] or (line.startswith(("import", "export")) and not plain):
            raise ModuleError(f"imports are of names, and first; exports are declarations: {line}")
    if "import(\0" in body or "import." in body:
        raise ModuleError("nothing lies beside a page's module: import() takes an address")
    return names


def _beside(importer: str, path: str) -> str:
    """Return the name of the script that `importer` calls `path`."""
    name = posixpath.normpath(posixpath.join(posixpath.dirname(importer), path))
    if not path.startswith(("./", "../")) or name.startswith("../"):
        raise ModuleError(f"{importer}: {path!r} is neither a file here nor {CONSTANTS!r}")
    return name


def _order(entry: str, read: Callable[[str], str]) -> dict[str, _Module]:
    """Return the modules that `entry` needs, each after what it imports."""
    done: dict[str, _Module] = {}

    def visit(name: str, way: tuple[str, ...]) -> None:
        if name in way:
            raise ModuleError(f"a circle of imports: {' → '.join([*way, name])}")
        if name in done:
            return
        try:
            module = _parse(read(name))
        except (ModuleError, OSError) as problem:
            raise ModuleError(f"{name}: {problem}") from None
        for path in dict.fromkeys(path for path, _ in module.imports if path != CONSTANTS):
            visit(_beside(name, path), (*way, name))
        done[name] = module

    visit(entry, ())
    return done


def join(entry: str, read: Callable[[str], str], constants: Mapping[str, object]) -> str:
    """Return `entry` and what it imports as one module, with the exports of `entry`.

    Parameters
    ----------
    entry : str
        A script's name, as `read` takes it.
    read : callable
        From a name to the script's text.
    constants : mapping
        What ``import {NAME} from "constants"`` gives: values that JSON can write.

    Raises
    ------
    ModuleError
        Something in it is not understood, not there, or there twice.
    """
    modules = _order(entry, read)
    owners: dict[str, str] = {}  # of names
    for importer, module in modules.items():
        for path, name in module.imports:
            if path == CONSTANTS and name in constants:
                owners[name] = CONSTANTS
            elif path == CONSTANTS or not modules[_beside(importer, path)].declared.get(name):
                raise ModuleError(f"{importer}: {path} does not export {name}")
    lines = [f"const {name}={json.dumps(constants[name])};" for name in owners]
    for path, module in modules.items():
        if path != entry and "export default" in module.body:
            raise ModuleError(f"{path}: only {entry} may have a default export")
        for name in module.declared:
            if name in owners:
                raise ModuleError(f"{name} is declared in {owners[name]} and in {path}")
            owners[name] = path
        lines.append(module.text(entry=path == entry))
    return "\n".join(lines)
