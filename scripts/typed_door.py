"""Fail unless type checkers know the type of every name that code outside can import and use.

Reads what ``pyright --verifytypes`` says of the source tree, and prints the names it finds wanting.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


def found() -> list[dict[str, Any]]:
    """Return what pyright says of each symbol of the source tree."""
    # pyright looks for packages where the first `python` on the path does
    paths = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    command = [BIN / "pyright", "--verifytypes", "claude_nb", "--ignoreexternal", "--outputjson"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, env=os.environ | paths
    )
    return json.loads(done.stdout)["typeCompleteness"]["symbols"]


def vague(symbol: dict[str, Any]) -> bool:
    """Whether checkers may not know, or may not agree on, the type."""
    return symbol["isTypeAmbiguous"] or not symbol["isTypeKnown"]


def main() -> int:
    """Print what is not typed; return 1 if there is any, or nothing at all."""
    symbols = [each for each in found() if each["isExported"]]
    names = [each["name"] for each in symbols if vague(each)]
    print(f"{len(symbols)} names, of which {len(names)} are not typed in full.")
    print(*sorted(names), sep="\n")
    return 1 if names or not symbols else 0


if __name__ == "__main__":
    sys.exit(main())
