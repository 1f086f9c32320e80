"""Tools of the provider, by option and by helper: what a request gets, and what is refused."""

import json

import pytest

import claude_nb
from claude_nb.ask import server_tools
from claude_nb.ask.arguments import parse_line
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.ask.question import compose


def asked(line, text="hi", history=(), **variables):
    return compose(Options(**parse_line(line)), text, variables=variables, history=history)


def tools(line, **variables):
    return asked(line, **variables).sent.get("tools", [])


def test_a_search_is_the_newest_version_that_the_model_takes():
    assert tools("--search 3") == [
        {"type": "web_search_20260318", "name": "web_search", "max_uses": 3}
    ]
    (older,) = tools("--search -m haiku-4.5")
    assert (older["type"], older["max_uses"]) == ("web_search_20250305", 5)


def test_fetching_cites_and_code_has_its_version():
    fetch, code = tools("--fetch --run-code")
    assert (fetch["type"], fetch["citations"]) == ("web_fetch_20260318", {"enabled": True})
    assert code == {"type": "code_execution_20260521", "name": "code_execution"}


def test_a_model_that_nobody_knows_gets_the_newest():
    assert tools("--search -m claude-next-9")[0]["type"] == "web_search_20260318"


def test_what_an_older_model_refuses_is_said_before_it_is_sent():
    newest = '{"type":"web_search_20260318","name":"web_search"}'
    with pytest.raises(InputError, match="its newest is web_search_20250305"):
        asked(f"-m haiku-4.5 -o 'tools=[{newest}]'")
    asked(f"-o 'tools=[{newest}]'")
    asked("""-m haiku-4.5 -o 'tools=[{"type":"web_search_20300101","name":"web_search"}]'""")


def test_options_stand_before_other_tools_and_no_tool_is_there_twice():
    own = '{"name":"own","input_schema":{"type":"object"}}'
    assert [t["name"] for t in tools(f"--search -o 'tools=[{own}]'")] == ["web_search", "own"]
    with pytest.raises(InputError, match="twice"):
        tools("""--search -o 'tools=[{"type":"web_search_20250305","name":"web_search"}]'""")


def test_domains_and_place_are_set_by_other_parameters():
    (search, fetch) = tools(
        "--search 2 --fetch -o web_search.allowed_domains=a.org,b.org -o web_fetch.max_uses=1 "
        """-o web_search.user_location.city='Sao Paulo' -o web_fetch.blocked_domains='["c.org"]' """
        "-o web_search.user_location.region=35"
    )
    assert search["allowed_domains"] == ["a.org", "b.org"]
    place = {"type": "approximate", "city": "Sao Paulo", "region": "35"}
    assert search["user_location"] == place
    assert (fetch["max_uses"], fetch["blocked_domains"]) == (1, ["c.org"])
    assert "web_search" not in asked("--search -o web_search.allowed_domains=a.org").params


def test_an_address_is_sent_as_the_domain_that_it_names():
    (search,) = tools("--search -o web_search.allowed_domains=https://A.org/,b.org/blog/*")
    assert search["allowed_domains"] == ["A.org", "b.org/blog/*"]
    assert server_tools.web_search(allowed_domains="http://a.org")["allowed_domains"] == ["a.org"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("web_search.allowed=a.org", "web_search has allowed_domains"),
        ("web_search=5", "web_search has allowed_domains"),
        ("web_search.allowed_domains=*.a.org", "'\\*.a.org' is no domain. Write example.org"),
        ("web_search.blocked_domains='a org'", "is no domain"),
        ("web_search.blocked_domains='[7.5, \"\"]'", "is no domain"),
        ("web_serch.allowed_domains=a.org", "Did you mean web_search"),
        ("web_search.user_location.street=x", "user_location.city"),
        ("web_fetch.user_location.city=x", "web_fetch has"),
        ("""'web_search.user_location={"street": "x"}'""", "has city"),
        ("web_search.user_location=Bonn", "an object"),
        ("web_fetch.max_uses=many", "a whole number"),
        ("web_search.allowed_domains=a -o web_search.blocked_domains=b", "leave out one"),
        ("web_search.allowed_domains=a -o web_search.allowed_domains=b", "twice"),
    ],
)
def test_what_a_tool_has_not_is_said_with_what_it_has(given, why):
    with pytest.raises(InputError, match=why):
        asked(f"--search --fetch -o {given}")


def test_what_is_set_of_a_tool_that_is_not_asked_for_is_said():
    options = Options(**parse_line("-o web_search.allowed_domains=a.org"))
    with pytest.raises(InputError, match="write --search too"):
        server_tools.check_used(options)
    server_tools.check_used(options.changed({"search": 1}))
    server_tools.check_used(Options(option=("temperature=1",)))


def test_a_server_can_be_named_by_config():
    named = {"docs": "https://mcp.example.com/mcp", "lib": "https://b.example/x"}
    options = Options(**parse_line("--mcp 'docs, https://c.example/y'"))
    written = server_tools.with_named(options, named)
    assert written.mcp == "docs=https://mcp.example.com/mcp,https://c.example/y"
    assert server_tools.with_named(Options(), named) == Options()
    for known, said in ((named, "there are docs, lib"), ({}, "there is none yet")):
        with pytest.raises(InputError, match=said):
            server_tools.with_named(options.changed({"mcp": "dogs"}), known)


def test_mcp_servers_are_named_by_their_hosts_unless_the_person_names_them():
    sent = asked("--mcp https://mcp.example.com/mcp,lib=https://b.example/x").sent
    assert [s["name"] for s in sent["mcp_servers"]] == ["mcp-example-com", "lib"]
    assert [t["mcp_server_name"] for t in sent["tools"]] == ["mcp-example-com", "lib"]
    assert sent["betas"] == ["mcp-client-2025-11-20"]
    both = asked("--mcp https://b.example/x -o 'betas=[\"one\"]'").sent
    assert both["betas"] == ["one", "mcp-client-2025-11-20"]


def test_a_chat_in_which_an_mcp_server_was_asked_keeps_the_header():
    use = {"type": "mcp_tool_use", "id": "m", "name": "n", "server_name": "s", "input": {}}
    history = [{"role": "user", "content": "a"}, {"role": "assistant", "content": [use]}]
    assert asked("", history=history).sent["betas"] == ["mcp-client-2025-11-20"]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("http://mcp.example.com", "https://"),
        ("mcp.example.com", "https://"),
        ("https://", "https://"),
        ("https://user:hunter2@mcp.example.com/", "password"),
        ("https://mcp.example.com/?token=hunter2", "CLAUDE_NB_MCP_TOKEN"),
        ("https://[bad", "https://"),
        ("a=https://x.example/,a=https://y.example/", "two servers"),
        ("https://x.example/a,https://x.example/b", "two servers"),
        (",", "takes addresses"),
        ("a.b c=https://x.example/", "letters"),
    ],
)
def test_addresses_that_are_no_mcp_servers_are_refused_without_their_secrets(value, why):
    with pytest.raises(InputError, match=why) as refused:
        asked(f"--mcp '{value}'")
    assert "hunter2" not in str(refused.value)


def test_a_tool_can_be_chosen_by_its_name():
    def add(a: int) -> int:
        return a

    assert asked("--tools add --tool-choice add", add=add).sent["tool_choice"] == {
        "type": "tool",
        "name": "add",
    }
    assert asked("--search --tool-choice none").sent["tool_choice"] == {"type": "none"}
    with pytest.raises(InputError, match="there are: auto, any, none, web_search"):
        asked("--search --tool-choice add")
    with pytest.raises(InputError, match="needs tools"):
        asked("--tool-choice any")
    with pytest.raises(InputError, match="cannot be forced"):
        asked("--search --tool-choice any -m sonnet-5.5")


def test_citations_are_switched_on_in_documents_and_stay_on():
    document = asked("--cite -a notes", notes="The sky is blue.").asked
    assert document["content"][0]["citations"] == {"enabled": True}
    history = [document, {"role": "assistant", "content": "Blue."}]
    later = asked("-a more", history=history, more="Grass is green.").asked
    assert later["content"][0]["citations"] == {"enabled": True}
    assert "citations" not in asked("-a notes", notes="x").asked["content"][0]


def test_citing_needs_something_to_cite_and_no_schema():
    with pytest.raises(InputError, match="nothing to cite"):
        asked("--cite")
    with pytest.raises(InputError, match="leave out --cite or --schema"):
        asked("--cite --schema s -a n", n="x", s={"type": "object", "additionalProperties": False})


def test_ones_own_search_results_are_attached_as_they_are():
    one = claude_nb.search_result("Guide", "https://a.example/guide", ["One.", " ", "Two."])
    assert [part["text"] for part in one["content"]] == ["One.", "Two."]
    content = asked("-a found", found=[one, one]).asked["content"]
    assert content[:2] == [one, one]
    json.dumps(content)
    with pytest.raises(InputError, match="has no text"):
        claude_nb.search_result("Guide", "x", " ")


def test_helpers_make_the_same_definitions_for_the_client():
    assert claude_nb.web_search(max_uses=2, allowed_domains="a.example") == {
        "type": "web_search_20260318",
        "name": "web_search",
        "max_uses": 2,
        "allowed_domains": ["a.example"],
    }
    place = claude_nb.web_search(user_location={"city": "Bonn"})["user_location"]
    assert place == {"type": "approximate", "city": "Bonn"}
    assert claude_nb.web_fetch(model="haiku-4.5")["type"] == "web_fetch_20250910"
    assert claude_nb.code_execution(model="haiku-4.5")["type"] == "code_execution_20250825"


def test_code_goes_on_in_its_container_and_only_code_does():
    def sent(line):
        options = Options(**parse_line(line))
        return compose(options, "hi", variables={}, container="c1").sent

    assert sent("--run-code")["container"] == "c1"
    assert sent("--run-code -o container=c2")["container"] == "c2"
    assert "container" not in sent("--search")


def test_a_memory_folder_must_have_a_place(tmp_path):
    (tool,) = tools(f"--memory '{tmp_path / 'notes'}'")
    assert tool == {"type": "memory_20250818", "name": "memory"}
    assert not (tmp_path / "notes").exists()
    (tmp_path / "file").write_text("x")
    for wrong in (tmp_path / "file", tmp_path / "no" / "where"):
        with pytest.raises(InputError, match="--memory"):
            tools(f"--memory '{wrong}'")
