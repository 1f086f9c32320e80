import pytest

from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.ask.request import build, check

ASK = [{"role": "user", "content": "hi"}]


def test_unset_settings_are_left_out():
    request = build(Options(model="haiku-4.5", temperature=None, stop=(), system=""), ASK)
    assert request == {"model": "claude-haiku-4-5-20251001", "max_tokens": 4096, "messages": ASK}


def test_zero_temperature_is_set():
    assert build(Options(model="sonnet-4.6", temperature=0.0), ASK)["temperature"] == 0.0


@pytest.mark.parametrize(
    ("model", "think", "thinking", "effort", "max_tokens"),
    [
        ("sonnet-4.6", 2000, {"type": "enabled", "budget_tokens": 2000}, None, 6096),
        ("sonnet-4.6", "on", {"type": "adaptive"}, None, 16_000),
        ("sonnet-5.5", "high", {"type": "adaptive"}, "high", 16_000),
        ("haiku-4.5", "on", {"type": "enabled", "budget_tokens": 2048}, None, 6144),
        ("claude-new", "on", {"type": "adaptive"}, None, 16_000),
    ],
)
def test_thinking_fits_the_model(model, think, thinking, effort, max_tokens):
    request = build(Options(model=model, think=think), ASK)
    assert request["thinking"] == thinking | {"display": "summarized"}
    assert request.get("output_config") == ({"effort": effort} if effort else None)
    assert request["max_tokens"] == max_tokens


def test_thinking_off():
    request = build(Options(model="haiku-5.5", think="off"), ASK)
    assert (request["thinking"], request["max_tokens"]) == ({"type": "disabled"}, 4096)


def test_max_tokens_is_taken_as_given_and_checked():
    request = build(Options(model="sonnet-4.6", think=2000, max_tokens=1500), ASK)
    with pytest.raises(InputError, match="must be less than max_tokens"):
        check(request)


def test_a_good_request_passes():
    check(build(Options(model="sonnet-4.6", temperature=0.5), ASK))
