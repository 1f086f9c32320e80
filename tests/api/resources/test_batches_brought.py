"""What people bring to batches: ids that are none, numbers of numpy, results that are cut off."""

from __future__ import annotations

import json

import numpy as np
import pytest
from asked import PROMPT
from scripted_server import CLOSE, chunk, head, reply
from test_batches import LINES, batch

from claude_nb.api import errors

BAD_IDS = {
    "too long": ("a" * 65, ValueError, r"'a+… \(65 characters\) must have 1 to 64 characters"),
    "an accent": ("é", ValueError, "'é' must have"),
    "a blank": ("row 3", ValueError, "'row 3' must have"),
    "nothing": ("", ValueError, "'' must have"),
    "a line end": ("row\n", ValueError, "must have"),
    "a number": (5, TypeError, "5 is no text, but must be one, such as 'row-3'"),
    "a number of numpy": (np.int64(5), TypeError, "5.* is no text"),
    "none": (None, TypeError, "None is no text"),
    "one that is there": ("row-1", ValueError, r"is that of requests\[1\] too"),
}


@pytest.mark.parametrize(("bad", "kind", "says"), BAD_IDS.values(), ids=BAD_IDS)
async def test_a_bad_id_is_named_with_its_number_before_anything_is_sent(
    client, server, bad, kind, says
):
    rows = [{"custom_id": f"row-{number}", "params": PROMPT} for number in range(3)]
    rows += [{"custom_id": bad, "params": PROMPT}, *({"custom_id": f"later-{n}"} for n in range(9))]
    with pytest.raises(kind, match=rf"^requests\[3\]: custom_id .*{says}"):
        await client.messages.batches.create(requests=rows)
    assert server.requests == []


async def test_good_ids_are_sent(client, server):
    server.script(reply(200, batch()))
    rows = [{"custom_id": each, "params": PROMPT} for each in ("a" * 64, "A-b_9", "0")]
    await client.messages.batches.create(requests=rows)
    sent = json.loads(server.requests[0].body)["requests"]
    assert [row["custom_id"] for row in sent] == ["a" * 64, "A-b_9", "0"]


async def test_numbers_of_numpy_are_numbers(client, server):
    server.script(reply(200, batch()))
    params = {**PROMPT, "max_tokens": np.int64(7), "temperature": np.float32(0.5)}
    params["metadata"] = {"on": np.bool_(True), "all": np.arange(2), "one": np.array(3)}  # noqa: FBT003
    await client.messages.batches.create(requests=[{"custom_id": "a", "params": params}])
    (sent,) = json.loads(server.requests[0].body)["requests"]
    assert sent["params"]["max_tokens"] == 7
    assert sent["params"]["temperature"] == 0.5
    assert sent["params"]["metadata"] == {"on": True, "all": [0, 1], "one": 3}


async def test_what_has_no_form_in_json_is_named_with_its_place(client, server):
    rows = [{"custom_id": f"row-{number}", "params": PROMPT} for number in range(3)]
    rows[2] = {"custom_id": "row-2", "params": {**PROMPT, "stop_sequences": ["a", object()]}}
    says = r"A object cannot be sent.* It is at requests\[2\]\.params\.stop_sequences\[1\]\."
    with pytest.raises(TypeError, match=says):
        await client.messages.batches.create(requests=rows)


async def read(client):
    rows = []
    try:
        async for row in await client.messages.batches.results("msgbatch_1", timeout=5):
            rows.append(row)  # noqa: PERF401 - kept up to the error
    except errors.APIError as error:
        return rows, error
    return rows, None


@pytest.mark.parametrize("cut", [LINES[:-20], LINES])
async def test_results_that_are_cut_say_how_many_came_and_how_to_go_on(client, server, cut):
    steps = [head(transfer_encoding="chunked"), chunk(cut), CLOSE]
    server.script(reply(200, batch(results_url=server.url)), steps)
    rows, error = await read(client)
    assert isinstance(error, errors.APIConnectionError)
    assert f"{len(rows)} results came whole." in str(error)
    assert "call results() once more" in str(error)


async def test_results_that_end_within_a_row_say_so_too(client, server):
    server.script(reply(200, batch(results_url=server.url)), reply(200, LINES[:-20]))
    rows, error = await read(client)
    assert isinstance(error, errors.MalformedStreamError)
    assert f"{len(rows)} results came whole." in str(error)


@pytest.mark.parametrize("body", [b"", b"\n\n"])
async def test_results_without_a_row_are_an_error(client, server, body):
    server.script(reply(200, batch(results_url=server.url)), reply(200, body))
    rows, error = await read(client)
    assert rows == []
    assert isinstance(error, errors.MalformedStreamError)
    assert "The results are empty" in str(error)
