"""The bounds of a schema, found where a client told them.

References
----------
JSON Schema validation, draft 2020-12: numeric keywords.
"""

from __future__ import annotations

import ast
import contextlib
import re

from claude_nb.emulator.wire import JSON

__all__ = ["bounded"]

_MOST = 2_000  # characters at the end of a description, in which bounds are looked for
_SIMPLE = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "minItems", "maxItems"),
)
_READ = frozenset({*_SIMPLE, "uniqueItems", "prefixItems"})
_BOUND = re.compile(rf"({'|'.join(_SIMPLE)}): (-?[\d.]+)")


def bounded(spec: JSON) -> JSON:
    """Return a schema with the bounds that a client moved into its description.

    The API enforces none of them; a model reads them there: ``{maximum: 10, minimum: 1}``.
    """
    told = re.search(r"\{(\w+: .*)\}\s*\Z", str(spec.get("description") or "")[-_MOST:], re.DOTALL)
    if told is None:
        return spec
    return {**_read(told[1]), **spec}


def _read(told: str) -> JSON:
    """Return the keywords in a text such as ``maximum: 10, minimum: 1``, as far as can be."""
    try:
        tree = ast.parse(f"{{{told}}}", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return {name: float(number) for name, number in _BOUND.findall(told)}
    found: JSON = {}
    pairs = zip(tree.keys, tree.values, strict=True) if isinstance(tree, ast.Dict) else ()
    for key, value in pairs:
        with contextlib.suppress(ValueError):
            if isinstance(key, ast.Name) and key.id in _READ:
                found[key.id] = ast.literal_eval(value)
    return found
