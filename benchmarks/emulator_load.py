"""Measure the emulator: start, 200 streams at once, a batch of 100,000, and the end.

``python benchmarks/emulator_load.py [streams [batch]]`` runs the server as a process of its own, as
a user would, and loads it over raw sockets, so that the client's cost stays small. Goals: started
and answering within 0.5 s; first event p95 under 300 ms; slowest stream at most twice the fastest;
under 500 MB for the batch; Ctrl-C ends it within 1 s with streams open.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.request

import psutil

STREAMS = int(sys.argv[1]) if len(sys.argv) > 1 else 200
BATCH = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
HEADERS = {
    "content-type": "application/json",
    "x-api-key": "benchmark",
    "anthropic-version": "2023-06-01",
}


def body(**more: object) -> bytes:
    """Return a request whose answer has some 150 tokens."""
    prompt = {"role": "user", "content": "Tell me a story about a lighthouse"}
    return json.dumps(
        {"model": "claude-sonnet-4-6", "max_tokens": 1024, "messages": [prompt], **more}
    ).encode()


def call(url: str, data: bytes | None = None, method: str | None = None) -> dict[str, object]:
    """Send one request and return the JSON of the answer."""
    request = urllib.request.Request(url, data, HEADERS, method=method)  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=600) as reply:  # noqa: S310 - loopback
        return json.load(reply)


def start(*options: str) -> tuple[subprocess.Popen[str], str, float]:
    """Start the server; return it, its URL, and the seconds until it had answered."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "claude_nb.emulator", "--port", "0", *options]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert server.stdout is not None
    url = server.stdout.readline().split(" on ")[1].split()[0]
    call(f"{url}/v1/models")
    return server, url, time.perf_counter() - began


def stop(server: subprocess.Popen[str]) -> float:
    """Press Ctrl-C; return the seconds until the process was gone."""
    began = time.perf_counter()
    server.send_signal(signal.SIGINT)
    server.wait(60)
    return time.perf_counter() - began


def cpu(server: subprocess.Popen[str]) -> float:
    """Return the CPU seconds that the server has used."""
    times = psutil.Process(server.pid).cpu_times()
    return times.user + times.system


async def stream(port: int, payload: bytes) -> tuple[float, float, int]:
    """Read one stream; return seconds to the first event, to the end, and the events."""
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    lines = {"host": f"127.0.0.1:{port}", **HEADERS, "content-length": str(len(payload))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"POST /v1/messages HTTP/1.1\r\n{head}\r\n".encode() + payload)
    data, first = bytearray(), 0.0
    while b'message_stop"}' not in data[-60:]:
        chunk = await reader.read(1 << 16)
        assert chunk, "the stream ended early"
        data += chunk
        if not first and b"event: message_start" in data:
            first = time.perf_counter() - began
    total = time.perf_counter() - began
    writer.close()
    return first, total, data.count(b"\nevent: ") + 1


async def load(port: int) -> None:
    """Run all streams at once and print what they saw."""
    payload = body(stream=True)
    results = await asyncio.gather(*(stream(port, payload) for _ in range(STREAMS)))
    firsts = sorted(first for first, _, _ in results)
    totals = [total for _, total, _ in results]
    events = sum(count for _, _, count in results)
    p95 = firsts[int(len(firsts) * 0.95)]
    print(f"first event: median {statistics.median(firsts) * 1e3:.0f} ms, p95 {p95 * 1e3:.0f} ms")
    print(
        f"streams: {min(totals):.2f} to {max(totals):.2f} s, ratio {max(totals) / min(totals):.2f}"
    )
    print(f"events: {events}, {events / max(totals):.0f} a second")


def batch(url: str, process: psutil.Process) -> None:
    """Send a batch, read its results, and print time and memory."""
    began = time.perf_counter()
    params = json.loads(body())
    entries = ({"custom_id": f"job-{n}", "params": params} for n in range(BATCH))
    payload = b'{"requests":[' + b",".join(json.dumps(e).encode() for e in entries) + b"]}"
    made = call(f"{url}/v1/messages/batches", payload)
    accepted = time.perf_counter() - began
    path = f"{url}/v1/messages/batches/{made['id']}"
    while (state := call(path))["processing_status"] != "ended":
        time.sleep(0.2)
    peak, lines = 0, 0
    request = urllib.request.Request(str(state["results_url"]), None, HEADERS)  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=600) as reply:  # noqa: S310 - loopback
        for _ in reply:
            lines += 1
            if lines % 5000 == 0:
                peak = max(peak, process.memory_info().rss)
    assert lines == BATCH
    print(
        f"batch of {BATCH:,} ({len(payload) / 1e6:.0f} MB): accepted in {accepted:.1f} s, ", end=""
    )
    print(f"results in {time.perf_counter() - began - accepted:.1f} s")
    high = _high_water(process.pid)
    print(f"server: {sum(process.cpu_times()[:2]):.1f} s of CPU in all")
    print(f"memory: {peak / 1e6:.0f} MB while results stream, highest ever {high / 1e6:.0f} MB")


def _high_water(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:  # noqa: PTH123 - Linux only
            line = next(line for line in status if line.startswith("VmHWM"))
    except OSError:
        return 0
    return int(line.split()[1]) * 1024


async def hold(port: int, count: int) -> list[asyncio.StreamWriter]:
    """Open streams that stall, and return their writers."""
    writers = []
    for _ in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        payload = body(stream=True)
        lines = {"host": "localhost", **HEADERS, "content-length": str(len(payload))}
        lines["x-emulator-fault"] = "stall"
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"POST /v1/messages HTTP/1.1\r\n{head}\r\n".encode() + payload)
        await reader.read(1000)
        writers.append(writer)
    return writers


def main() -> None:
    """Measure and print."""
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for n in range(3):
        server, url, seconds = start()
        note = " (first run may compile)" * (n == 0)
        print(f"started and answering: {seconds:.2f} s, {cpu(server):.2f} s of CPU{note}")
        stop(server)
    server, url, _ = start("--connections", str(STREAMS + 8))
    port = int(url.rsplit(":", 1)[1])
    asyncio.run(load(port))
    print(f"server: {cpu(server):.2f} s of CPU in all")
    stop(server)
    server, url, _ = start("--speed", "0")
    batch(url, psutil.Process(server.pid))
    stop(server)
    server, url, _ = start()
    port = int(url.rsplit(":", 1)[1])
    loop = asyncio.new_event_loop()
    writers = loop.run_until_complete(hold(port, 20))
    print(f"Ctrl-C with {len(writers)} streams open: {stop(server):.2f} s")
    for writer in writers:
        writer.close()
    loop.run_until_complete(asyncio.sleep(0.1))
    loop.close()


main()
