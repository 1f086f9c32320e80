"""What importing costs: ``import claude_nb`` and its client against ``import anthropic``.

CPU seconds and modules beyond a bare interpreter, bytecode cached, best of some repetitions, in
one run. Needs the environments that ``scripts/compat_venvs.py`` makes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
COMPAT = Path(os.environ.get("CLAUDE_NB_COMPAT") or HERE.parent / ".venv-compat")
SDK = str(COMPAT / "2.14.0" / "bin" / "python")
REPETITIONS = 7

PROBE = """
import json, sys, time
before, started = len(sys.modules), time.process_time()
{code}
print(json.dumps([time.process_time() - started, len(sys.modules) - before]))
"""


def measure(python: str, code: str) -> tuple[float, int]:
    """Return the least CPU seconds, and the modules, of running `code`."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    seconds, modules = [], 0
    for _ in range(REPETITIONS + 1):
        done = subprocess.run(
            [python, "-c", PROBE.format(code=code)],
            check=True,
            capture_output=True,
            text=True,
            env=environment,
        )
        taken, modules = json.loads(done.stdout)
        seconds.append(taken)
    return min(seconds[1:]), modules


def main() -> None:
    """Print all figures."""
    cases = {
        "import claude_nb": (sys.executable, "import claude_nb"),
        "claude_nb.Anthropic": (sys.executable, "import claude_nb; claude_nb.Anthropic"),
        "... and make a client": (
            sys.executable,
            "import claude_nb; claude_nb.Anthropic(api_key='k')",
        ),
        "import anthropic": (SDK, "import anthropic"),
        "... and make a client ": (SDK, "import anthropic; anthropic.Anthropic(api_key='k')"),
    }
    found = {label: measure(*case) for label, case in cases.items()}
    sdk_seconds, sdk_modules = found["import anthropic"]
    for label, (seconds, modules) in found.items():
        ratios = f"1/{sdk_seconds / seconds:.1f} CPU, 1/{sdk_modules / modules:.1f} modules"
        print(f"{label:24} {seconds * 1000:8.1f} ms CPU  {modules:5} modules  ({ratios})")


if __name__ == "__main__":
    main()
