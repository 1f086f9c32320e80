"""Build the JupyterLite site: the notebooks, and a Python that runs in the page, in build/lite.

Run by scripts/lite.sh in an environment that has jupyterlite-core and this package. Everything that
Python imports lies in the site; only nh3 comes from Pyodide's own packages on the web, because PyPI
has no build of it for the browser. Without the web, answers are shown as plain paragraphs.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build"
SITE = BUILD / "lite"
WORK = BUILD / "lite-work"
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
CDN = "https://cdn.jsdelivr.net/pyodide/v{}/full/"
PYODIDE = "./static/pyodide/pyodide.mjs"
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
PLATFORM = "pyemscripten_2026_0_wasm32"
LEFT_OUT = {"nh3"}  # see above
# What the kernel needs, and what pip does not see here: it reads markers as for this machine.
HELPERS = ("micropip", "packaging", "jedi", "httpx2-jsfetch")
NOT_HERE = {  # in a page there are neither threads nor sockets
    "07_errors_and_retries.ipynb",  # starts an emulator with faults, which listens on a socket
    "08_panel.ipynb",  # the panel answers in threads
}


def run(*command: str) -> None:
    """Run a command; end with it if it fails."""
    subprocess.run(command, check=True, cwd=WORK)


def requirements() -> list[str]:
    """Return what this package needs in a page."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needs = [Requirement(need) for need in project["dependencies"]]
    page = {"sys_platform": "emscripten"}
    here = [need for need in needs if need.marker is None or need.marker.evaluate(page)]
    return [f"{need.name}{need.specifier}" for need in here if need.name not in LEFT_OUT]


def wheels(python: str) -> Path:
    """Download the wheels that run in a page, build this package's, and return their folder."""
    folder = WORK / "wheels"
    where = ["--dest", str(folder), "--only-binary=:all:", "--python-version", python]
    for name, value in (("platform", PLATFORM), ("implementation", "cp")):
        where += [f"--{name}", value]
    for abi in (f"cp{python.replace('.', '')}", "abi3", "none"):
        where += ["--abi", abi]
    pip = (sys.executable, "-m", "pip", "-q")
    run(*pip, "download", *where, *requirements(), *HELPERS)
    run(*pip, "wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    return folder


def pyodide(archive: Path, folder: Path) -> dict:
    """Unpack Pyodide's core from its npm archive, and return its lock."""
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as packed:
        for name in CORE:
            member = packed.extractfile(f"package/{name}")
            assert member is not None, f"{archive} holds no {name}"  # noqa: S101
            (folder / name).write_bytes(member.read())
        lock = packed.extractfile("package/pyodide-lock.json")
        version = json.load(packed.extractfile("package/package.json"))["version"]
        packages = json.load(lock)
    for package in packages["packages"].values():  # not bundled: from Pyodide's own place
        package["file_name"] = CDN.format(version) + package["file_name"]
    return packages


def locked(wheel: Path) -> dict:
    """Return a wheel's entry in Pyodide's lock."""
    name, version = wheel.name.split("-")[:2]
    return {
        "name": re.sub(r"[-_.]+", "-", name).lower(),
        "version": version,
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": [],
        "depends": [],
        "unvendored_tests": False,
    }


def main() -> None:
    """Build it."""
    archive = Path(sys.argv[1]).resolve()
    for folder in (SITE, WORK):
        shutil.rmtree(folder, ignore_errors=True)
    core = WORK / "lite" / "static" / "pyodide"
    lock = pyodide(archive, core)
    python = lock["info"]["python"].rpartition(".")[0]
    names = ["nh3"]
    for wheel in sorted(wheels(python).glob("*.whl")):
        entry = locked(wheel)
        lock["packages"][entry["name"]] = entry
        names.append(entry["name"])
        shutil.copy(wheel, core)
    (core / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    settings = {"pyodideUrl": PYODIDE, "loadPyodideOptions": {"packages": names}}
    config = {"litePluginSettings": {KERNEL: settings}}
    whole = {"jupyter-lite-schema-version": 0, "jupyter-config-data": config}
    (WORK / "lite" / "jupyter-lite.json").write_text(json.dumps(whole), encoding="utf-8")
    contents = WORK / "contents"
    contents.mkdir()
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        if notebook.name not in NOT_HERE:
            shutil.copy(notebook, contents)
    run(
        *(sys.executable, "-m", "jupyter", "lite", "build", "--lite-dir", str(WORK / "lite")),
        *("--output-dir", str(SITE), "--contents", str(contents)),
    )


if __name__ == "__main__":
    main()
