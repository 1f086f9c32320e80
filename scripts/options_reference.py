"""Write docs/options.md, the reference of all options, from the one list of settings.

python scripts/options_reference.py            writes it
python scripts/options_reference.py --check    fails if it is not what would be written
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from claude_nb.ask.options import SETTINGS, THINK_WORDS, Setting

TARGET = Path(__file__).resolve().parent.parent / "docs" / "options.md"
HEAD = """\
# All options

Made from the list of settings in `claude_nb/ask/options.py` by `make options`; that list also
gives `%%claude?`, `%config ClaudeMagics`, `%claude set` and the panel's controls, so a name here is
the name everywhere. What a *model* refuses is said before anything is sent: `%claude models` tells.
"""
LASTING = "For a session: `%config ClaudeMagics.{0} = …`, `%claude set {0}=…`, `Panel({0}=…)`."
BRIEF = "For one cell only."


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *(line for one in SETTINGS for line in section(one))])


def section(one: Setting) -> Iterator[str]:
    """Yield the lines that tell of one setting."""
    flags = ", ".join(f"`{flag}{' ' * bool(one.metavar)}{one.metavar}`" for flag in one.flags)
    yield f"## `{one.name}`\n"
    yield f"{flags}\n"
    yield f"{one.help[0].upper()}{one.help[1:]}.\n"
    yield f"Takes {taken(one)}."
    if one.default not in (None, "", (), [], False):
        yield f"Default: `{one.default}`."
    yield (LASTING.format(one.name) if one.lasting else BRIEF) + "\n"


def taken(one: Setting) -> str:
    """Return what a setting takes, in words."""
    words = ", ".join(f"`{word}`" for word in THINK_WORDS if one.kind == "think")
    words = words or ", ".join(f"`{word}`" for word in one.choices)
    limits = bounds(one.low, one.high)
    number = ", or a number of cells" * one.counted
    return "".join((KINDS[one.kind], limits and f", {limits}", words and f": {words}", number))


def bounds(low: float | None, high: float | None) -> str:
    """Return a range as people write it."""
    if high is None:
        return "" if low is None else f"{low:,g} or more"
    return f"at most {high:,g}" if low is None else f"{low:,g} to {high:,g}"


KINDS = {
    "text": "a text",
    "number": "a number",
    "integer": "a whole number",
    "money": "US dollars, such as `2.50` or `$2.50`",
    "flag": "nothing: it is on when it is there",
    "texts": "a text; repeat it for more",
    "stops": r"a text with a visible character, `\n` and `\t` understood; repeat it for more",
    "think": "a budget in tokens, or one of the words",
    "choice": "one of the words",
    "names": "names, with commas between",
    "numbers": "numbers, or `default`, with commas between",
    "servers": "addresses with `https://`, `NAME=URL`, or names of `%config`, with commas between",
}


def main() -> int:
    """Write the page, or compare it with what is there."""
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(page(), encoding="utf-8")
        return 0
    if TARGET.read_text(encoding="utf-8") == page():
        return 0
    print("docs/options.md is not what the settings say. Run: make options", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
