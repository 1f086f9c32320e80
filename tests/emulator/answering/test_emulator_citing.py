"""What is quoted from documents and search results stands where the citation says."""

from __future__ import annotations

import pytest
from emulator_requests import WEATHER, ask, talk
from hypothesis import given
from hypothesis import strategies as st

from claude_nb.emulator.answering import citing

ON = {"enabled": True}
TEXT = "It stands in Ulm.  The tower is 57 metres high!\nIt has 9.5 bells, e.g. two. Ä ö 🔔 end"


def text_document(text=TEXT, citations=ON, **more):
    source = {"type": "text", "media_type": "text/plain", "data": text}
    return {"type": "document", "source": source, "citations": citations, **more}


def result(title, *texts, citations=ON):
    content = [{"type": "text", "text": text} for text in texts]
    source = f"https://{title}.example.org"
    return {
        "type": "search_result",
        "title": title,
        "source": source,
        "content": content,
        "citations": citations,
    }


def asked(client, *blocks, prompt="How high is the tower?", **more):
    body = ask([*blocks, {"type": "text", "text": prompt}], **more)
    answer = client.post("/v1/messages", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["content"]


def cited(content):
    found = [(b["text"], b["citations"]) for b in content if b.get("citations")]
    return [(text, *citations) for text, citations in found]


def test_a_text_document_is_cited_by_characters(client):
    other = text_document("Nothing of use.", citations=None)
    ((text, place),) = cited(asked(client, other, text_document(title="Towers")))
    assert text == place["cited_text"] == "The tower is 57 metres high!"
    assert TEXT[place["start_char_index"] : place["end_char_index"]] == place["cited_text"]
    assert (place["document_index"], place["document_title"]) == (1, "Towers")
    assert (place["type"], place["file_id"]) == ("char_location", None)


def test_a_document_of_blocks_is_cited_by_block(client):
    parts = [{"type": "text", "text": t} for t in ("Ulm is old.", "The tower is 57 metres high.")]
    document = text_document() | {"source": {"type": "content", "content": parts}}
    ((text, place),) = cited(asked(client, document))
    assert text == "The tower is 57 metres high."
    assert (place["start_block_index"], place["end_block_index"]) == (1, 2)
    assert place["type"] == "content_block_location"


def test_search_results_are_cited_also_in_tool_results(client):
    found = [result("a", "Bells."), result("b", "Bells ring.", "The tower is 57 metres high.")]
    expected = {
        "type": "search_result_location",
        "cited_text": "The tower is 57 metres high.",
        "search_result_index": 1,
        "source": "https://b.example.org",
        "title": "b",
        "start_block_index": 1,
        "end_block_index": 2,
    }
    assert cited(asked(client, *found))[-1] == (expected["cited_text"], expected)
    use = [{"type": "tool_use", "id": "t", "name": "get_weather", "input": {"city": "Ulm"}}]
    given_back = [{"type": "tool_result", "tool_use_id": "t", "content": found}]
    body = talk("How high is the tower?", use, given_back, tools=[WEATHER])
    content = client.post("/v1/messages", json=body).json()["content"]
    assert cited(content)[-1][1] == expected


def test_a_file_is_named_in_its_citations(client):
    files = {"file": ("a.txt", TEXT.encode(), "text/plain")}
    file_id = client.post("/v1/files", files=files).json()["id"]
    document = text_document() | {"source": {"type": "file", "file_id": file_id}}
    ((_, place),) = cited(asked(client, document))
    assert place["file_id"] == file_id


@pytest.mark.parametrize("citations", [None, {}, {"enabled": False}])
def test_nothing_is_cited_where_nobody_asked_for_it(client, citations):
    assert cited(asked(client, text_document(citations=citations))) == []


def test_documents_of_earlier_turns_count_and_are_not_cited_again(client):
    first = [text_document("Ulm."), {"type": "text", "text": "Where?"}]
    second = [text_document(), {"type": "text", "text": "How high is the tower?"}]
    content = client.post("/v1/messages", json=talk(first, "Here.", second)).json()["content"]
    ((_, place),) = cited(content)
    assert place["document_index"] == 1


@given(st.text(max_size=300), st.text(max_size=30))
def test_every_quotation_is_what_stands_there(text, asked_for):
    quote = citing.best(text, asked_for)
    assert text[quote.start : quote.end] == quote.text
