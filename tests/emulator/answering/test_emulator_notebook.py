"""What is seen of a notebook is there to be asked about, and is not what is asked."""

from __future__ import annotations

import pytest

from claude_nb.emulator.answering.skills import columns, errors
from claude_nb.emulator.task import read

FRAME = "     city  lamps\n0  Lisbon    120\n1    Oslo     90"
FAILED = (
    "Traceback (most recent call last):\nCell In[4], line 1\nZeroDivisionError: division by zero"
)


def cell(text):
    shown = f"In [1]:\n```python\ndf\n```\nOutput:\n```text\n{text}\n```"
    return {"type": "text", "text": f"<notebook-cell>\n{shown}\n</notebook-cell>"}


def task(question, *cells):
    content = [*cells, {"type": "text", "text": question}]
    return read({"messages": [{"role": "user", "content": content}]})


def test_a_cell_is_not_what_is_asked():
    assert task("What is 2 + 2?", cell("What is 17 * 23?")).prompt == "What is 2 + 2?"


def test_the_nearest_table_is_computed_with():
    draft = columns.figure(task("What is the mean of lamps?", cell("1  2"), cell(FRAME)))
    assert draft is not None
    assert "105" in draft.text


@pytest.mark.parametrize("question", ["What went wrong?", "Explain this error."])
def test_an_error_that_is_seen_is_explained_where_that_is_asked(question):
    draft = errors.tell(task(question, cell(FAILED)))
    assert draft is not None
    assert draft.text.startswith("ZeroDivisionError: division by zero")


def test_an_error_that_is_seen_is_not_explained_to_who_asks_something_else():
    assert errors.tell(task("What is 2 + 2?", cell(FAILED))) is None
