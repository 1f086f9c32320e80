"""The same scenarios, the same server: the official SDK on one side, this client on the other."""

from __future__ import annotations

import importlib.util
import itertools
import json
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from compat_scenarios import Scenario, scenarios
from scripted_server import ScriptedServer

pytestmark = pytest.mark.compat

ROOT = Path(__file__).resolve().parents[3]
DRIVER = Path(__file__).with_name("compat_driver.py")
ALL = scenarios()
_spec = importlib.util.spec_from_file_location("compat_venvs", ROOT / "scripts/compat_venvs.py")
compat_venvs = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(compat_venvs)


class Stage:
    """Plays every scenario to several clients at once: the path says which, and to whom."""

    def __init__(self) -> None:
        self.server = ScriptedServer(self.play)
        self.seen: dict[str, list] = {}
        self._lock = threading.Lock()
        self._turns: dict[str, itertools.count] = {}

    def play(self, request):
        """Return the steps for a request."""
        _, player, number, *_ = request.target.split("/")
        key = f"{player}/{number}"
        self.seen.setdefault(key, []).append(request)
        replies = ALL[int(number)].replies
        turn = min(next(self._turns.setdefault(key, itertools.count())), len(replies) - 1)
        base = f"{self.server.url}/{key}"
        return [self._filled(step, base) for step in replies[turn]]

    @staticmethod
    def _filled(step, base):
        if not isinstance(step, bytes) or b"{base}" not in step:
            return step
        filled = step.partition(b"\r\n\r\n")[2].replace(b"{base}", base.encode())
        return (
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
            % (
                len(filled),
                filled,
            )
        )

    def perform(self, player, python, library):
        """Return what came of every scenario with this client."""
        asked = [
            {
                "name": s.name,
                "url": f"{self.server.url}/{player}/{number}",
                "mode": s.mode,
                "params": s.params,
                "options": s.options,
            }
            for number, s in enumerate(ALL)
        ]
        done = subprocess.run(  # noqa: S603 - our own driver
            [str(python), str(DRIVER)],
            input=json.dumps({"library": library, "scenarios": asked}),
            capture_output=True,
            text=True,
            check=False,
            timeout=500,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)


@pytest.fixture(scope="session")
def stage():
    stage = Stage()
    yield stage
    stage.server.close()


@pytest.fixture(scope="session")
def ours(stage):
    return stage.perform("ours", sys.executable, "claude_nb")


@pytest.fixture(scope="session", params=compat_venvs.VERSIONS)
def theirs(request, stage):
    python = compat_venvs.python(request.param)
    if not python.exists():
        pytest.fail(f"{python} is missing; make it with scripts/compat_venvs.py")
    return request.param, stage.perform(request.param, python, "anthropic")


def facts(outcome):
    """Return what must be alike; of an error: its class, and what the server said."""
    kept = {name: value for name, value in outcome.items() if value}
    error = kept.get("error")
    if error is not None:
        kept["error"] = error["class"]
        if error["api"] and error["status_code"]:
            kept["error"] = {n: error[n] for n in ("class", "status_code", "type", "request_id")}
    return kept


def normal(value):
    """Return JSON without empty fields, which each client fills in as it likes, and time zones."""
    if isinstance(value, dict):
        return {n: normal(v) for n, v in value.items() if v is not None}
    if isinstance(value, list):
        return [normal(each) for each in value]
    return re.sub(r"(\+00:00|Z)$", "", value) if isinstance(value, str) else value


def test_there_are_enough_scenarios():
    assert len({s.name for s in ALL}) == len(ALL) >= 150


def test_the_clients_agree(stage, ours, theirs):
    version, others = theirs
    wrong = []
    for number, scenario in enumerate(ALL):
        mine, other = normal(facts(ours[scenario.name])), normal(facts(others[scenario.name]))
        sent = [stage.seen.get(f"{player}/{number}", []) for player in ("ours", version)]
        mine["sent"], other["sent"] = ([_asked(r) for r in requests] for requests in sent)
        if scenario.name == "forty at a time":
            mine["sent"].sort(), other["sent"].sort()
        if version < scenario.since:
            continue
        if (mine != other) and not scenario.differs:
            wrong.append((scenario.name, _difference(mine, other)))
        if mine == other and scenario.differs and version == compat_venvs.VERSIONS[0]:
            wrong.append((scenario.name, "does not differ any more"))
    assert not wrong, "\n".join(f"{name}: {difference}"[:2000] for name, difference in wrong)


def _asked(request):
    target = "/" + "/".join(request.target.split("/")[3:])
    body = json.dumps(json.loads(request.body or b"null"), sort_keys=True)
    return f"{request.method} {target} {body}"


def _difference(mine, other):
    names = sorted({*mine, *other})
    return {n: (mine.get(n), other.get(n)) for n in names if mine.get(n) != other.get(n)}


def test_every_error_of_ours_is_typed(ours):
    for name, outcome in ours.items():
        if outcome["error"] and name not in (
            "missing argument",
            "unknown argument",
            "ten minutes",
            "no batch id",
        ):
            assert outcome["error"]["typed"] == "claude_nb", (name, outcome["error"])


@pytest.mark.parametrize("scenario", [s for s in ALL if s.differs], ids=lambda s: s.name)
def test_every_difference_is_told(scenario: Scenario):
    table = (ROOT / "docs/client-differences.md").read_text()
    assert f"`{scenario.differs}`" in table
