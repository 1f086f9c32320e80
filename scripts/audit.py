"""Ask which of the versions that may be installed are known to be vulnerable: ``make audit``.

Two lists are asked about: what `make demo` and `make test` install (requirements/constraints.txt),
and the oldest versions that the dependencies of pyproject.toml allow. pip-audit asks OSV; it lives
in build/audit, an environment of its own. First it is asked about a version that is known to be
vulnerable: a service that says nothing of that one says nothing of the others either.

Exit status: 0 if nothing is known, 1 if something is, 2 if nothing could be learned.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "build" / "audit"
PINS = ROOT / "requirements" / "constraints.txt"
CONTROL = "jinja2==2.4.1"  # CVE-2014-1402 and others
EXTRAS = ("lab", "httpx2", "images", "keyring")  # what people install; not what tests need
NOTHING = "Nothing was audited"
_BOUND = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*>=\s*([\w.]+)")


class UnreadError(Exception):
    """Nothing could be learned; says why."""


class Report(NamedTuple):
    """What was learned: lines to print on what is vulnerable, and names nothing is known of."""

    vulnerable: list[str]
    unknown: list[str]


def oldest(pyproject: str) -> list[str]:
    """Return the oldest version of each dependency that a pyproject.toml allows.

    Raises
    ------
    ValueError
        A dependency has no lower bound.
    """
    project = tomllib.loads(pyproject)["project"]
    extras = [each for name in EXTRAS for each in project["optional-dependencies"][name]]
    pins: list[str] = []
    for dependency in [*project["dependencies"], *extras]:
        bound = _BOUND.match(dependency)
        if bound is None:
            raise ValueError(f"{dependency} has no lower bound")
        pins.append(f"{bound[1]}=={bound[2]}")
    return sorted(set(pins))


def pinned(constraints: str) -> list[str]:
    """Return the lines of a constraints file that name a version."""
    return [line for line in constraints.splitlines() if line and not line.startswith("#")]


def read(status: int, told: str, problem: str) -> Report:
    """Return what pip-audit says.

    Parameters
    ----------
    status : int
        Its exit status: 1 also if something is vulnerable.
    told, problem : str
        What it wrote: JSON, and why there is none.

    Raises
    ------
    UnreadError
        It says nothing, or nothing of most packages.
    """
    try:
        packages: list[dict[str, Any]] = json.loads(told)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = (problem.strip().splitlines() or [f"pip-audit ended with status {status}"])[-1]
        raise UnreadError(
            f"{NOTHING}: the advisory service was not reached ({last:.300})."
        ) from None
    unknown = [each["name"] for each in packages if "vulns" not in each]
    if len(unknown) * 2 > len(packages):
        why = str(next(each for each in packages if "vulns" not in each).get("skip_reason", ""))
        raise UnreadError(
            f"{NOTHING}: of {len(unknown)} of {len(packages)} nothing is known ({why})."
        )
    return Report([line for each in packages for line in _lines(each)], unknown)


def _lines(package: dict[str, Any]) -> list[str]:
    return [
        f"{package['name']} {package['version']}: {' '.join([each['id'], *each['aliases']])}, "
        f"mended in {', '.join(each['fix_versions']) or 'no version yet'}"
        for each in package.get("vulns", ())
    ]


def ask(name: str, packages: Sequence[str]) -> Report:
    """Have pip-audit look at exact versions; raise `UnreadError` if it cannot."""
    listed = PLACE / f"{name}.txt"
    listed.write_text("\n".join(packages) + "\n", encoding="utf-8")
    command = [str(PLACE / "bin" / "pip-audit"), "--requirement", str(listed), "--no-deps"]
    command += ["--disable-pip", "--vulnerability-service", "osv", "--format", "json"]
    done = subprocess.run(
        [*command, "--progress-spinner", "off"], check=False, capture_output=True, text=True
    )
    return read(done.returncode, done.stdout, done.stderr)


def install() -> None:
    """Make the environment; raise `UnreadError` if it cannot be."""
    if (PLACE / "bin" / "pip-audit").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", str(PLACE)], check=True)
    pip = [str(PLACE / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    done = subprocess.run(
        [*pip, "install", "pip-audit>=2.7"], check=False, capture_output=True, text=True
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip says nothing"])[-1]
        raise UnreadError(f"{NOTHING}: pip-audit could not be installed ({last:.300}).")


def audit() -> int:
    """Ask about both lists, and print; return the exit status."""
    install()
    if not ask("control", [CONTROL]).vulnerable:
        raise UnreadError(
            f"{NOTHING}: the service knows nothing of {CONTROL}, which is vulnerable."
        )
    lists = {
        "the versions that are installed": pinned(PINS.read_text(encoding="utf-8")),
        "the oldest versions that are allowed": oldest(
            (ROOT / "pyproject.toml").read_text("utf-8")
        ),
    }
    status = 0
    for name, packages in lists.items():
        report = ask(name.replace(" ", "-"), packages)
        print(f"Of {name} ({len(packages)}), known to be vulnerable: {len(report.vulnerable)}")
        print("".join(f"  {line}\n" for line in report.vulnerable), end="")
        if report.unknown:
            print(f"  Nothing is known of: {', '.join(report.unknown)}")
        status |= bool(report.vulnerable)
    return status


def main() -> int:
    """Run; say in one line why nothing could be learned."""
    try:
        return audit()
    except UnreadError as problem:
        print(problem, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
