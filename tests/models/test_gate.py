"""With a budget, what goes over the wire never costs more than it, by the emulator's own count."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from functools import partial

import pytest

from claude_nb import Anthropic, APIError, AsyncAnthropic, emulator
from claude_nb.api.calls import EMULATED_HEADER
from claude_nb.api.wire import Headers, Request
from claude_nb.emulator.counting.tokens import count
from claude_nb.emulator.faults import Fault
from claude_nb.models import BUILT_IN
from claude_nb.models.spending import Amount, Budget, BudgetError
from claude_nb.models.spending.gate import gate
from claude_nb.models.spending.quote import quotes, tokens_of

MODEL = "claude-sonnet-4-6"  # 3 and 15 dollars for a million tokens
HI = [{"role": "user", "content": "Hi"}]
LONG = " ".join(f"word{n}," for n in range(400))


@dataclass
class Billed:
    """What an emulator answered, as a server that charges for it would count."""

    asked: int = 0
    dollars: float = 0.0

    def take(self, reply, request):
        self.asked += not request.url.endswith("count_tokens")
        if reply.status_code == 200 and reply.content and request.url.endswith("/messages"):
            self.dollars += BUILT_IN.cost(MODEL, json.loads(reply.content)["usage"])
        kept = [(name, value) for name, value in reply.headers.items() if name != EMULATED_HEADER]
        return type(reply)(reply.status_code, Headers(kept), request, reply.content)


class Charging:
    """In the place of a connector: takes the emulator for a server that is paid."""

    def __init__(self, connector, billed):
        self.inner, self.billed = connector, billed

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def send(self, request, *, stream):
        reply, body = self.inner.send(request, stream=stream)
        return self.billed.take(reply, request), body


class AsyncCharging(Charging):
    """The same for asyncio."""

    async def send(self, request, *, stream):
        reply, body = await self.inner.send(request, stream=stream)
        return self.billed.take(reply, request), body


def limited(client, charging, budget):
    """Return a client with a budget, and what it will be billed."""
    billed = Billed()
    client = client.via(lambda inner: charging(inner, billed))
    prices = partial(gate, budget=lambda: budget, models=lambda: BUILT_IN)
    return client.via(prices), billed


@pytest.fixture
def server():
    with emulator.serve(tokens_per_second=0, answer=lambda _: LONG) as running:
        yield running


def sync(server, budget):
    return limited(Anthropic(api_key="k", base_url=server.url, max_retries=0), Charging, budget)


async def ask(client, number):
    try:
        await client.messages.create(
            model=MODEL, max_tokens=400, messages=[{"role": "user", "content": f"Say {number}"}]
        )
    except BudgetError:
        return False
    return True


def test_forty_askers_at_once_spend_at_most_the_budget(server):
    async def all_of_them():
        client = AsyncAnthropic(api_key="k", base_url=server.url, max_retries=0)
        client, billed = limited(client, AsyncCharging, budget)
        async with client:
            return billed, await asyncio.gather(*(ask(client, number) for number in range(40)))

    budget = Budget(dollars=0.10)
    billed, answered = asyncio.run(all_of_them())
    assert 0.10 / 0.0065 - 1 <= sum(answered) < 40  # 15 fit for certain, and a refusal is no loss
    assert billed.asked == sum(answered)
    assert billed.dollars == pytest.approx(budget.spent.dollars)
    assert billed.dollars <= 0.10
    assert budget.held.tokens == 0


def test_one_after_the_other_spend_nearly_all_of_it(server):
    budget = Budget(dollars=0.02)
    client, billed = sync(server, budget)
    with client:
        client.messages.create(model=MODEL, max_tokens=400, messages=HI)
        client.messages.create(model=MODEL, max_tokens=400, messages=HI)
        with pytest.raises(BudgetError, match=r"of the budget of \$0\.02"):
            client.messages.create(model=MODEL, max_tokens=900, messages=HI)
    assert billed.asked >= 2
    assert billed.dollars == pytest.approx(budget.spent.dollars)
    assert 0.01 < billed.dollars <= 0.02


def test_a_stream_that_would_pass_it_is_stopped_and_what_came_is_there():
    budget = Budget(dollars=0.012)
    with (
        emulator.serve(tokens_per_second=1_000, answer=lambda _: LONG) as server,
        sync(server, budget)[0] as client,
        client.messages.stream(model=MODEL, max_tokens=4096, messages=HI) as stream,
        pytest.raises(BudgetError, match="was stopped"),
    ):
        stream.until_done()
    text = stream.current_message_snapshot.content[0].text
    assert LONG.startswith(text)
    assert text
    assert 0.001 < 15e-6 * count(text) < budget.spent.dollars <= 0.012
    assert budget.held == Amount()


def test_an_answer_that_thinks_must_fit_as_a_whole_since_not_all_of_it_shows(server):
    client, billed = sync(server, Budget(dollars=0.012))
    thinking = {"type": "enabled", "budget_tokens": 1024}
    with (
        client,
        pytest.raises(BudgetError, match=r"up to \$0\.0"),
        client.messages.stream(model=MODEL, max_tokens=4096, messages=HI, thinking=thinking),
    ):
        pass
    assert billed.asked == 0


def test_where_the_estimate_does_not_fit_the_server_counts(server):
    text = "a1 " * 3_000  # each letter may be a token, and none is
    assert tokens_of(text) > 8_000
    budget = Budget(dollars=3e-6 * count(text) * 1.1 + 15e-6 * 5)
    client, billed = sync(server, budget)
    with client:
        client.messages.create(
            model=MODEL, max_tokens=1, messages=[{"role": "user", "content": text}]
        )
    assert billed.asked == 1
    assert billed.dollars <= budget.dollars


@pytest.mark.parametrize(
    ("kind", "spends"), [("status", False), ("error", False), ("drop", True), ("cut", True)]
)
def test_a_refusal_costs_nothing_and_what_broke_off_is_not_taken_for_free(kind, spends):
    budget = Budget(dollars=1.0)
    with emulator.serve(tokens_per_second=0, faults=[Fault(kind=kind, after=0)]) as server:
        client, _ = sync(server, budget)
        with (
            client,
            pytest.raises(APIError),
            client.messages.stream(model=MODEL, max_tokens=99, messages=HI) as stream,
        ):
            stream.until_done()
    assert budget.held == Amount()
    assert (budget.spent.dollars > 0) is spends


def test_what_the_emulator_answers_costs_nothing(server):
    budget = Budget(dollars=0.01)
    prices = partial(gate, budget=lambda: budget, models=lambda: BUILT_IN)
    with Anthropic(api_key="k", base_url=server.url).via(prices) as client:
        client.messages.create(model=MODEL, max_tokens=400, messages=HI)
        with client.messages.stream(model=MODEL, max_tokens=400, messages=HI) as stream:
            stream.until_done()
    assert (budget.spent, budget.held) == (Amount(), Amount())


def test_what_has_no_price_counts_in_tokens(server):
    budget = Budget(dollars=0.0001, tokens=1_000)
    other = replace(BUILT_IN, provider="https://example.com")
    client = Anthropic(api_key="k", base_url=server.url, max_retries=0)
    client = client.via(lambda inner: Charging(inner, Billed()))
    client = client.via(partial(gate, budget=lambda: budget, models=lambda: other))
    with client:
        message = client.messages.create(model=MODEL, max_tokens=400, messages=HI)
        used = message.usage.input_tokens + message.usage.output_tokens
        assert budget.spent == Amount(0.0, used, used)
        with pytest.raises(BudgetError, match="of the budget of 1,000"):
            client.messages.create(model=MODEL, max_tokens=900, messages=HI)


def asked(**body):
    content = json.dumps({"model": MODEL, "max_tokens": 10, "messages": HI, **body}).encode()
    (quote,) = quotes(Request("POST", "http://x/v1/messages", content=content), BUILT_IN)
    return quote


@pytest.mark.parametrize(
    ("more", "times"),
    [
        ({"inference_geo": "us"}, 1.1),
        ({"cache_control": {"type": "ephemeral"}}, 1.0),
        ({"cache_control": {"type": "ephemeral", "ttl": "1h"}}, 1.2),
    ],
)
def test_what_costs_more_is_quoted_higher(more, times):
    assert asked(**more).amount().dollars >= asked().amount().dollars * times
    assert asked(**more).amount().unpriced == 0


def test_files_are_quoted_for_the_most_that_they_can_take():
    picture = {"type": "image", "source": {"type": "base64", "data": "A" * 4_000_000}}
    page = {"type": "document", "source": {"type": "file", "file_id": "file_1"}}
    assert 5_000 < asked(messages=[{"role": "user", "content": [picture]}]).read < 7_000
    assert asked(messages=[{"role": "user", "content": [page]}]).read >= 200_000
    searching = asked(tools=[{"type": "web_search_20250305", "name": "w", "max_uses": 3}])
    assert searching.amount().dollars > 0.03
    assert not searching.shows_all


def test_a_batch_is_quoted_as_all_its_requests_at_half_the_price():
    params = {"model": MODEL, "max_tokens": 1000, "messages": HI}
    body = {"requests": [{"custom_id": str(n), "params": params} for n in range(3)]}
    content = json.dumps(body).encode()
    found = quotes(Request("POST", "http://x/v1/messages/batches", content=content), BUILT_IN)
    assert len(found) == 3
    assert sum(each.amount().dollars for each in found) == pytest.approx(
        1.5 * asked(max_tokens=1000).amount().dollars, rel=0.05
    )


@pytest.mark.parametrize("path", ["messages/count_tokens", "models", "files"])
def test_what_is_free_passes(path):
    assert quotes(Request("POST", f"http://x/v1/{path}", content=b"{}"), BUILT_IN) == []
