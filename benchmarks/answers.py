"""Answers to measure with: Markdown with a code block and a table, cut into numbered deltas."""

from __future__ import annotations

import re

SECTION = """\
## Part q{0}z of this answer

A paragraph with *emphasis*, `code` and a [link](https://example.org), long enough to wrap; its
mark is q{1}z and it goes on for a few more words before it ends here.

```python
for index in range(10):
    print("line", index)  # q{2}z
```

| name | value |
|---|---|
| first q{3}z | 1 |
| second | 2 |

"""
MARKS = 4
MARK = re.compile(r"q(\d+)z")


def pieces(count: int, width: int = 4) -> list[str]:
    """Return `count` deltas of `width` characters; a mark is never cut."""
    found: list[str] = []
    section = 0
    while len(found) < count:
        text = SECTION.format(*range(section, section + MARKS))
        found += re.findall(rf"q\d+z|(?:(?!q\d+z).){{1,{width}}}", text, flags=re.DOTALL)
        section += MARKS
    return found[:count]


def marks(text: str) -> list[int]:
    """Return the numbers of the marks in `text`, in order."""
    return [int(number) for number in MARK.findall(text)]
