"""What lies beyond plain messages, with the official SDK: files, server tools, MCP, citations.

Runs in an environment that has the SDK and not this project: ``python sdk_beta.py URL``.
"""

# ruff: noqa: T201, PT017 - a program: it reports by printing, and has no pytest

import io
import pathlib
import sys
import tempfile

import anthropic
from anthropic import Anthropic
from anthropic.tools.memory import BetaLocalFilesystemMemoryTool
from anthropic.types import CitationCharLocation, CitationsWebSearchResultLocation
from anthropic.types.beta import BetaMCPToolResultBlock

MODEL = "claude-sonnet-4-6"
PNG_START = b"\x89PNG"
client = Anthropic(api_key="test-key", base_url=sys.argv[1], max_retries=0)
SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 3}
FETCH = {"type": "web_fetch_20250910", "name": "web_fetch", "citations": {"enabled": True}}
CODE = {"type": "code_execution_20250825", "name": "code_execution"}
PAUSE = {"x-emulator-fault": "pause-turn"}


def ask(content, **more):
    return {
        "model": MODEL,
        "max_tokens": 2048,
        "messages": [{"role": "user", "content": content}],
        **more,
    }


def same(body):
    """Return the answer, which is the same plain, streamed by hand and by the helper."""
    whole = client.messages.create(**body)
    with client.messages.stream(**body) as stream:
        helped = stream.get_final_message()
    assert [b.to_dict() for b in helped.content] == [b.to_dict() for b in whole.content]
    assert helped.usage.server_tool_use == whole.usage.server_tool_use
    return whole


def of(message, kind):
    return next(block for block in message.content if block.type == kind)


def files(resource):
    file = resource.upload(
        file=("notes.txt", io.BytesIO(b"The tower is 57 metres high."), "text/plain")
    )
    assert (file.filename, file.size_bytes, file.downloadable) == ("notes.txt", 28, False)
    assert resource.retrieve_metadata(file.id) == file
    assert file.id in [found.id for found in resource.list(limit=1)]
    source = {"type": "file", "file_id": file.id}
    document = {"type": "document", "source": source, "citations": {"enabled": True}}
    answer = client.messages.create(**ask([document, {"type": "text", "text": "How high?"}]))
    citation = next(c for b in answer.content for c in getattr(b, "citations", None) or ())
    assert isinstance(citation, CitationCharLocation)
    assert citation.file_id == file.id
    try:
        resource.download(file.id)
    except anthropic.BadRequestError as error:
        assert "not downloadable" in str(error)
    assert resource.delete(file.id).type == "file_deleted"
    try:
        resource.retrieve_metadata(file.id)
    except anthropic.NotFoundError:
        return
    raise AssertionError("a deleted file was found")


def general_files():
    files(client.files)


def beta_files():
    files(client.beta.files)


def web_search():
    message = same(ask("Search the web for tides", tools=[SEARCH]))
    assert of(message, "web_search_tool_result").content[0].type == "web_search_result"
    citation = next(c for b in message.content for c in getattr(b, "citations", None) or ())
    assert isinstance(citation, CitationsWebSearchResultLocation)
    assert message.usage.server_tool_use.web_search_requests == 1
    turns = [
        *ask("Search the web for tides")["messages"],
        {"role": "assistant", "content": message.content},
    ]
    again = [*turns, {"role": "user", "content": "Thank you"}]
    assert client.messages.create(**ask("", tools=[SEARCH]) | {"messages": again}).content


def web_fetch():
    message = same(ask("Read https://science.example.org/tides", tools=[FETCH]))
    document = of(message, "web_fetch_tool_result").content.content
    assert document.source.data.startswith("Tides")


def code_execution():
    message = same(ask("Plot 3, 5 and 8 as a chart", tools=[CODE]))
    result = of(message, "bash_code_execution_tool_result").content
    assert result.return_code == 0
    assert message.container.id
    data = client.files.download(result.content[0].file_id)
    assert data.read().startswith(PNG_START)


def mcp():
    server = {"type": "url", "name": "lab", "url": "https://mcp.example.org"}
    body = ask("Ask the lab about tides", mcp_servers=[server])
    body |= {"tools": [{"type": "mcp_toolset", "mcp_server_name": "lab"}]}
    message = client.beta.messages.create(**body, betas=["mcp-client-2025-11-20"])
    assert isinstance(of(message, "mcp_tool_result"), BetaMCPToolResultBlock)
    with client.beta.messages.stream(**body, betas=["mcp-client-2025-11-20"]) as stream:
        final = stream.get_final_message()
    assert [block.type for block in final.content] == [block.type for block in message.content]


def context_management():
    edits = [{"type": "clear_tool_uses_20250919"}]
    betas = ["context-management-2025-06-27"]
    body = ask("hi", context_management={"edits": edits})
    assert client.beta.messages.create(**body, betas=betas).context_management.applied_edits == []
    del body["max_tokens"]
    counted = client.beta.messages.count_tokens(**body, betas=betas)
    assert counted.context_management.original_input_tokens == counted.input_tokens


def pause_turn():
    body = ask("Search the web for tides", tools=[SEARCH])
    paused = client.messages.create(**body, extra_headers=PAUSE)
    assert paused.stop_reason == "pause_turn"
    turn = {"role": "assistant", "content": paused.content}
    rest = client.messages.create(**body | {"messages": [*body["messages"], turn]})
    assert rest.stop_reason == "end_turn"


def memory_tool():
    with tempfile.TemporaryDirectory() as folder:
        tool = BetaLocalFilesystemMemoryTool(base_path=folder)
        for prompt, told in [
            ("Remember that my tea is green.", "notes.md"),
            ("What do you remember?", "notes.md"),
        ]:
            body = ask(prompt, tools=[tool])
            final = client.beta.messages.tool_runner(**body, thread=False).until_done()
            assert told in "".join(b.text for b in final.content if b.type == "text"), final
        (kept,) = pathlib.Path(folder).rglob("notes.md")
        assert "tea is green" in kept.read_text("utf-8")


for feature in (
    general_files,
    beta_files,
    web_search,
    web_fetch,
    code_execution,
    mcp,
    context_management,
    pause_turn,
    memory_tool,
):
    feature()
    print("ok", feature.__name__)
