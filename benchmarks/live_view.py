"""Measure how fast, how smooth and how large a streaming answer is in a real JupyterLab page.

    make bench                         every case
    python benchmarks/live_view.py first small        some of: first small large peers pace

A real browser, server, kernel and emulator, all on this machine and so on one clock. The time of
a mark is from the moment its bytes were handed to the emulator's socket to the first task in the
page after the frame that shows it.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "tests"), str(HERE.parent / "tests" / "browser")]

from answers import DENSE, SECTION, marks, pieces  # noqa: E402 (found through the path set above)
from jupyter_rig import Lab, launch, new_page  # noqa: E402
from jupyter_server import JupyterServer  # noqa: E402
from playwright.sync_api import CDPSession, sync_playwright  # noqa: E402
from tornado.http1connection import HTTP1Connection  # noqa: E402

from claude_nb.emulator import Answer, serve  # noqa: E402

RUNS = 10
DEADLINE = 300.0  # seconds a case may take
ASK = "%%claude --max-tokens 60000 --no-history\n{}"
PEERS = """\
from IPython.display import Markdown, display
from claude_nb import Anthropic
question = {{"role": "user", "content": "{}"}}
text, handle = "", display(Markdown(""), display_id=True)
with Anthropic().messages.stream(
    model="claude-sonnet-4-6", max_tokens=60000, messages=[question]
) as stream:
    for delta in stream.text_stream:
        text += delta
        handle.update(Markdown(text))
"""
CASES = {  # name: (deltas, deltas a second, characters a delta)
    "first": (120, 60, 4),
    "small": (5_000, 500, 4),
    "large": (50_000, 2_500, 4),
    "peers": (500, 100, 23),  # 8,000 characters
    "pace": (0, 0, 4),  # all of the next
    "10": (80, 10, 4),
    "30": (180, 30, 4),
    "60": (300, 60, 4),
    "150": (600, 150, 4),
}
PACES = ("10", "30", "60", "150")
CHATLAS = """\
import sys
if {0!r} not in sys.path:
    sys.path.append({0!r})
from os import environ
from chatlas import ChatAnthropic
talk = ChatAnthropic(model="claude-sonnet-4-6", api_key="bench", max_tokens=60_000,
                     kwargs=dict(base_url=environ["ANTHROPIC_BASE_URL"]))
_ = talk.chat("{{}}", echo="output")
"""


@dataclass
class Figures:
    """What one run showed."""

    text: str
    latency: list[float]  # seconds, of each mark that was shown, in order
    states: int
    steps: float  # states a second, while the text grew
    bytes: int
    live: int  # of those, what live updates took
    final: int  # and what the output that stays took
    marks: list[int]
    shift: float  # of the layout, from the swap of live for saved on
    longest_frame: float  # seconds, in the second half
    longest_growing: float  # seconds, while the text grew
    busy: float  # seconds of the page's main thread

    @property
    def whole(self) -> str:
        """Say whether every mark is on the page once, in order."""
        wanted = marks(self.text)
        if self.marks == wanted:
            return f"all {len(wanted)} marks once, in order"
        return f"{len(set(self.marks))} of {len(wanted)} marks, {len(self.marks)} in all"


class Bench:
    """A page, and an emulator that knows when it wrote what."""

    def __init__(self, lab: Lab, url: str, written: dict[int, float]) -> None:
        self.lab = lab
        self._written = written
        self._metrics: CDPSession = lab.page.context.new_cdp_session(lab.page)
        self._metrics.send("Performance.enable")
        lab.open(
            [
                f"%load_ext claude_nb\n%env ANTHROPIC_BASE_URL={url}\n%env ANTHROPIC_API_KEY=bench",
                "",
            ]
        )
        lab.page.evaluate((HERE / "probe.js").read_text(encoding="utf-8"))
        lab.run(0)

    def run(self, case: str, source: str = ASK) -> Figures:
        """Stream the answer of `case` into cell 1 and measure."""
        self._written.clear()
        self.lab.set_source(1, source.format(case))
        self.lab.page.evaluate("probe.start(1)")
        self.lab.ws_bytes, busy = 0, self._busy()
        self.lab.ws_kinds.clear()
        self.lab.run(1, wait=False)
        self.lab.wait(1, DEADLINE)
        time.sleep(2.0)  # what the page does with an answer that has just ended counts, too
        seen = self.lab.page.evaluate("probe.stop(1)")
        return self._figures("".join(answer(case).blocks[0]["deltas"]), seen, busy)

    def _figures(self, text: str, seen: dict, busy: float) -> Figures:
        shown = {number: at / 1000 for number, at in seen["seen"]}
        middle = statistics.mean(self._written.values())
        first, last = min(shown.values()), max(shown.values())
        frames = [(at / 1000, took / 1000) for at, took in seen["frames"]]
        return Figures(
            text=text,
            latency=[shown[n] - at for n, at in sorted(self._written.items()) if n in shown],
            states=len(seen["states"]),
            steps=sum(first < at / 1000 <= last for at, _ in seen["states"]) / (last - first),
            bytes=self.lab.ws_bytes,
            live=self.lab.ws_kinds["comm_msg"],
            final=self.lab.ws_kinds["update_display_data"],
            marks=seen["marks"],
            shift=sum(value for at, value in seen["shifts"] if at >= (seen["swapped"] or at)),
            longest_frame=max(took for at, took in frames if at > middle),
            longest_growing=max(took for at, took in frames if first < at <= last),
            busy=self._busy() - busy,
        )

    def _busy(self) -> float:
        metrics = self._metrics.send("Performance.getMetrics")["metrics"]
        return next(m["value"] for m in metrics if m["name"] == "TaskDuration")


def answer(case: str) -> Answer:
    """Return the answer that the emulator gives to the prompt `case`."""
    count, rate, width = CASES[case]
    section = DENSE if case in PACES else SECTION
    block = {"type": "text", "deltas": pieces(count, width, section)}
    return Answer([block], tokens_per_second=rate)


def asked(params: dict) -> Answer:
    """Return the answer to a request, whose last message is the name of a case."""
    content = params["messages"][-1]["content"]
    return answer((content if isinstance(content, str) else content[-1]["text"]).strip())


@contextmanager
def emulator() -> Iterator[tuple[str, dict[int, float]]]:
    """Serve the cases; give the address, and a dict of mark -> when it was written."""
    written: dict[int, float] = {}
    write = HTTP1Connection.write

    def timed(self: HTTP1Connection, chunk: bytes) -> object:
        now = time.time()
        for number in marks(chunk.decode()):
            written.setdefault(number, now)
        return write(self, chunk)

    HTTP1Connection.write = timed
    with serve(answer=asked) as server:
        yield server.url, written
    HTTP1Connection.write = write


@contextmanager
def bench() -> Iterator[Bench]:
    """Start everything."""
    with (
        tempfile.TemporaryDirectory() as home,
        emulator() as (url, written),
        JupyterServer(Path(home)) as server,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        yield Bench(Lab(new_page(browser), server, lambda: server), url, written)
        browser.close()


def ms(seconds: float) -> str:
    """Format a duration."""
    return f"{seconds * 1000:,.0f} ms"


def p95(values: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def row(name: str, value: str, wanted: str = "") -> None:
    """Print one line of the table."""
    print(f"{name:<46} {value:<34} {wanted}", flush=True)


def first(rig: Bench) -> None:
    """Ten answers of two seconds: the first token, and how often the text grows."""
    rig.run("first")  # the first of all loads the widget
    runs = [rig.run("first") for _ in range(RUNS)]
    delays = [figures.latency[0] for figures in runs]
    row("first mark on the page, median of 10", ms(statistics.median(delays)), "at most 150 ms")
    row("  each", " ".join(f"{delay * 1000:.0f}" for delay in delays))
    row("growing states in 2 s, fewest of 10", str(min(f.states for f in runs)), "at least 10")


def stream(rig: Bench, case: str, slowest: float) -> Figures:
    """Print the figures of one long answer."""
    count, rate, _ = CASES[case]
    figures = rig.run(case)
    print(f"\n{count:,} deltas at {rate:,} a second, {len(figures.text):,} characters")
    row("lost or repeated", figures.whole, "none")
    row("emission to page, median", ms(statistics.median(figures.latency)))
    row("emission to page, 95 %", ms(p95(figures.latency)), f"at most {slowest:.0f} ms")
    size = len(figures.text)
    row("WebSocket bytes a character", f"{figures.bytes / size:.2f}", "at most 4")
    row("  live updates, final output", f"{figures.live / size:.2f}, {figures.final / size:.2f}")
    row("longest frame in the second half", ms(figures.longest_frame), "at most 250 ms")
    row("main thread, for each delta", f"{figures.busy / count * 1e6:.0f} µs")
    row("layout shift of the end", f"{figures.shift:.3f}", "at most 0.05")
    return figures


def peers(rig: Bench) -> None:
    """One answer both ways: ours, and the whole Markdown sent again at each delta."""
    first, ours, theirs = rig.run("peers"), rig.run("peers"), rig.run("peers", PEERS)
    print(
        f"\n{len(ours.text):,} characters in 500 deltas: here | update_display(Markdown) each time"
    )
    for name, value in (
        ("WebSocket bytes", lambda f: f"{f.bytes:,}"),
        ("emission to page, 95 %", lambda f: ms(p95(f.latency))),
        ("main thread", lambda f: ms(f.busy)),
        ("marks", lambda f: f.whole),
    ):
        row(name, f"{value(ours)} | {value(theirs)}")
    row("bytes, ours to theirs", f"1 to {theirs.bytes / ours.bytes:.1f}", "at least 1 to 30")
    row("  where the page had no answer before", f"1 to {theirs.bytes / first.bytes:.1f}")


def paces(rig: Bench) -> None:
    """Answers at the pace of real models, here and the ways of others."""
    rig.run("60")
    ways = {"here": ASK, "update_display(Markdown)": PEERS}
    if packages := os.environ.get("CHATLAS"):
        ways["chatlas"] = CHATLAS.format(packages)
    for case in PACES:
        print(f"\n{CASES[case][0]} tokens at {case} a second: {' | '.join(ways)}")
        every = [rig.run(case, source) for source in ways.values()]
        for name, value, wanted in (
            ("steps of growth a second", lambda f: f"{f.steps:.1f}", "at least 20"),
            ("emission to page, median", lambda f: ms(statistics.median(f.latency)), ""),
            ("emission to page, 95 %", lambda f: ms(p95(f.latency)), "at most 120 ms"),
            ("longest frame", lambda f: ms(f.longest_growing), ""),
            ("WebSocket bytes", lambda f: f"{f.bytes:,}", ""),
            ("main thread", lambda f: ms(f.busy), ""),
            ("marks", lambda f: f.whole, ""),
        ):
            row(name, " | ".join(map(value, every)), wanted)


def main() -> None:
    """Run the cases named on the command line, or all."""
    chosen = sys.argv[1:] or list(CASES)
    with bench() as rig:
        if "first" in chosen:
            first(rig)
        small = stream(rig, "small", 250) if "small" in chosen else None
        large = stream(rig, "large", 120) if "large" in chosen else None
        if small and large:
            ratio = (large.busy / 50_000) / (small.busy / 5_000)
            row("main thread for each delta, against 5,000", f"{ratio:.2f}", "at most 1.5")
        if "peers" in chosen:
            peers(rig)
        if "pace" in chosen:
            paces(rig)


if __name__ == "__main__":
    main()
