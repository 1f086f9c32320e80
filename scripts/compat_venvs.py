"""Make the environments that compare this client with others: one for each version.

They live in the directory named by ``CLAUDE_NB_COMPAT`` (default ``.venv-compat``), are left as
they are if they exist, and hold nothing but the other client.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

VERSIONS = ("2.14.0", "0.125.0")
ROOT = Path(__file__).resolve().parent.parent


def directory() -> Path:
    """Return where the environments live."""
    return Path(os.environ.get("CLAUDE_NB_COMPAT") or ROOT / ".venv-compat")


def python(version: str) -> Path:
    """Return the interpreter of one environment."""
    return directory() / version / "bin" / "python"


def main() -> None:
    """Make what is missing."""
    for version in VERSIONS:
        if not python(version).exists():
            subprocess.run([sys.executable, "-m", "venv", str(directory() / version)], check=True)
        pip = [str(python(version)), "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", f"anthropic[bedrock,vertex]=={version}"], check=True)
        print(f"anthropic {version}: {python(version)}")


if __name__ == "__main__":
    main()
