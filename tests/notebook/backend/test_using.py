"""``claude_nb.use(client)``: whoever's client it is, cells, rows and the ledger go by it."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace
from typing import ClassVar

import pytest
from lenders import KEY, AnthropicBedrock, APIConnectionError, APIStatusError, APITimeoutError

import claude_nb
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.emulator import Fault
from claude_nb.notebook import backend, checks
from claude_nb.notebook.answer.failure import RunError
from claude_nb.notebook.backend import using
from claude_nb.notebook.ledger import entries
from claude_nb.notebook.live import views
from claude_nb.notebook.live.views import FinalView
from claude_nb.notebook.run import cell

MODEL = "us.anthropic.claude-sonnet-4-6"
OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}


class Seen(FinalView):
    """Keeps what a cell would show."""

    shown: ClassVar = {}

    def finish(self, bundle, *_):
        """Keep it."""
        Seen.shown = bundle


@pytest.fixture(autouse=True)
def here(alone, monkeypatch):
    monkeypatch.setattr(views, "choose", lambda *_, **__: Seen())
    return alone


@pytest.fixture
def lender(server):
    return AnthropicBedrock(server.url)


def ask(here, text="Hello?", **options):
    return cell.ask(here, Options(**{"model": MODEL, **options}), text, "a")


def test_a_foreign_client_answers_and_its_streams_are_shown(here, lender):
    claude_nb.use(lender)
    assert ask(here).content[0].text == "Answer 1."
    assert lender.calls == [{"model": MODEL, "stream": True, "headers": None}]
    assert lender.streams[0].closed
    assert "by AnthropicBedrock" in Seen.shown["text/plain"]
    assert "$" not in Seen.shown["text/plain"]


def test_an_answer_that_does_not_stream_comes_too(here, lender):
    claude_nb.use(lender)
    assert ask(here, no_stream=True).content[0].text == "Answer 1."
    assert not lender.calls[0]["stream"]


def test_none_goes_back_to_what_the_environment_says(here, lender, serve):
    serve(lambda _: "From the environment.")
    claude_nb.use(lender)
    assert ask(here).content[0].text == "Answer 1."
    assert claude_nb.use(None) is None
    answer = ask(here, model="claude-sonnet-4-6")
    assert answer.content[0].text == "From the environment."


def test_a_client_of_ours_is_used_with_its_options_and_stays_open(here, server):
    heard = []
    with claude_nb.Anthropic(base_url=server.url, api_key="any", on_call=heard.append) as own:
        claude_nb.use(own, model=None)
        assert ask(here, model="claude-sonnet-4-6").content[0].text == "Answer 1."
        backend.connect(here).client.close()
        assert not own.is_closed()
        assert ask(here, model="claude-sonnet-4-6").content[0].text == "Answer 2."
    assert [record.outcome for record in heard] == ["ok", "ok"]


def test_the_ledger_is_told_and_no_price_is_claimed(here, lender):
    claude_nb.use(lender)
    ask(here)
    entry = here.ledger[-1]
    assert entry.cost is None
    assert entry.usage["output_tokens"] > 0


async def test_what_is_awaited_comes_through_the_same_client(here, lender):
    claude_nb.use(lender)
    client = backend.connect(here, asynchronous=True).client
    asked = {"model": MODEL, "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    async with client.messages.stream(**asked) as stream:
        assert [text async for text in stream.text_stream]
    assert (await client.messages.create(**asked)).content[0].text == "Answer 2."
    assert lender.streams[0].closed


async def test_leaving_early_closes_the_stream(here, lender):
    claude_nb.use(lender)
    client = backend.connect(here, asynchronous=True).client
    asked = {"model": MODEL, "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    async with client.messages.stream(**asked) as stream:
        await anext(aiter(stream))
    for _ in range(200):
        if lender.streams[0].closed:
            break
        await asyncio.sleep(0.01)
    assert lender.streams[0].closed


def test_rows_are_asked_of_it(here, lender):
    claude_nb.use(lender)
    answers = claude_nb.map("Say {{text}}", ["a", "b"], model=MODEL, store=":memory:")
    assert sorted(answer.text for answer in answers) == ["Answer 1.", "Answer 2."]
    assert {call["model"] for call in lender.calls} == {MODEL}


def test_its_own_retries_give_way_to_ours(here, lender):
    lender.raises = [APIStatusError(529, OVERLOADED, {"retry-after-ms": "1"})]
    claude_nb.use(lender)
    assert ask(here).content[0].text == "Answer 1."
    assert lender.changes == [{"max_retries": 0}]
    assert len(lender.calls) == 2


def test_whoever_lent_a_client_is_told_of_its_waits_too(here, server):
    told = []
    server.faults.add(Fault("status", status=529, retry_after_ms="1"))
    with claude_nb.Anthropic(base_url=server.url, api_key="any", on_retry=told.append) as own:
        claude_nb.use(own)
        ask(here, model="claude-sonnet-4-6")
    assert len(told) == 1


def test_a_client_that_may_try_again_by_itself_is_asked_once(here, lender):
    lender.with_options = None
    lender.raises = [APIStatusError(529, OVERLOADED)]
    claude_nb.use(lender)
    with pytest.raises(RunError, match="overloaded"):
        ask(here)
    assert len(lender.calls) == 1


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (APIStatusError(403, {"message": f"no access with {KEY}"}), "may not do this"),
        (APIConnectionError("Connection error."), "cannot be reached"),
        (APITimeoutError("Request timed out."), "took too long"),
        (
            RuntimeError("Could not resolve AWS credentials from session"),
            "no credentials to ask with",
        ),
        (ValueError(f"odd {KEY}"), "AnthropicBedrock could not ask: odd"),
    ],
)
def test_what_it_raises_becomes_one_sentence_without_its_key(here, lender, raised, said):
    lender.max_retries = 0
    lender.raises = [raised]
    claude_nb.use(lender)
    with pytest.raises(RunError) as caught:
        ask(here)
    assert said in str(caught.value)
    assert KEY not in f"{caught.value!r} {caught.value} {caught.value.__cause__} {Seen.shown}"


def test_a_stream_that_breaks_off_keeps_what_came(here, lender):
    lender.cut, lender.breaks = 4, APIStatusError(200, OVERLOADED)
    claude_nb.use(lender)
    with pytest.raises(RunError, match="overloaded"):
        ask(here)
    assert "cut off" in Seen.shown["text/plain"]


def test_an_interrupt_closes_its_stream_and_keeps_what_came(here, lender):
    lender.cut, lender.breaks = 4, KeyboardInterrupt()
    claude_nb.use(lender)
    assert ask(here).content[0].text
    assert lender.streams[0].closed
    assert "stopped" in Seen.shown["text/plain"]


def test_a_run_in_the_background_is_stopped_and_its_stream_closed(here, lender):
    claude_nb.use(lender)
    handle = ask(here, bg=True)
    handle.stop()
    handle.result(20)
    assert all(stream.closed for stream in lender.streams)


def test_what_its_method_has_no_name_for_goes_along_in_the_body(here, lender, server):
    claude_nb.use(lender)
    ask(here, stop=("END",))
    assert server.asked[0]["stop_sequences"] == ["END"]


def test_it_counts_no_tokens_and_says_so(here, lender):
    claude_nb.use(lender)
    client = backend.connect(here).client
    with pytest.raises(claude_nb.NotFoundError, match="AnthropicBedrock offers no"):
        client.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": "Hi"}])
    with pytest.raises(claude_nb.NotFoundError, match="lists no models"):
        client.models.list()


def test_recorded_answers_are_played_without_asking_it(here, lender, tmp_path, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_CASSETTE", str(tmp_path / "a.jsonl"))
    claude_nb.use(lender)
    assert ask(here).content[0].text == "Answer 1."
    monkeypatch.setenv("CLAUDE_NB_CASSETTE_MODE", "replay")
    assert ask(here).content[0].text == "Answer 1."
    assert "by AnthropicBedrock" not in Seen.shown["text/plain"]
    assert len(lender.calls) == 1


def test_what_is_to_be_replayed_is_never_asked_of_it(here, lender, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_CASSETTE_MODE", "replay")
    claude_nb.use(lender)
    with pytest.raises(InputError, match="replay"):
        ask(here)
    assert not lender.calls


def test_the_emulator_answers_where_the_environment_wants_it_always(here, lender, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "emulator")
    assert "goes on answering" in repr(claude_nb.use(lender))
    ask(here, model="claude-sonnet-4-6")
    assert not lender.calls


def test_who_answers_is_said_without_any_key(lender):
    said = repr(claude_nb.use(lender))
    assert "AnthropicBedrock at https://bedrock-runtime" in said
    assert KEY not in said


def test_what_cannot_answer_is_refused(here, lender):
    before = here.using
    for wrong, said in (
        (AnthropicBedrock, "not its class"),
        (object(), "no messages.create"),
        (claude_nb.AsyncAnthropic(api_key="any"), "waits for its answers"),
    ):
        with pytest.raises(InputError, match=said):
            claude_nb.use(wrong)
    assert here.using is before


class Nearly:
    """What somebody wrote in a cell: `create` is theirs, and so is whatever it gives."""

    def __init__(self, create, **more):
        self.messages = SimpleNamespace(create=create)
        vars(self).update(more)


class Broken(Nearly):
    """Knows no address of its own."""

    @property
    def base_url(self):
        raise RuntimeError(f"no region for {KEY}")


async def awaited(**_):
    return {}


def whole(model, messages, max_tokens):
    del model, messages, max_tokens


async def events(**_):
    yield {}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Nearly(awaited), "messages.create of Nearly gives must be awaited"),
        (Broken(dict), "Broken cannot be used: looking at it raised RuntimeError: no region"),
        (Nearly(dict, max_retries=1, with_options=lambda **_: 1 / 0), "ZeroDivisionError"),
    ],
)
def test_what_fails_as_it_is_looked_at_is_refused_in_a_sentence(here, given, said):
    with pytest.raises(InputError, match=said) as caught:
        claude_nb.use(given)
    assert KEY not in str(caught.value)
    assert here.using is None


@pytest.mark.parametrize(
    ("create", "said"),
    [
        (lambda **_: None, "asked for a stream of events, it gave nothing: --no-stream asks"),
        (lambda **_: {"type": "message"}, "it gave an object of type dict: --no-stream asks"),
        (lambda **_: 5, "it gave an object of type int"),
        (lambda **_: awaited(), "must be awaited: use a client that waits"),
        (events, "must be awaited: use a client that waits"),
        (lambda **_: [{}], "an event without a type"),
        (whole, "no parameter for stream: --no-stream asks"),
    ],
)
def test_what_is_no_stream_is_told_in_a_sentence(here, create, said):
    claude_nb.use(Nearly(create))
    with pytest.raises(RunError) as caught:
        ask(here)
    assert said in str(caught.value)
    assert "nowhere.invalid" not in str(caught.value)


def test_a_copy_that_is_no_client_is_not_asked(here):
    asked = []
    given = Nearly(lambda **more: asked.append(more), max_retries=1, with_options=lambda **_: None)
    claude_nb.use(given)
    with pytest.raises(RunError):
        ask(here)
    assert len(asked) == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"usage": {"input_tokens": "12", "output_tokens": []}},
        {"usage": {"input_tokens": 1, "cache_read_input_tokens": "x", "server_tool_use": "x"}},
        {"usage": {"input_tokens": 10**30, "cache_creation": {"ephemeral_1h_input_tokens": "x"}}},
        {"model": 5, "stop_reason": {"type": "end"}},
    ],
)
def test_an_answer_is_not_lost_for_what_is_told_of_it(here, odd):
    told = {"id": "m", "role": "assistant", "content": [{"type": "text", "text": "Here."}], **odd}
    claude_nb.use(Nearly(lambda **_: {"type": "message", "model": MODEL, **told}))
    assert ask(here, no_stream=True).content[0].text == "Here."
    assert "Here." in Seen.shown["text/plain"]
    assert entries.total(here.ledger).read in (0, 1)


def test_an_address_that_is_none_is_not_known(here):
    assert claude_nb.use(Nearly(dict, base_url="http://[::1")).address == ""


@pytest.mark.parametrize("model", [5, "", " ", "a\nb"])
def test_a_default_model_must_be_a_name_before_anything_is_changed(here, lender, model):
    here.settings = SimpleNamespace(model="claude-sonnet-4-6")
    with pytest.raises(InputError, match="must be the name of a model"):
        claude_nb.use(lender, model=model)
    assert here.using is None


def test_no_thread_is_left_when_answers_have_come(here, lender):
    claude_nb.use(lender)
    before = threading.active_count()
    claude_nb.map("Say {{text}}", ["a"], model=MODEL, store=":memory:")
    assert threading.active_count() <= before + 1


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (APIStatusError(401, {"message": "no"}), "AnthropicBedrock does not take these"),
        (APIStatusError(404, {"message": "model not found"}), "as AnthropicBedrock calls it"),
        (APIConnectionError("Connection error."), "address of AnthropicBedrock: https://bedrock"),
    ],
)
def test_what_to_do_names_the_server_that_was_asked(here, lender, raised, said):
    lender.max_retries, lender.raises = 0, [raised]
    claude_nb.use(lender)
    with pytest.raises(RunError) as caught:
        ask(here)
    assert said in str(caught.value)
    assert "ANTHROPIC_" not in str(caught.value)


def test_a_client_that_does_not_say_where_it_asks_is_called_by_its_name(here, lender):
    del lender.base_url
    assert repr(claude_nb.use(lender)).startswith("AnthropicBedrock answers from now on")
    assert backend.connect(here).where == "AnthropicBedrock"
    assert ask(here).content[0].text == "Answer 1."


def test_a_dry_run_shows_no_price_behind_an_address_that_is_not_the_apis(here, serve, capsys):
    serve(lambda _: "From a gateway.")
    assert ask(here, model="claude-sonnet-4-6", dry_run=True) is None
    assert "price unknown" in (shown := capsys.readouterr().out)
    assert "$" not in shown


def test_the_doctor_looks_at_the_client_that_was_lent(here, lender):
    claude_nb.use(lender)
    found = {check.name: check for check in checks.checks(MODEL)}
    assert found["API key"].found == "that of AnthropicBedrock, as claude_nb.use was told"
    assert "does not list" in found[f"server {lender.base_url}"].found
    assert found[f"answer of {MODEL}"].fine


def test_a_dry_run_shows_no_price_that_is_not_known_there(here, lender, capsys):
    claude_nb.use(lender)
    dry = {"model": "claude-sonnet-4-6", "dry_run": True}
    assert ask(here, **dry) is None
    assert "price unknown" in capsys.readouterr().out
    using.put(here, None)  # by now there is a shell, which has a session of its own
    ask(here, **dry)
    assert "at list prices" in capsys.readouterr().out
