"""From a valid request to a complete answer: message and content blocks. Deterministic, no I/O.

Equal requests get equal answers. Only a request that names a temperature above 0 gets another
variation each time; which one follows from the engine's seed and the number of the repetition.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from claude_nb.emulator import catalog, task
from claude_nb.emulator.answering import composing, content
from claude_nb.emulator.answering.content import Block
from claude_nb.emulator.counting import tokens
from claude_nb.emulator.task import MadeFile
from claude_nb.emulator.wire import JSON, dump

__all__ = ["Answer", "Composed", "Engine", "Override"]

_REFUSAL: JSON = {
    "type": "refusal",
    "category": None,
    "explanation": "Emulated refusal, asked for by the test phrase in the prompt.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer given by the caller instead of the skills; for tests and benchmarks.

    Attributes
    ----------
    blocks : str or sequence of dict
        Text, or content blocks. A block's ``deltas`` (list of str) sets its deltas.
    tokens_per_second : float or None
        Its own pace; None for the server's.
    stop_reason : str or None
        None for ``"end_turn"``, or ``"tool_use"`` after a tool call.
    stop_details : dict or None
        For refusals.
    files : sequence of MadeFile
        What tools made; can be downloaded afterwards.
    """

    blocks: str | Sequence[JSON]
    tokens_per_second: float | None = None
    stop_reason: str | None = None
    stop_details: JSON | None = None
    files: Sequence[MadeFile] = ()


Override = Callable[[JSON], "Answer | str | Sequence[JSON] | None"]


@dataclass(frozen=True, slots=True)
class Composed:
    """A finished answer: message, blocks for streaming, its own pace if it has one, and files."""

    message: JSON
    blocks: tuple[Block, ...]
    tokens_per_second: float | None = None
    files: Sequence[MadeFile] = ()

    @property
    def length(self) -> int:
        """Tokens generated, as pacing counts them."""
        return sum(len(block.pieces) for block in self.blocks)


class Engine:
    """Composes answers.

    Parameters
    ----------
    answer : Override, optional
        Called with each request; what it returns is the answer, None for the usual one.
    seed : int
        Varies answers at temperatures above 0.
    """

    def __init__(self, answer: Override | None = None, *, seed: int = 0) -> None:
        self._answer = answer
        self._seed = seed

    def compose(
        self,
        params: JSON,
        usage: JSON,
        *,
        nth: int | str = 0,
        staged: Mapping[str, str] | None = None,
    ) -> Composed:
        """Answer one request.

        Parameters
        ----------
        params : dict
            A valid body of ``POST /v1/messages``.
        usage : dict
            What the prompt cost; the output is added here.
        nth : int or str
            Which repetition of this request it is.
        staged : Mapping, optional
            What a fault wants of the answer itself.
        """
        digest = _digest(params, nth)
        answer = self._given(params) or self._computed(params, nth, digest, staged)
        blocks = _as_blocks(answer.blocks, digest)
        model = catalog.find(params["model"])
        scale = model.token_scale
        reason = answer.stop_reason or _natural_reason(blocks)
        limit = int(params["max_tokens"])
        most = int(limit / scale)
        done = content.cut(blocks, most, params.get("stop_sequences") or (), reason)
        full = {**usage, **_output(done.blocks, scale, limit), **_served(done.blocks)}
        message = _message(params, digest, done, full, answer.stop_details)
        return Composed(message, done.blocks, answer.tokens_per_second, answer.files)

    def _given(self, params: JSON) -> Answer | None:
        given = self._answer(params) if self._answer else None
        if given is None or isinstance(given, Answer):
            return given
        return Answer(given)

    def _computed(
        self, params: JSON, nth: int | str, digest: str, staged: Mapping[str, str] | None
    ) -> Answer:
        asked = task.read(params, seed=f"{self._seed}/{nth}/{digest[:8]}", staged=staged)
        made = composing.compose(asked, params)
        if made is None:
            return Answer([], stop_reason="refusal", stop_details=_REFUSAL)
        return Answer(made.blocks, stop_reason=made.stop_reason, files=made.files)


def _digest(params: JSON, nth: int | str) -> str:
    # streamed or not, the same request gets the same answer
    plain = {name: value for name, value in params.items() if name != "stream"}
    return hashlib.sha256(dump(plain) + f"/{nth}".encode()).hexdigest()


def _as_blocks(given: str | Sequence[JSON], digest: str) -> list[Block]:
    if isinstance(given, str):
        return [content.text(given)]
    return [
        content.from_param(block, f"toolu_{digest[40 + n : 62]:0<22}{n:02d}")
        for n, block in enumerate(given)
    ]


def _natural_reason(blocks: Sequence[Block]) -> str:
    return "tool_use" if any(block.kind == "tool_use" for block in blocks) else "end_turn"


def _output(blocks: Sequence[Block], scale: float, most: int) -> JSON:
    thought = sum(len(block.pieces) for block in blocks if block.kind == "thinking")
    total = sum(len(block.pieces) for block in blocks)
    return {
        "output_tokens": min(tokens.scaled(total, scale), most),
        "output_tokens_details": {"thinking_tokens": min(tokens.scaled(thought, scale), most)},
    }


def _served(blocks: Sequence[Block]) -> JSON:
    names = [block.fields.get("name") for block in blocks if block.kind == "server_tool_use"]
    if not names:
        return {}
    kinds = ("web_search", "web_fetch")
    return {"server_tool_use": {f"{kind}_requests": names.count(kind) for kind in kinds}}


def _message(
    params: JSON, digest: str, done: content.Cut, usage: JSON, details: JSON | None
) -> JSON:
    return {
        "id": f"msg_emu{digest[:21]}",
        "type": "message",
        "role": "assistant",
        "model": catalog.find(params["model"]).id,
        "content": [block.final() for block in done.blocks],
        "stop_reason": done.stop_reason,
        "stop_sequence": done.stop_sequence,
        "stop_details": details,
        "container": None,
        "usage": usage,
    }
