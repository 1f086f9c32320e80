"""Which error ``%claude fix`` takes for the last one, and what it says of it."""

from __future__ import annotations

import linecache

import pytest

from claude_nb.notebook.commands.fix import failures
from claude_nb.notebook.session import CellFailure, Session

FILE = "<a cell>"
Incomplete = type("_IncompleteInputError", (SyntaxError,), {})  # as Python has it since 3.13


@pytest.fixture
def session():
    return Session(None)


def failed(code: str) -> BaseException:
    """Return what IPython raises for a cell that ends too soon, on Python 3.13 and later."""
    linecache.cache[FILE] = (len(code), None, code.splitlines(keepends=True), FILE)
    return Incomplete("incomplete input", (FILE, 1, 1, code, 1, 2))


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("x = (1,\n", SyntaxError, "'(' was never closed"),
        ("x = '''a\n", SyntaxError, "unterminated triple-quoted string literal"),
        ("if x:\n", IndentationError, "expected an indented block"),
        ("", SyntaxError, "incomplete input"),  # the cell is not known any more
    ],
)
def test_a_cell_that_ends_too_soon_is_told_as_python_tells_it(session, code, kind, words):
    session.failure = CellFailure(failed(code), code)
    told = failures.last(session)
    assert type(told.error) is kind
    assert words in told.error.msg
    assert told.error.filename == FILE
    assert told.source == code
