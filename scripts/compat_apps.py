"""Make an environment of its own for each client that the emulator is tested against.

``python scripts/compat_apps.py [name …]`` makes ``.venv-compat/<name>`` where it is missing.
The tests marked ``compat`` run small programs in them.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / ".venv-compat"

# name -> what to install: the two ends of the official SDK's range, and independent applications
CLIENTS: dict[str, tuple[str, ...]] = {
    "sdk-new": ("anthropic==2.12.0",),
    "sdk-old": ("anthropic==0.125.0",),
    "llm": ("llm", "llm-anthropic"),
    "litellm": ("litellm", "mcp"),
    "pydantic-ai": ("pydantic-ai-slim[anthropic]",),
    "claudette": ("claudette", "anthropic<1"),
    "chatlas": ("chatlas[anthropic]",),
}


def python_of(name: str) -> Path:
    """Return the interpreter of an environment, made or not."""
    return ROOT / name / "bin" / "python"


def make(name: str) -> None:
    """Make the environment `name` unless it is complete."""
    done = ROOT / name / "complete"
    if done.exists():
        return
    venv.create(ROOT / name, with_pip=True, clear=True)
    subprocess.run(
        [python_of(name), "-m", "pip", "install", "-q", *CLIENTS[name]],
        check=True,
    )
    done.touch()


def main(names: list[str]) -> int:
    """Make the environments named, or all."""
    for name in names or CLIENTS:
        print(f"{name}: {', '.join(CLIENTS[name])}", flush=True)
        make(name)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
