"""Answers to measure with: Markdown with a code block and a table, cut into numbered deltas."""

from __future__ import annotations

import re

SECTION = """\
## Part q{}z of this answer

A paragraph with *emphasis*, `code` and a [link](https://example.org), long enough to wrap; its
mark is q{}z and it goes on for a few more words before it ends here.

```python
for index in range(10):
    print("line", index)  # q{}z
```

| name | value |
|---|---|
| first q{}z | 1 |
| second | 2 |

"""
DENSE = """\
## Part q{}z of it

A paragraph q{}z with *emphasis* q{}z and `code` q{}z, long q{}z enough to q{}z wrap; it goes
q{}z on for q{}z a few q{}z more words q{}z before it q{}z ends here q{}z.

- an item q{}z, then
- another q{}z, and
- the last q{}z

```python
for index in q{}z:
    print("line", q{}z)  # q{}z
```

"""
MARK = re.compile(r"q(\d+)z")


def pieces(count: int, width: int = 4, section: str = SECTION) -> list[str]:
    """Return `count` deltas of `width` characters; a mark is never cut."""
    found: list[str] = []
    marks, first = section.count("{}"), 0
    while len(found) < count:
        text = section.format(*range(first, first + marks))
        found += re.findall(rf"q\d+z|(?:(?!q\d+z).){{1,{width}}}", text, flags=re.DOTALL)
        first += marks
    return found[:count]


def marks(text: str) -> list[int]:
    """Return the numbers of the marks in `text`, in order."""
    return [int(number) for number in MARK.findall(text)]
