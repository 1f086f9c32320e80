"""The model table: what each model accepts and costs, as known on 2026-11-27.

One row a model, data only. `claude_nb.models` looks things up in it; nothing here is used to block
a request, only to explain one. When the provider publishes a new model, this is the only file to
edit.

References
----------
Models overview, pricing, extended and adaptive thinking, effort, and prompt caching pages of
the Messages API documentation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

KNOWN_ON = date(2026, 11, 27)  # what a row says was so on that day, prices too

ThinkingType = Literal["adaptive", "enabled", "disabled", "between_tools"]
Effort = Literal["low", "medium", "high", "xhigh", "max"]
Lifecycle = Literal["active", "legacy", "deprecated", "retired"]


@dataclass(frozen=True, slots=True, match_args=False)
class Price:
    """Prices in US dollars for one million tokens.

    Attributes
    ----------
    input, output : float
        Tokens after the last cache breakpoint, and all generated tokens (thinking included).
    write_5m, write_1h, read : float
        Tokens written to the prompt cache by time to live, and tokens read from it.
    """

    input: float
    output: float
    write_5m: float
    write_1h: float
    read: float


@dataclass(frozen=True, slots=True, match_args=False)
class ToolTypes:
    """The newest version of each of the provider's tools that a model takes.

    Attributes
    ----------
    web_search, web_fetch, code_execution : str
        Tools that the server runs.
    memory : str
        The tool that the client runs.
    """

    web_search: str
    web_fetch: str
    code_execution: str
    memory: str = "memory_20250818"


_TOOLS = ToolTypes("web_search_20260318", "web_fetch_20260318", "code_execution_20260521")
_TOOLS_OF_4_5 = ToolTypes("web_search_20250305", "web_fetch_20250910", "code_execution_20250825")
COMPACT_BETA = "compact-2026-01-12"  # the one for turns that the server summarised
MCP_BETA = "mcp-client-2025-11-20"  # the header without which a request may name no MCP server


@dataclass(frozen=True, slots=True, kw_only=True, match_args=False)
class ModelInfo:
    """What one model accepts and costs.

    Attributes
    ----------
    id, display_name, line : str
        Full id as sent on the wire, name for people, and family (``"sonnet"``).
    aliases : tuple of str
        Other ids the server takes for the same model.
    context_window, max_output_tokens : int
        Tokens.
    thinking : tuple of ThinkingType
        Accepted values of ``thinking.type``.
    thinking_default : {"off", "on"}
        What happens when a request names no ``thinking``.
    display_default : {"summarized", "omitted"}
        Whether thinking text is returned when a request does not say.
    efforts : tuple of Effort
        Accepted values of ``output_config.effort``, weakest first; empty if there are none.
    default_effort : Effort or None
        The effort used when a request names none.
    disabled_max_effort : Effort or None
        The highest effort at which thinking may be disabled; None for no such rule.
    sampling : bool
        Whether ``temperature``, ``top_p`` and ``top_k`` are accepted (API version 2023-06-01,
        thinking off). Newer models refuse any value but the default.
    prefill : bool
        Whether the last message may be an assistant turn.
    forced_tools : bool
        Whether ``tool_choice`` may be ``any`` or ``tool``.
    tools : ToolTypes
        Which versions of the provider's tools it takes.
    min_cache_tokens : int
        Shortest prefix that the prompt cache keeps, in tokens.
    token_scale : float
        Tokens for the same text, relative to models before 4.7.
    price, long_price : Price or None
        Prices, and those of requests whose prompt exceeds `long_from` tokens. None: unknown.
    long_from : int or None
        Tokens.
    fast_price : Price or None
        Prices in fast mode. None: unknown, or there is no such mode.
    lifecycle : Lifecycle
        ``"legacy"`` models are served and superseded.
    released, retires : date or None
        None where no date is published. A model is gone when the day it retires begins (UTC).
    replacement : str or None
        The id to move to.
    """

    id: str
    display_name: str
    line: str
    aliases: tuple[str, ...] = ()
    context_window: int = 1_000_000
    max_output_tokens: int = 128_000
    thinking: tuple[ThinkingType, ...] = ("adaptive",)
    thinking_default: Literal["off", "on"] = "on"
    display_default: Literal["summarized", "omitted"] = "omitted"
    efforts: tuple[Effort, ...] = ("low", "medium", "high", "xhigh", "max")
    default_effort: Effort | None = "high"
    disabled_max_effort: Effort | None = None
    sampling: bool = False
    prefill: bool = False
    forced_tools: bool = True
    tools: ToolTypes = _TOOLS
    min_cache_tokens: int = 1024
    token_scale: float = 1.3
    price: Price | None = None
    long_price: Price | None = None
    long_from: int | None = None
    fast_price: Price | None = None
    lifecycle: Lifecycle = "active"
    released: date | None = None
    retires: date | None = None
    replacement: str | None = None

    @property
    def leaving(self) -> bool:
        """Whether its end is announced, or past."""
        return self.retires is not None or self.lifecycle in {"deprecated", "retired"}

    def gone(self, today: date) -> bool:
        """Tell whether the server answers 404 on this day (UTC)."""
        return self.lifecycle == "retired" or (self.retires is not None and self.retires <= today)


_FABLE_5 = Price(10, 50, 12.5, 20, 1)
_FABLE_5_1 = Price(10, 50, 12.5, 20, 0.25)
_FABLE_5_2 = Price(8, 40, 10, 16, 0.2)
_OPUS_5 = Price(5, 25, 6.25, 10, 0.5)
_SONNET_4 = Price(3, 15, 3.75, 6, 0.3)
_NO_XHIGH: tuple[Effort, ...] = ("low", "medium", "high", "max")

# The 5.5 generation's shortest cacheable prefix is unpublished; 1,024 is the value of its
# nearest published relative. The limits of the 5.2 models are unpublished; 5.1's are assumed.
# fmt: off
TABLE: tuple[ModelInfo, ...] = (
    ModelInfo(
        id="claude-opus-5-5", display_name="Claude Opus 5.5", line="opus",
        default_effort="medium", forced_tools=False, price=Price(4, 20, 5, 8, 0.2),
        fast_price=Price(8, 40, 10, 16, 0.4), released=date(2026, 9, 22),
    ),
    ModelInfo(
        id="claude-sonnet-5-5", display_name="Claude Sonnet 5.5", line="sonnet",
        thinking=("adaptive", "between_tools"), forced_tools=False, price=Price(2, 10, 2.5, 4,
        0.1), released=date(2026, 9, 28),
    ),
    ModelInfo(
        id="claude-haiku-5-5", display_name="Claude Haiku 5.5", line="haiku",
        thinking=("adaptive", "disabled"), efforts=_NO_XHIGH, default_effort="medium",
        price=Price(0.1, 0.5, 0.125, 0.2, 0.01), long_price=Price(0.5, 2.5, 0.625, 1, 0.05),
        long_from=100_000, released=date(2026, 10, 7),
    ),
    ModelInfo(
        id="claude-fable-5-2", display_name="Claude Fable 5.2", line="fable", forced_tools=False,
        min_cache_tokens=512, price=_FABLE_5_2, released=date(2026, 11, 9),
    ),
    ModelInfo(
        id="claude-mythos-5-2", display_name="Claude Mythos 5.2", line="mythos",
        forced_tools=False, min_cache_tokens=512, price=_FABLE_5_2, released=date(2026, 11, 9),
    ),
    ModelInfo(
        id="claude-fable-5-1", display_name="Claude Fable 5.1", line="fable", forced_tools=False,
        min_cache_tokens=512, price=_FABLE_5_1,
    ),
    ModelInfo(
        id="claude-mythos-5-1", display_name="Claude Mythos 5.1", line="mythos",
        forced_tools=False, min_cache_tokens=512, price=_FABLE_5_1,
    ),
    ModelInfo(
        id="claude-fable-5", display_name="Claude Fable 5", line="fable", min_cache_tokens=512,
        price=_FABLE_5, lifecycle="legacy", replacement="claude-fable-5-1",
    ),
    ModelInfo(
        id="claude-mythos-5", display_name="Claude Mythos 5", line="mythos", min_cache_tokens=512,
        price=_FABLE_5, lifecycle="legacy", replacement="claude-mythos-5-1",
    ),
    ModelInfo(
        id="claude-opus-5", display_name="Claude Opus 5", line="opus", thinking=("adaptive",
        "disabled"), disabled_max_effort="high", min_cache_tokens=512, price=_OPUS_5,
        fast_price=Price(10, 50, 12.5, 20, 1), lifecycle="legacy", replacement="claude-opus-5-5",
    ),
    ModelInfo(
        id="claude-sonnet-5", display_name="Claude Sonnet 5", line="sonnet", thinking=("adaptive",
        "disabled"), price=Price(2, 10, 2.5, 4, 0.2), lifecycle="legacy",
        replacement="claude-sonnet-5-5",
    ),
    ModelInfo(
        id="claude-opus-4-8", display_name="Claude Opus 4.8", line="opus", thinking=("adaptive",
        "disabled"), thinking_default="off", price=_OPUS_5,
    ),
    ModelInfo(
        id="claude-opus-4-7", display_name="Claude Opus 4.7", line="opus", thinking=("adaptive",
        "disabled"), thinking_default="off", min_cache_tokens=2048, price=_OPUS_5,
    ),
    ModelInfo(
        id="claude-opus-4-6", display_name="Claude Opus 4.6", line="opus", thinking=("adaptive",
        "enabled", "disabled"), thinking_default="off", display_default="summarized",
        efforts=_NO_XHIGH, sampling=True, min_cache_tokens=4096, token_scale=1.0, price=_OPUS_5,
    ),
    ModelInfo(
        id="claude-sonnet-4-6", display_name="Claude Sonnet 4.6", line="sonnet",
        thinking=("adaptive", "enabled", "disabled"), thinking_default="off",
        display_default="summarized", efforts=_NO_XHIGH, sampling=True, token_scale=1.0,
        price=_SONNET_4,
    ),
    ModelInfo(
        id="claude-opus-4-5-20251101", display_name="Claude Opus 4.5", line="opus",
        aliases=("claude-opus-4-5",), context_window=200_000, max_output_tokens=64_000,
        thinking=("enabled", "disabled"), thinking_default="off", display_default="summarized",
        efforts=("low", "medium", "high"), sampling=True, prefill=True, min_cache_tokens=4096,
        token_scale=1.0, tools=_TOOLS_OF_4_5, price=_OPUS_5, lifecycle="deprecated",
        retires=date(2027, 1, 22), replacement="claude-opus-5-5",
    ),
    ModelInfo(
        id="claude-sonnet-4-5-20250929", display_name="Claude Sonnet 4.5", line="sonnet",
        aliases=("claude-sonnet-4-5",), context_window=200_000, max_output_tokens=64_000,
        thinking=("enabled", "disabled"), thinking_default="off", display_default="summarized",
        efforts=(), default_effort=None, sampling=True, prefill=True, token_scale=1.0,
        tools=_TOOLS_OF_4_5,
        price=_SONNET_4, lifecycle="deprecated", released=date(2025, 9, 29), retires=date(2026,
        11, 30), replacement="claude-sonnet-5-5",
    ),
    ModelInfo(
        id="claude-haiku-4-5-20251001", display_name="Claude Haiku 4.5", line="haiku",
        aliases=("claude-haiku-4-5",), context_window=200_000, max_output_tokens=64_000,
        thinking=("enabled", "disabled"), thinking_default="off", display_default="summarized",
        efforts=(), default_effort=None, sampling=True, prefill=True, min_cache_tokens=4096,
        token_scale=1.0, tools=_TOOLS_OF_4_5, price=Price(1, 5, 1.25, 2, 0.1),
    ),
    ModelInfo(
        id="claude-mythos-preview", display_name="Claude Mythos Preview", line="mythos",
        thinking=("adaptive", "enabled"), min_cache_tokens=2048, lifecycle="deprecated",
        replacement="claude-mythos-5-1",
    ),
)

# fmt: on

WEB_SEARCH = 0.01  # US dollars for one search of the server's own tool
IN_THE_US = 1.1  # times the price of tokens that are processed in the US only
BATCHED = 0.5

# Retired ids: the server answers 404. (id, retirement date or None, replacement)
RETIRED: tuple[tuple[str, date | None, str], ...] = (
    ("claude-opus-4-1-20250805", date(2026, 8, 5), "claude-opus-5-5"),
    ("claude-opus-4-1", date(2026, 8, 5), "claude-opus-5-5"),
    ("claude-opus-4-20250514", date(2026, 6, 15), "claude-opus-5-5"),
    ("claude-opus-4-0", date(2026, 6, 15), "claude-opus-5-5"),
    ("claude-sonnet-4-20250514", date(2026, 6, 15), "claude-sonnet-5-5"),
    ("claude-sonnet-4-0", date(2026, 6, 15), "claude-sonnet-5-5"),
    ("claude-3-7-sonnet-20250219", None, "claude-sonnet-5-5"),
    ("claude-3-5-sonnet-20241022", None, "claude-sonnet-5-5"),
    ("claude-3-5-sonnet-20240620", None, "claude-sonnet-5-5"),
    ("claude-3-5-haiku-20241022", None, "claude-haiku-5-5"),
    ("claude-3-opus-20240229", None, "claude-opus-5-5"),
    ("claude-3-sonnet-20240229", None, "claude-sonnet-5-5"),
    ("claude-3-haiku-20240307", None, "claude-haiku-5-5"),
)
