"""``POST /v1/messages`` and ``/v1/messages/count_tokens``, and the answers inside batches."""

from __future__ import annotations

import hashlib
import math
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, cast

from claude_nb.emulator import catalog, validation
from claude_nb.emulator.answering.engine import Composed, Engine
from claude_nb.emulator.clock import day, instant
from claude_nb.emulator.counting import accounting, editing
from claude_nb.emulator.counting.prompt_cache import PromptCache
from claude_nb.emulator.endpoints import inlining, stream
from claude_nb.emulator.endpoints.files import Files
from claude_nb.emulator.endpoints.headers import Caller
from claude_nb.emulator.endpoints.options import Options
from claude_nb.emulator.endpoints.rates import Rates
from claude_nb.emulator.endpoints.stored import Stored
from claude_nb.emulator.wire import JSON, Call, Part, Reply, bad_request, dump, parse

__all__ = ["Messages"]

_REMEMBERED = 10_000  # requests whose repetitions are counted
_FAST = 2.5  # how much faster fast mode is
_CONTAINER_LIFE = 30 * 24 * 3600.0  # seconds
_EVENTS = {"content-type": "text/event-stream; charset=utf-8"}
_JSON = {"content-type": "application/json"}


class Messages:
    """The messages endpoints with their memory: the prompt cache and the repetitions.

    Parameters
    ----------
    options : Options
        Read at each call.
    rates : Rates
        Told what each answer cost.
    files : Files
        What requests name by its id.
    """

    def __init__(self, options: Options, rates: Rates, files: Files) -> None:
        self._options = options
        self._files = files
        self._rates = rates
        self._cache = PromptCache()
        self._seen: OrderedDict[bytes, int] = OrderedDict()
        self._lock = threading.Lock()

    def create(self, call: Call, caller: Caller) -> Reply:
        """Answer a request."""
        params = self._ready(parse(call.body), caller)
        composed = self._compose(
            params, caller, self._repetition(params, caller), staged=call.staged
        )
        speed = self._speed(params, composed, call)
        if params.get("stream"):
            parts = stream.paced(stream.events(composed.message, composed.blocks), speed)
            return Reply(200, _EVENTS, parts, streamed=True)
        due = composed.length / speed if speed > 0 else 0.0
        return Reply(200, _JSON, [Part(dump(composed.message), due)])

    def count(self, call: Call, caller: Caller) -> JSON:
        """Count the tokens of a prompt."""
        params = self._ready(parse(call.body), caller, counting=True)
        model = catalog.find(params["model"])
        left, _ = editing.edited(params, model)
        counted: JSON = {"input_tokens": accounting.total(left, model)}
        if params.get("context_management"):
            original = accounting.total(params, model)
            counted["context_management"] = {"original_input_tokens": original}
        return counted

    def _ready(self, params: JSON, caller: Caller, *, counting: bool = False) -> JSON:
        """Return the parameters as they are answered; ApiError for what the API refuses."""
        shaped = validation.shaped(params, caller.version, caller.betas, counting=counting)
        whole = inlining.inlined(shaped, self._files, caller)
        today = self._options.clock.today()
        validation.rules(whole, caller.version, caller.betas, today=today, counting=counting)
        return whole

    def check(self, params: JSON, caller: Caller, moment: float) -> None:
        """Raise ApiError for parameters that cannot be answered in a batch made at `moment`.

        What is wrong with a file that they name is found when they are answered.
        """
        shaped = validation.shaped(params, caller.version, caller.betas)
        inlining.check(shaped, self._files, caller)
        validation.rules(shaped, caller.version, caller.betas, today=day(moment))

    def in_batch(self, params: JSON, caller: Caller, custom_id: str) -> JSON:
        """Answer parameters that were checked, as an entry of a batch."""
        whole = inlining.inlined(validation.renamed(params), self._files, caller)
        return self._compose(whole, caller, custom_id, "batch").message

    def _compose(
        self,
        params: JSON,
        caller: Caller,
        nth: int | str,
        tier: str = "",
        staged: Mapping[str, str] | None = None,
    ) -> Composed:
        """Answer valid parameters.

        Parameters
        ----------
        params : dict
            Body of a request.
        caller : Caller
            Whose prompt cache counts.
        nth : int or str
            Tells repetitions of a request apart.
        tier : str
            Service tier; by default the one asked for.
        staged : Mapping, optional
            What a fault wants of the answer.
        """
        model = catalog.find(params["model"])
        params, applied = editing.edited(params, model)
        segments = accounting.segments(params, model, caller.workspace)
        geo, now = params.get("inference_geo") or "global", self._options.clock.now()
        validation.prompt_length(params, segments[-1].tokens)
        usage = self._cache.account(segments, model.min_cache_tokens, now)
        usage |= {
            "output_tokens": 0,
            "server_tool_use": None,
            "service_tier": tier or "standard",
            "inference_geo": geo if catalog.takes_geo(model) else "not_available",
        }
        if params.get("speed"):
            usage["speed"] = params["speed"]
        engine = Engine(self._options.answer, seed=self._options.seed)
        composed = engine.compose(params, usage, nth=nth, staged=staged)
        self._keep(composed, params, caller)
        if params.get("context_management"):
            composed.message["context_management"] = {"applied_edits": applied}
        charged = usage["input_tokens"] + usage["cache_creation_input_tokens"]
        self._rates.spend(charged, composed.message["usage"]["output_tokens"])
        return composed

    def _keep(self, composed: Composed, params: JSON, caller: Caller) -> None:
        """Keep what tools made, and name the container in which code ran."""
        now = self._options.clock.now()
        for made in composed.files:
            stored = Stored(
                id=made.id,
                workspace=caller.workspace,
                filename=made.filename,
                media_type=made.media_type,
                size=len(made.data),
                created=now,
                is_made=True,
            )
            self._files.keep(stored, made.data)
        if any(block.kind.endswith("code_execution_tool_result") for block in composed.blocks):
            given: Any = params.get("container")
            named = cast("JSON", given).get("id") if isinstance(given, dict) else given
            own = f"container_emu{composed.message['id'].removeprefix('msg_emu')}"
            ends = instant(now + _CONTAINER_LIFE)
            composed.message["container"] = {"id": named or own, "expires_at": ends}

    def _repetition(self, params: JSON, caller: Caller) -> int:
        plain = {name: value for name, value in params.items() if name != "stream"}
        key = hashlib.sha256(caller.workspace.encode() + dump(plain)).digest()
        with self._lock:
            nth = self._seen.pop(key, -1) + 1
            self._seen[key] = nth
            if len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
        return nth

    def _speed(self, params: JSON, composed: Composed, call: Call) -> float:
        if composed.tokens_per_second is not None:
            return composed.tokens_per_second
        asked = call.headers.get("x-emulator-speed")
        speed = self._options.tokens_per_second if asked is None else _number(asked)
        return speed * _FAST if params.get("speed") == "fast" else speed


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        problem = "is not a number of tokens a second, 0 or more"
        raise bad_request(f"x-emulator-speed: '{text}' {problem}")
    return value
