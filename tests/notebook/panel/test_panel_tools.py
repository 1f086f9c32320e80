"""What a panel lets Claude use: set by the page or in Python, told as code, its tokens nowhere."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from claude_nb import emulator
from claude_nb.api.secret import Secret
from claude_nb.models.locks.locks import Lock, Locks
from claude_nb.notebook import session
from claude_nb.notebook.panel import Panel, commands, screen
from claude_nb.notebook.panel.carried import code
from claude_nb.notebook.panel.values import SettingError

URL = "https://mcp.example.com/mcp"
TOKEN = "panel-canary-0123456789"


@pytest.fixture
def named(monkeypatch):
    """Give a session whose ``%config`` names a server, and has its token."""
    settings = SimpleNamespace(mcp_servers={"docs": URL}, mcp_tokens={"docs": Secret(TOKEN)})
    named = session.Session(settings=settings)
    monkeypatch.setattr(session, "_alone", lambda: named)
    return named


@pytest.fixture
def shown(named, monkeypatch):
    """Give a panel, its page, and what the page was told last."""
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "live")
    panel = Panel()
    page = screen.Screen(panel)
    page.told = {}
    page.widget.tell = page.told.update
    panel._screen = page
    return panel, page


def wish(panel, shown_page, **content):
    shown_page.told.clear()
    commands.run(panel, shown_page, content)
    return shown_page.told.get("note", "")


def set_there(panel, page, **values):
    return wish(panel, page, do="set", values=values, page="p", change=1)


def test_what_the_page_sets_is_what_is_asked_with(shown):
    panel, page = shown
    assert set_there(panel, page, search=3) == ""
    assert set_there(panel, page, fetch=True, run_code=True, mcp="docs") == ""
    sent = panel.question("Hi", panel.base().options).sent
    names = [tool.get("name") or tool["mcp_server_name"] for tool in sent["tools"]]
    assert names == ["web_search", "web_fetch", "code_execution", "docs"]
    assert sent["mcp_servers"] == [{"type": "url", "url": URL, "name": "docs"}]
    assert page.widget.controls["values"]["search"] == 3
    assert set_there(panel, page, search=None, fetch=False, run_code=False, mcp=None) == ""
    assert "tools" not in panel.question("Hi", panel.base().options).sent


def test_each_model_gets_the_version_that_it_takes(shown):
    panel, _ = shown
    panel.search = 2
    types = []
    for model in ("sonnet-4.6", "haiku-4.5"):
        panel.model = model
        types.append(panel.question("Hi", panel.base().options).sent["tools"][0]["type"])
    assert types == ["web_search_20260318", "web_search_20250305"]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"mcp": "dogs"}, "no MCP server has that name (there are docs)"),
        ({"mcp": "http://mcp.example.com"}, "https://"),
        ({"mcp": "https://me:hunter2@mcp.example.com/"}, "password"),
        ({"memory": "/no/such/place"}, "does not exist"),
        ({"search": 1000}, "use 1 to 100"),
        ({"search": 0}, "use 1 to 100"),
    ],
)
def test_what_cannot_be_used_is_said_where_it_is_typed_and_not_taken(shown, values, why):
    panel, page = shown
    said = set_there(panel, page, **values)
    assert why in said
    assert page.told["problem"]
    assert "hunter2" not in said
    assert [getattr(panel, name) for name in values] == [None]
    assert page.widget.taken == {"p": 1}
    with pytest.raises(SettingError, match=r"\w"):
        setattr(panel, *next(iter(values.items())))


def test_a_tool_that_is_there_twice_is_set_aside_and_says_so(shown):
    panel, page = shown
    panel.option = ['tools=[{"type": "web_search_20250305", "name": "web_search"}]']
    with pytest.raises(SettingError, match="asked for twice"):
        panel.search = 2
    set_there(panel, page, search=2, fetch=True)
    assert "asked for twice" in page.widget.controls["refused"]["search"]
    assert "fetch" not in page.widget.controls["refused"]
    names = [tool["name"] for tool in panel.question("Hi", panel.base().options).sent["tools"]]
    assert names == ["web_fetch", "web_search"]


def test_the_page_knows_the_names_there_are_and_only_python_sets_functions(shown):
    panel, page = shown

    def weather(city: str) -> str:
        return city

    panel.tools = [weather]
    assert page.widget.controls["servers"] == ["docs"]
    assert page.widget.controls["functions"] == ["weather"]
    assert "has no setting 'tools'" in set_there(panel, page, tools=["print"])
    assert panel.tools == [weather]


def test_a_cell_that_is_pasted_says_what_it_lets_claude_use(shown):
    panel, page = shown
    said = wish(panel, page, do="paste", text="%%claude --search 2 --mcp docs\nHi")
    assert said.endswith("It lets Claude use: Web searches, MCP servers.")
    assert (panel.search, panel.mcp) == (2, "docs")
    assert wish(panel, page, do="paste", text="%%claude\nHi").endswith("from the cell.")


def test_as_code_it_is_the_same_and_its_token_is_nowhere(shown, named, monkeypatch):
    panel, page = shown
    asked = []

    def answer(request):
        asked.append(dict(request))
        return "Yes."

    with emulator.serve(tokens_per_second=0, answer=answer) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
        set_there(panel, page, search=3, mcp="docs")
        panel.send("Ask the server.")[0].result(20)
        told = panel.code("Ask the server.")
    assert asked[-1]["mcp_servers"][0]["authorization_token"] == TOKEN
    assert told["magic"].startswith("%%claude --chat panel --search 3 --mcp docs\n")
    given, _ = code.read_cell(told["magic"])
    assert (given["search"], given["mcp"]) == (3, "docs")
    assert "'name': 'docs'" in told["python"]
    kept = [told, panel.export("json"), panel.export("md"), named.ledger, vars(panel.conversation)]
    kept += [page.widget.get_state(), panel.trait_values(), repr(panel)]
    assert TOKEN not in repr(kept)
    assert TOKEN not in json.dumps(kept, default=repr)


def test_where_tools_are_locked_each_says_so_before_anything_is_sent(shown, monkeypatch):
    panel, page = shown
    panel.search = 2
    locks = Locks((Lock(path="locks.toml", tools=False),))
    monkeypatch.setattr(session.Session, "locks", property(lambda _: locks))
    set_there(panel, page, mcp="docs", fetch=True)
    refused = page.widget.controls["refused"]
    assert {"search", "fetch", "run_code", "mcp", "memory"} <= refused.keys()
    assert refused["mcp"].startswith("Tools are locked here")
    assert "tools" not in panel.question("Hi", panel.base().options).sent
    with pytest.raises(SettingError, match="Tools are locked here"):
        panel.memory = "notes"
    panel.fetch = False
    panel.search = None
