"""``code_execution``: code for what the prompt wants computed, and what it printed and saved.

References
----------
Messages API, "Code execution tool": the tool of 2025-05-22 runs Python, later ones run commands;
results, output files, error codes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from claude_nb.emulator.answering.server_tools import evaluator
from claude_nb.emulator.answering.server_tools.calls import Call, served, text
from claude_nb.emulator.answering.skills import arithmetic, words
from claude_nb.emulator.answering.skills.exact import decimal, listed
from claude_nb.emulator.answering.skills.stock import vocabulary
from claude_nb.emulator.task import MadeFile, Task
from claude_nb.emulator.wire import JSON

__all__ = ["answer", "call", "fits"]

_ASKED = re.compile(
    r"\b(run|execute|python|code|calculat\w*|comput\w*|plot|chart|csv|mean|median|average|sum)\b",
    re.IGNORECASE,
)
_FENCED = re.compile(r"```(?:python|py)?\n(.{1,4000}?)```", re.DOTALL)
_BY_CODE = re.compile(
    r"\b(?:(?:with|using|by|in|run|use|execute|write|some|a|the) )*"
    r"(?:python|code)(?: code)?\b(?: to\b)?",
    re.IGNORECASE,
)
_LISTED = re.compile(r"[-\[(]?\.?\d(?:.*\d)?[\])]?", re.DOTALL)
_MOST_NUMBERS = 200
_FIRST = "code_execution_20250522"  # the tool that ran Python by itself
_SHELL = "python3 - <<'END'\n{}\nEND"
_FIGURES = {  # the word of a prompt, and the function of the code
    **dict.fromkeys(("sum", "total"), "sum"),
    **dict.fromkeys(("mean", "average"), "mean"),
    "median": "median",
    **dict.fromkeys(("max", "maximum", "largest", "highest", "biggest"), "max"),
    **dict.fromkeys(("min", "minimum", "smallest", "lowest"), "min"),
    **dict.fromkeys(("plot", "chart"), "plot"),
    "csv": "save",
}
_NOISE = vocabulary("lists") | vocabulary("running")


def fits(task: Task, tool: Mapping[str, Any]) -> int:  # noqa: ARG001 - one signature for all
    """Return 2 if the prompt asks for a computation and holds one."""
    return 2 if _ASKED.search(task.prompt) and _code(task.prompt) != _NOTHING else 0


_NOTHING = 'print("The emulator found nothing to compute.")'


def _code(prompt: str) -> str:
    fenced = _FENCED.search(prompt)
    if fenced:
        return fenced[1].strip()
    plain = _BY_CODE.sub(" ", prompt)
    expression = arithmetic.source(plain)
    return f"print({expression})" if expression else _figured(plain) or _NOTHING


def _figured(prompt: str) -> str:
    """Return code for the figure of a list, or its file; empty if a word is not understood."""
    found = _LISTED.search(prompt)
    values = listed(found[0]) if found else None
    if found is None or not values or words.is_more(prompt, words.cores(prompt)):
        return ""
    said = set(words.plain(f"{prompt[: found.start()]} {prompt[found.end() :]}"))
    wanted = {_FIGURES[word] for word in said & _FIGURES.keys()}
    if len(wanted) != 1 or len(values) > _MOST_NUMBERS or said - _FIGURES.keys() - _NOISE:
        return ""
    return _over(
        f"[{', '.join(decimal(value).replace(',', '') for value in values)}]", wanted.pop()
    )


def _over(numbers: str, wanted: str) -> str:
    first = f"values = {numbers}"
    if wanted == "plot":
        return f'{first}\nplot("chart.png", values)\nprint("chart.png", len(values), "bars")'
    if wanted == "save":
        return f'{first}\nsave("values.csv", values)\nprint("values.csv", len(values), "rows")'
    return f"{first}\nprint({wanted}(values))"


def call(task: Task, tool: Mapping[str, Any], error: str) -> Call:
    """Run code for the prompt, or fail with `error`."""
    code = _code(task.prompt)
    is_first = tool.get("type") == _FIRST
    name = "code_execution" if is_first else "bash_code_execution"
    given: JSON = {"code": code} if is_first else {"command": _SHELL.format(code)}
    use = served(task, name, given)
    done = evaluator.run(code)
    files = [] if error else [_made(use["id"], *file) for file in done.files]
    failed: JSON = {"type": f"{name}_tool_result_error", "error_code": error}
    content = failed if error else _result(name, done, files)
    result: JSON = {"type": f"{name}_tool_result", "tool_use_id": use["id"], "content": content}
    return Call(use, result, "I'll run some code for that.", files)


def _made(use_id: str, name: str, media_type: str, data: bytes) -> MadeFile:
    digest = hashlib.sha256(f"{use_id}/{name}".encode() + data).hexdigest()
    return MadeFile(f"file_emu{digest[:21]}", name, media_type, data)


def _result(name: str, done: evaluator.Run, files: list[MadeFile]) -> JSON:
    return {
        "type": f"{name}_result",
        "stdout": done.stdout,
        "stderr": done.stderr,
        "return_code": done.return_code,
        "content": [{"type": f"{name}_output", "file_id": file.id} for file in files],
    }


def answer(task: Task, result: Mapping[str, Any]) -> list[JSON]:  # noqa: ARG001 - one signature for all
    """Return text blocks that say what the code printed."""
    content: Mapping[str, Any] = result["content"]
    if "error_code" in content:
        return [text(f"The code could not be run: `{content['error_code']}`.")]
    if content["return_code"]:
        return [text(f"The code failed: `{words.quote(content['stderr'], 200)}`")]
    saved = len(content["content"])
    files = f"\n\n{saved} file{'' if saved == 1 else 's'} can be downloaded." if saved else ""
    printed = words.quote(content["stdout"], 300) or "nothing"
    return [text(f"The code printed **{printed}**.{files}")]
