from datetime import UTC, datetime

import pytest

from claude_nb.api.retry import RetryNotice, RetryPolicy, asked_wait
from claude_nb.api.wire import Headers

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
POLICY = RetryPolicy(max_retries=9, jitter=lambda: 0.0, now=lambda: NOW)


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (200, {"x-should-retry": "true"}, 0.5),
        (400, {}, None),
        (400, {"x-should-retry": "true"}, 0.5),
        (401, {}, None),
        (404, {}, None),
        (408, {}, 0.5),
        (409, {}, 0.5),
        (429, {}, 0.5),
        (429, {"x-should-retry": "false"}, None),
        (429, {"x-should-retry": "maybe"}, 0.5),
        (500, {}, 0.5),
        (529, {}, 0.5),
        (599, {}, 0.5),
        (None, {}, 0.5),
        (429, {"retry-after-ms": "150"}, 0.15),
        (429, {"retry-after-ms": "150", "retry-after": "7"}, 0.15),
        (429, {"retry-after": "0.3"}, 0.3),
        (429, {"retry-after": "60"}, 60.0),
        (429, {"retry-after": "61"}, None),
        (429, {"retry-after": "1e20"}, None),
        (503, {"retry-after-ms": "3600000"}, None),
        (429, {"retry-after": "Sun, 22 Nov 2026 13:00:00 GMT"}, None),
        (429, {"retry-after": "0"}, 0.5),
        (429, {"retry-after": "-1"}, 0.5),
        (429, {"retry-after": "nan"}, 0.5),
        (429, {"retry-after": "inf"}, 0.5),
        (429, {"retry-after": "soon"}, 0.5),
        (429, {"retry-after-ms": "x", "retry-after": "2"}, 2.0),
        (429, {"retry-after": "Sun, 22 Nov 2026 12:00:02 GMT"}, 2.0),
        (429, {"retry-after": "Sun, 22 Nov 2026 12:00:02 -0000"}, 2.0),
        (429, {"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0.5),
    ],
)
def test_the_wait_after_a_first_attempt(status, headers, wait):
    assert POLICY.wait(1, status, Headers(headers)) == wait


def test_waits_double_up_to_eight_seconds():
    waits = [POLICY.wait(n, 500, Headers()) for n in range(1, 10)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 8.0, 8.0]
    assert POLICY.wait(10, 500, Headers()) is None


def test_jitter_takes_off_up_to_a_quarter():
    policy = RetryPolicy(2, jitter=lambda: 1.0)
    assert policy.wait(1, 500, Headers()) == 0.375
    assert all(0.375 < RetryPolicy().wait(1, 500, Headers()) <= 0.5 for _ in range(100))


def test_dates_are_compared_with_the_clock():
    assert asked_wait(Headers({"retry-after": "Sun, 22 Nov 2099 12:00:02 GMT"})) > 1e6
    assert asked_wait(Headers({"retry-after": "Sun, 22 Nov 2009 12:00:02 GMT"})) < -1e6


def test_a_notice_reads_as_a_sentence():
    assert str(RetryNotice(2, 3, 1.04, "429")) == "attempt 2 of 3, waiting 1.0 s, because 429"
