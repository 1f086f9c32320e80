"""`make audit` says what is vulnerable, and says so when it could learn nothing."""

from __future__ import annotations

import importlib.util
import json
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("audit", ROOT / "scripts" / "audit.py")
assert _spec is not None
assert _spec.loader is not None
audit = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(audit)

CLEAN = {"name": "nh3", "version": "0.2.21", "vulns": []}
BAD = {
    "name": "jinja2",
    "version": "2.4.1",
    "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2.7.2"]}],
}
SKIPPED = {"name": "mine", "skip_reason": "Dependency not found and could not be audited"}


def said(*packages):
    return json.dumps({"dependencies": packages, "fixes": []})


def test_what_is_vulnerable_is_told_with_the_version_that_mends_it():
    report = audit.read(1, said(CLEAN, BAD), "")
    assert report.vulnerable == ["jinja2 2.4.1: PYSEC-1 CVE-1, mended in 2.7.2"]
    assert report.unknown == []


def test_packages_that_nothing_is_known_of_are_named():
    assert audit.read(0, said(CLEAN, CLEAN, SKIPPED), "").unknown == ["mine"]


@pytest.mark.parametrize(
    ("status", "told", "problem", "why"),
    [
        (1, "", "Traceback …\nConnectionError: no name", "not reached (ConnectionError: no name)"),
        (0, "", "", "not reached (pip-audit ended with status 0)"),
        (0, "[]", "odd", "not reached (odd)"),
        (0, said(SKIPPED), "No known vulnerabilities found", "of 1 of 1 nothing is known (Depend"),
        (0, said(SKIPPED, SKIPPED, CLEAN), "", "of 2 of 3 nothing is known"),
    ],
)
def test_what_could_not_be_learned_is_no_good_news(status, told, problem, why):
    with pytest.raises(audit.UnreadError) as caught:
        audit.read(status, told, problem)
    assert str(caught.value).startswith("Nothing was audited: ")
    assert why in str(caught.value)


@pytest.mark.parametrize("control", [[CLEAN], [SKIPPED]])
def test_a_service_that_knows_no_vulnerability_at_all_is_not_believed(monkeypatch, capsys, control):
    monkeypatch.setattr(audit, "install", lambda: None)
    monkeypatch.setattr(audit, "ask", lambda *_: audit.read(0, said(*control), ""))
    assert audit.main() == 2
    assert "Nothing was audited" in capsys.readouterr().err


@pytest.mark.parametrize(("found", "status"), [([CLEAN], 0), ([BAD], 1)])
def test_both_lists_are_asked_about(monkeypatch, capsys, found, status):
    asked = {}

    def ask(name, packages):
        asked[name] = packages
        return audit.read(0, said(*([BAD] if name == "control" else found)), "")

    monkeypatch.setattr(audit, "install", lambda: None)
    monkeypatch.setattr(audit, "ask", ask)
    assert audit.main() == status
    assert list(asked) == [
        "control",
        "the-versions-that-are-installed",
        "the-oldest-versions-that-are-allowed",
    ]
    assert capsys.readouterr().out.count("known to be vulnerable: ") == 2


def test_every_dependency_has_an_oldest_version_and_a_pinned_one():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    oldest = dict(line.split("==") for line in audit.oldest(text))
    assert len(oldest) >= len(tomllib.loads(text)["project"]["dependencies"])
    assert oldest["httpx"] == "0.28"
    assert oldest["pillow"] == "10"
    pins = audit.pinned(audit.PINS.read_text(encoding="utf-8"))
    assert {line.split("==")[0].lower() for line in pins} >= {"httpx", "nh3", "pydantic"}
    with pytest.raises(ValueError, match="no lower bound"):
        audit.oldest(text.replace('"nh3>=', '"nh3<'))
