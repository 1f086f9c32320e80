"""``POST /v1/messages`` and ``/v1/messages/count_tokens``, and the answers inside batches."""

from __future__ import annotations

import hashlib
import math
import threading
from collections import OrderedDict

from claude_nb.emulator import accounting, catalog, stream, validation
from claude_nb.emulator.engine import Composed, Engine
from claude_nb.emulator.headers import Caller
from claude_nb.emulator.options import Options
from claude_nb.emulator.prompt_cache import PromptCache
from claude_nb.emulator.rates import Rates
from claude_nb.emulator.wire import JSON, ApiError, Call, Part, Reply, dump, parse

__all__ = ["Messages"]

_REMEMBERED = 10_000  # requests whose repetitions are counted
_FAST = 2.5  # how much faster fast mode is
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
    """

    def __init__(self, options: Options, rates: Rates) -> None:
        self._options = options
        self._rates = rates
        self._cache = PromptCache()
        self._seen: OrderedDict[bytes, int] = OrderedDict()
        self._lock = threading.Lock()

    def create(self, call: Call, caller: Caller) -> Reply:
        """Answer a request."""
        params = parse(call.body)
        validation.message(params, caller.version, caller.betas)
        composed = self.compose(params, caller, self._repetition(params))
        speed = self._speed(params, composed, call)
        if params.get("stream"):
            parts = stream.paced(stream.events(composed.message, composed.blocks), speed)
            return Reply(200, _EVENTS, parts, streamed=True)
        due = composed.length / speed if speed > 0 else 0.0
        return Reply(200, _JSON, [Part(dump(composed.message), due)])

    def count(self, call: Call, caller: Caller) -> JSON:
        """Count the tokens of a prompt."""
        params = parse(call.body)
        validation.count(params, caller.version, caller.betas)
        total = accounting.total(params, catalog.find(params["model"]))
        return {"input_tokens": total}

    def check(self, params: JSON, version: str) -> None:
        """Raise ApiError for parameters of a batch entry that cannot be answered."""
        validation.message(params, version)

    def compose(self, params: JSON, caller: Caller, nth: int | str, tier: str = "") -> Composed:
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
        """
        model = catalog.find(params["model"])
        segments = accounting.segments(params, model, caller.workspace)
        now = self._options.clock.now()
        validation.prompt_length(params, segments[-1].tokens)
        usage = self._cache.account(segments, model.min_cache_tokens, now)
        usage |= {
            "output_tokens": 0,
            "server_tool_use": None,
            "service_tier": tier or "standard",
            "inference_geo": _geo(params) if catalog.takes_geo(model) else "not_available",
        }
        if params.get("speed"):
            usage["speed"] = params["speed"]
        engine = Engine(self._options.answer, seed=self._options.seed)
        composed = engine.compose(params, usage, nth=nth)
        charged = usage["input_tokens"] + usage["cache_creation_input_tokens"]
        self._rates.spend(charged, composed.message["usage"]["output_tokens"])
        return composed

    def _repetition(self, params: JSON) -> int:
        plain = {name: value for name, value in params.items() if name != "stream"}
        key = hashlib.sha256(dump(plain)).digest()
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


def _geo(params: JSON) -> str:
    return params.get("inference_geo") or "global"


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise ApiError(
            400,
            "invalid_request_error",
            f"x-emulator-speed: '{text}' is not a number of tokens a second, 0 or more",
        )
    return value
