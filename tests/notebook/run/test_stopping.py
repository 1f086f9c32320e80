"""Interrupts of a run, one way out for all of them; in the main thread, with real signals."""

from __future__ import annotations

import signal
import threading
import time
from types import SimpleNamespace

import pytest

from claude_nb.notebook.run.stopping import Stopper


@pytest.fixture(autouse=True)
def handler(request):
    """Hold that interrupts are given back as they were."""
    usual = signal.getsignal(signal.SIGINT)
    before = getattr(request, "param", usual)
    signal.signal(signal.SIGINT, before)
    yield before
    after = signal.signal(signal.SIGINT, usual)
    assert after is before


@pytest.fixture
def clock():
    return SimpleNamespace(now=0.0)


@pytest.fixture
def stopper(clock):
    return Stopper(lambda: clock.now)


def interrupt():
    signal.raise_signal(signal.SIGINT)


def test_the_kernels_interrupt_is_told_from_stop(stopper):
    with stopper:
        with pytest.raises(KeyboardInterrupt):
            stopper.heard_in(interrupt)
        assert (stopper.interrupted, stopper.asked) == (True, False)


def test_stop_raises_too_and_is_no_interrupt(stopper):
    with stopper:
        with pytest.raises(KeyboardInterrupt):
            stopper.heard_in(stopper.stop)
        assert (stopper.interrupted, stopper.asked) == (False, True)


def test_an_interrupt_after_stop_is_one(stopper):
    with stopper:
        with pytest.raises(KeyboardInterrupt):
            stopper.heard_in(stopper.stop)
        interrupt()
    assert stopper.interrupted


@pytest.mark.parametrize("press", [interrupt, None], ids=["interrupt", "stop"])
def test_what_comes_before_the_work_ends_it_before_it_begins(stopper, press):
    done = []
    with stopper:
        (press or stopper.stop)()
        with pytest.raises(KeyboardInterrupt):
            stopper.heard_in(lambda: done.append(1))
    assert done == []


def test_what_comes_while_an_answer_is_kept_is_noted_and_raises_nothing(stopper):
    with stopper:
        stopper.heard_in(lambda: None)
        interrupt()
        interrupt()
    assert stopper.interrupted


def test_what_is_done_with_an_answer_is_done_after_stop_and_ended_by_an_interrupt(stopper):
    done = []
    with stopper:
        stopper.stop()
        stopper.heard_in(lambda: done.append(1), late=True)
        with pytest.raises(KeyboardInterrupt):
            stopper.heard_in(interrupt, late=True)
    assert done == [1]


@pytest.mark.parametrize("handler", [signal.SIG_DFL, signal.SIG_IGN], indirect=True)
def test_what_signals_do_otherwise_is_given_back_too(handler, stopper):
    with stopper:
        assert signal.getsignal(signal.SIGINT) == stopper._signalled


def test_a_second_press_does_not_tear_what_the_first_one_ends(stopper):
    def work():
        try:
            interrupt()
        finally:
            interrupt()
            ended.append(1)

    ended = []
    with stopper, pytest.raises(KeyboardInterrupt):
        stopper.heard_in(work)
    assert ended == [1]


def swallow(press):
    try:
        press()
    except KeyboardInterrupt:
        return True
    return False


def test_code_that_swallows_an_interrupt_gets_the_next_one_and_cannot_go_on(stopper, clock):
    def work():
        assert swallow(interrupt)
        assert not swallow(interrupt)  # the same press, as far as anyone knows
        clock.now += 1.5
        assert swallow(interrupt)
        stopper.check()

    with stopper, pytest.raises(KeyboardInterrupt):
        stopper.heard_in(work)


def test_a_late_click_hits_nothing(stopper):
    with stopper:
        stopper.heard_in(lambda: None)
    stopper.stop()
    assert not stopper.asked


def test_in_another_thread_the_run_is_stopped_and_the_main_thread_left_alone():
    seen = []

    def run():
        with Stopper() as stopper:
            stopper.heard_in(lambda: seen.append("asked"))
            stopper.stop()
            try:
                stopper.heard_in(lambda: seen.append("asked again"))
            except KeyboardInterrupt:
                seen.append("stopped")

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == ["asked", "stopped"]


@pytest.mark.parametrize("press", [interrupt, "stop"], ids=["interrupt", "stop"])
def test_one_that_a_library_made_an_error_of_its_own_is_one(stopper, press):
    def work():
        try:
            stopper.stop() if press == "stop" else press()
            time.sleep(5)  # not to its end: a signal comes
        except KeyboardInterrupt:
            raise ValueError("SchemaError: KeyboardInterrupt") from None

    with stopper, pytest.raises(KeyboardInterrupt):
        stopper.heard_in(work)


def test_an_error_without_one_stays_what_it_is(stopper):
    def work():
        raise ValueError("of its own")

    with stopper, pytest.raises(ValueError, match="of its own"):
        stopper.heard_in(work)
