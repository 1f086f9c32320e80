"""Docstrings as people write them: each parameter keeps its description."""

import pytest

from claude_nb.api.schemas.docstrings import described

AB = {"a": "the first", "b": "the second"}
WRITTEN = {
    "a sentence behind the list": (
        "Args:\n    a: the first\n    b: the second\n\nThat is all.",
        AB,
    ),
    "keyword arguments apart": ("Args:\n    a: the first\n\nKeyword Args:\n    b: the second", AB),
    "spelled out": ("Arguments:\n  a (int): the first\n\nOther Parameters:\n  b: the second", AB),
    "a section unknown here": (
        "Args:\n    a: the first\n    b: the second\n\nGotchas:\n    c: no parameter",
        AB,
    ),
    "warnings and references": (
        "Args:\n  a: the first\n  b: the second\n\nWarns:\n  X: often\n\nSee Also:\n  c: it",
        AB,
    ),
    "types with brackets": (
        "Args:\n    a (dict[str, tuple(int)]): the first\n    b: the second",
        AB,
    ),
    "a second paragraph": ("Args:\n    a: the\n\n        first\n    b: the second", AB),
    "no indent": ("Args:\na: the first\nb: the second\n\nBye.", AB),
    "dashes for colons": ("Args:\n    a - the first\n    b -- the second", AB),
    "a list in Markdown": ("Parameters:\n- a: the first\n* `b` (int): the second", AB),
    "numpy": (
        "Parameters\n----------\na : int\n    the first\nb\n    the second\n\nThat is all.",
        AB,
    ),
    "numpy, other parameters": (
        """Parameters
----------
a : int
    the first

Other Parameters
----------------
b : {'x', 'y'}, optional
    the second

Warns
-----
c
    no

See Also
--------
d : no""",
        AB,
    ),
    "numpy, several in a line": (
        "Parameters\n----------\na, c : int\n    both\n*args, **kw\n    the rest",
        {"a": "both", "c": "both", "args": "the rest", "kw": "the rest"},
    ),
    "Sphinx": (
        ":param int a: the first\n:type a: int\n:param b: the\n    second\n:raises X: no\n\nBye.",
        AB,
    ),
    "Sphinx, other words": (":arg a: the first\n:keyword b: the second\n:rtype: x", AB),
    "Epydoc": ("@param a: the first\n@type a: int\n@param b: the second\n@return: x", AB),
    "two styles": ("Args:\n    a: the first\n\n:param b: the second", AB),
    "the first word counts": ("Args:\n    a: the first\n    b: the second\n\n:param a: no", AB),
}


@pytest.mark.parametrize("way", WRITTEN)
def test_parameters_keep_their_descriptions(way):
    text, parameters = WRITTEN[way]
    assert described(f"Do it.\n\n{text}\n") == ("Do it.", parameters)
    inside = "\n".join(f"    {line}" if line else "" for line in text.splitlines())
    assert described(f"Do it.\n\n{inside}\n    ") == ("Do it.", parameters)


PROSE = [
    "Note: this is cheap.\nReturns: nothing.",
    "See :class:`Thing`.\n\n.. note:: slow",
    "Things to know:\n    it is slow",
    "Title\n=\ntext",
    "a: b",
]


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_description(text):
    written = f"Do it.\n\n{text}"
    assert described(written) == (written, {})
