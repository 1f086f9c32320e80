"""Renew requirements/constraints.txt: the exact versions that tests and demo are run with.

Asks pip what it would install today for every extra on the oldest Python that is supported, first
patch release included (some packages leave that out), so that one file serves all. Writes names and
versions only: no address of an index, no hash, nothing of this machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "requirements" / "constraints.txt"
OLDEST = "3.11.0"
# From 4.25 on, whatever imports nbformat (pytest with nbval, JupyterLab) compiles 38 grammars of
# internationalised addresses first: 3 s each time.
HELD = ("jsonschema<4.25",)
HEADER = """\
# Versions that `make demo` and `make test` install. Renew with `make pins`.
"""


def resolve() -> dict[str, str]:
    """Return name and version of everything that `.[dev,httpx2,keyring]` needs."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = str(Path(folder) / "bin" / "python")
        # older versions of pip cannot ask for another Python without installing
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--upgrade", "pip"], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--dry-run", "--report", "-"]
        pip += ["--python-version", OLDEST, "--only-binary", ":all:"]
        answer = subprocess.run(
            [*pip, f"{ROOT}[dev,httpx2,keyring]", *HELD], check=True, capture_output=True, text=True
        )
    packages = [item["metadata"] for item in json.loads(answer.stdout)["install"]]
    return {package["name"]: package["version"] for package in packages}


def main() -> None:
    """Write the file and say what changed."""
    pins = resolve()
    pins.pop("claude-nb")
    lines = sorted((f"{name}=={version}" for name, version in pins.items()), key=str.lower)
    before = set(TARGET.read_text(encoding="utf-8").splitlines()) if TARGET.exists() else set()
    TARGET.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    for line in lines:
        if line not in before:
            print("new:", line)
    print(f"{len(lines)} pins in {TARGET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
