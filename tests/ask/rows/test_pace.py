"""How many requests at once: by what the server says, on a clock that a test moves."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from types import SimpleNamespace

import pytest

from claude_nb.emulator.clock import ManualClock, instant
from claude_nb.emulator.endpoints.rates import Rates
from claude_nb.emulator.wire import ApiError
from claude_nb.rows.pace import FIRST, MOST, Pace
from claude_nb.rows.sending import Sender

OK: dict[str, str] = {}


@dataclass
class Time:
    """Seconds that pass when a test says so."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def pace(time) -> Pace:
    return Pace(clock=time)


def fill(pace: Pace) -> int:
    """Let requests go until no more may, and return how many went."""
    count = 0
    while not pace.admit():
        count += 1
    return count


def answer(pace: Pace, count: int, status: int | None = 200, headers: dict[str, str] = OK) -> None:
    for _ in range(count):
        pace.heard(status, headers)
        pace.ended()


def test_it_begins_with_a_few_and_doubles_with_each_round_that_used_them_all(pace):
    assert fill(pace) == FIRST
    answer(pace, FIRST)
    assert FIRST < pace.window <= 2 * FIRST


def test_a_window_that_was_not_in_use_does_not_grow(pace):
    for _ in range(50):
        assert not pace.admit()
        answer(pace, 1)
    assert pace.window == FIRST


def test_it_grows_to_no_more_than_the_most(pace):
    for _ in range(50):
        answer(pace, fill(pace))
    assert pace.window == MOST


def test_refusals_cut_it_once_in_fifteen_seconds(pace, time):
    pace.window = 50.0
    answer(pace, fill(pace), 429)
    assert pace.window == 40.0
    time.now += 14
    fill(pace)
    answer(pace, 1, 429)
    assert pace.window == 40.0
    time.now += 2
    answer(pace, 1, 429)
    assert pace.window == 32.0


def test_after_a_refusal_it_grows_by_one_a_round_and_not_at_once(pace, time):
    fill(pace)
    answer(pace, 1, 429)
    before = pace.window
    fill(pace)
    answer(pace, 3)
    assert pace.window == before
    time.now += 16
    fill(pace)
    pace.heard(200, OK)
    assert before < pace.window <= before + 1


@pytest.mark.parametrize("status", [500, 503, 529, None])
def test_a_server_in_trouble_stops_growth_and_cuts_nothing(pace, time, status):
    fill(pace)
    pace.heard(status, OK)
    assert pace.window == FIRST
    pace.heard(200, OK)
    assert pace.window == FIRST
    time.now += 16
    pace.heard(200, OK)
    assert FIRST < pace.window < FIRST + 1


def test_retry_after_shuts_the_gate_for_all(pace, time):
    assert not pace.admit()
    pace.heard(429, {"retry-after": "7"})
    assert pace.admit() == 7
    assert "7 s" in pace.why
    time.now += 7
    assert not pace.admit()


@pytest.mark.parametrize("kind", ["requests", "input-tokens", "output-tokens"])
def test_what_is_left_of_a_limit_is_not_overdrawn(pace, time, kind):
    headers = {
        f"anthropic-ratelimit-{kind}-remaining": "3",
        f"anthropic-ratelimit-{kind}-reset": instant(40.0),
        "date": "Thu, 01 Jan 1970 00:00:10 GMT",
    }
    pace.admit()
    pace.heard(200, headers)
    pace.ended()
    assert fill(pace) == 3
    assert kind.replace("-", " ") in pace.why
    answer(pace, 3, 200, {**headers, f"anthropic-ratelimit-{kind}-remaining": "0"})
    assert pace.admit() == pytest.approx(30, abs=0.1)
    time.now += 30.1
    assert not pace.admit()


def test_a_request_that_takes_many_tokens_waits_for_so_many(pace):
    headers = {
        "anthropic-ratelimit-output-tokens-remaining": "900",
        "anthropic-ratelimit-output-tokens-reset": instant(40.0),
        "date": "Thu, 01 Jan 1970 00:00:10 GMT",
    }
    for _ in range(40):
        pace.admit()
        pace.heard(200, headers, {"output-tokens": 400})
        pace.ended()
    assert fill(pace) == 2


@pytest.mark.parametrize("reset", ["soon", "", "9999-99-99", "2026-01-01T00:00:00Z"])
def test_headers_that_say_nothing_hold_nobody_back(pace, reset):
    pace.admit()
    told = {"remaining": "many", "reset": reset, "limit": "-1"}
    pace.heard(200, {f"anthropic-ratelimit-requests-{name}": v for name, v in told.items()})
    pace.ended()
    assert fill(pace) >= FIRST


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (429, {"retry-after": "9" * 15}),
        (
            200,
            {
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-requests-reset": "2199-01-01T00:00:00Z",
            },
        ),
    ],
)
def test_a_server_that_asks_for_years_is_asked_again_after_an_hour(pace, time, status, headers):
    pace.admit()
    answer(pace, 1, status, headers)
    assert pace.admit()
    time.now = 3601.0
    assert not pace.admit()


def test_a_run_may_have_a_smaller_window_of_its_own(pace):
    assert not pace.admit(2)
    assert not pace.admit(2)
    assert pace.admit(2)
    assert not pace.admit()


@dataclass
class Simulated:
    """A server of so many requests a minute, on the clock of a test."""

    rates: Rates
    clock: ManualClock
    takes: float
    refused: list[float] = field(default_factory=list)

    def reply(self) -> tuple[int, dict[str, str]]:
        """Return status and headers, as the emulator has them."""
        try:
            self.rates.admit(self.clock.now())
        except ApiError as refusal:
            self.refused.append(self.clock.now())
            return 429, {**self.rates.headers(self.clock.now()), **refusal.headers}
        return 200, self.rates.headers(self.clock.now())


def simulate(rows: int, per_minute: int, takes: float, dated: Callable[[float], str]) -> Simulated:
    """Ask rows of a server with a limit, at the pace of one run."""
    clock = ManualClock()
    pace = Pace(clock=clock.now)
    server = Simulated(Rates(per_minute), clock, takes)
    waiting: list[tuple[float, int]] = []
    left = number = rows
    while left:
        wait = pace.admit() if number else 1.0
        if not wait:
            number -= 1
            heapq.heappush(waiting, (clock.now() + takes, number))
            continue
        ends = waiting[0][0] if waiting else clock.now() + wait
        clock.advance(max(0.001, min(ends, clock.now() + wait) - clock.now()))
        while waiting and waiting[0][0] <= clock.now():
            heapq.heappop(waiting)
            status, headers = server.reply()
            pace.heard(status, {**headers, "date": dated(clock.now())})
            pace.ended()
            number += status == 429
            left -= status == 200
    return server


def test_a_limit_of_sixty_a_minute_is_kept_without_a_refusal():
    server = simulate(500, 60, 2.0, lambda now: formatdate(now, usegmt=True))
    begun = 1_800_000_000.0
    assert not [moment for moment in server.refused if moment > begun + 60]
    assert server.clock.now() - begun < 60 * 500 / 60 + 120


class Endless:
    """A client whose requests do not end, and that counts those on its connections."""

    def __init__(self, all_of_them):
        self.all_of_them, self.busy = all_of_them, 0
        self.messages = SimpleNamespace(with_raw_response=SimpleNamespace(create=self.create))
        all_of_them.append(self)

    def apart(self):
        return Endless(self.all_of_them)

    async def create(self, **_):
        self.busy += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.busy -= 1


async def test_many_requests_at_once_take_several_pools_of_connections():
    clients = []
    sender = Sender(Endless(clients), Pace())
    params = {"model": "claude-haiku-4-5", "max_tokens": 10, "messages": []}
    asked = [asyncio.create_task(sender.answer(params, ())) for _ in range(20)]
    await asyncio.sleep(0)
    assert [each.busy for each in clients] == [8, 8, 4]
    for task in asked[:6]:
        task.cancel()
    await asyncio.gather(*asked[:6], return_exceptions=True)
    asked += [asyncio.create_task(sender.answer(params, ())) for _ in range(6)]
    await asyncio.sleep(0)
    assert sum(each.busy for each in clients) == 20
    assert max(each.busy for each in clients) <= 8
    assert len(clients) == 3
    for task in asked:
        task.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
