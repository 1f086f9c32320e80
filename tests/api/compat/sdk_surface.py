"""What the Messages API of the official SDK has, by name, as JSON: ``python sdk_surface.py``.

Runs in an environment that has the SDK and not this project.
"""

# ruff: noqa: T201 - a program: it reports by printing

import json
import typing

import typing_extensions
from anthropic.types.beta import message_create_params
from anthropic.types.beta.beta_content_block import BetaContentBlock
from anthropic.types.beta.beta_content_block_param import BetaContentBlockParam


def leaves(kind):
    """Yield the classes of a union, through aliases and annotations."""
    if hasattr(kind, "model_fields") or typing_extensions.is_typeddict(kind):
        yield kind
    for part in typing.get_args(kind):
        yield from leaves(part)


def literals(kind):
    if typing.get_origin(kind) is typing.Literal:
        yield from typing.get_args(kind)
        return
    for part in typing.get_args(kind):
        yield from literals(part)


def hint(kind):
    fields = getattr(kind, "model_fields", None)
    if fields is not None:
        return fields["type"].annotation
    return typing_extensions.get_type_hints(kind)["type"]


def types(union):
    return sorted({name for kind in leaves(union) for name in literals(hint(kind))})


params = typing.get_type_hints(message_create_params.MessageCreateParamsBase)
surface = {
    "parameters": sorted({*params, "stream"}),
    "answer blocks": types(BetaContentBlock),
    "request blocks": types(BetaContentBlockParam),
}
print(json.dumps(surface, indent=1))
