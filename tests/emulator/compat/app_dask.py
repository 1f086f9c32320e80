"""Dask: ``python app_dask.py``; two processes that ask rows, and an emulator here that counts."""

# ruff: noqa: T201 - a program: it reports by printing, and sets its environment first

import os
import tempfile
import threading
from pathlib import Path

import dask.dataframe as dd
import pandas as pd
from distributed import Client, LocalCluster

import claude_nb
from claude_nb import emulator
from claude_nb.rows import answer_rows

ROWS = pd.DataFrame({"n": range(200), "text": [f"word {n}" for n in range(200)]})
asked: list[str] = []
lock = threading.Lock()


def answer(request):
    """Say the prompt again, and count it."""
    prompt = request["messages"][-1]["content"]
    with lock:
        asked.append(prompt)
    return prompt.upper()


def right(frame) -> None:
    """Refuse a frame whose rows have not their own answers, or other columns than were told."""
    assert [*frame["answer"]] == [f"SAY WORD {n}" for n in frame["n"]]
    assert frame["error"].isna().all()


def main(url: str, folder: Path) -> None:
    """Read one frame three times, and ask another through the executor."""
    os.environ |= {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "canary"}
    cluster = LocalCluster(2, threads_per_worker=1, dashboard_address=None)
    with cluster, Client(cluster) as client:
        given = {"store": folder / "rows.sqlite3", "workers": 2, "limit": 20}
        frame = dd.from_pandas(ROWS, npartitions=4)
        meta = answer_rows(frame._meta, "Say {{text}}", **given)
        answers = frame.map_partitions(answer_rows, "Say {{text}}", **given, meta=meta)
        assert not asked
        assert len(answers) == 200
        assert answers["output_tokens"].sum().compute() > 0
        whole = answers.compute()
        right(whole)
        assert [*whole.columns] == [*meta.columns]
        assert len(asked) == len(set(asked)) == 200, len(asked)
        print("ok three reads of a frame ask each row once", len(asked))
        store = folder / "more.sqlite3"
        told = claude_nb.map(
            "Say {{text}}", ROWS, executor=client.get_executor(), store=store, limit=20
        )
        right(told.to_frame())
        assert len(asked) == 400, len(asked)
        print("ok executor", told.progress.done)
        again = claude_nb.map(
            "Say {{text}}", ROWS, executor=client.get_executor(pure=False), store=store
        )
        assert len(asked) == 400, len(asked)
        print("ok known", again.progress.known)


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as name,
        emulator.serve(tokens_per_second=0, answer=answer) as server,
    ):
        main(server.url, Path(name))
