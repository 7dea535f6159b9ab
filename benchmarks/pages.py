"""How long pages take on the demonstration's data: the first against its bar, each other against a
bare view of the same server, and the cockpit with 50 people at once.

    python benchmarks/pages.py [--quick] [--json FILE]

A temporary demonstration is filled and served by granian with one process, as `make demo` does;
the pages are fetched one after another over loopback, signed in as the plan office. Then two
processes serve 50 people, each with a session of their own, who look at the cockpit again and
again, one to three seconds apart, while a figure is reported every ten seconds.
"""

import sys

# What lies beside this file is not what others mean by `statistics`.
sys.path.pop(0)

import argparse
import asyncio
import http.cookiejar
import json
import os
import random
import re
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BAR_FIRST_PAGE = 1.0  # seconds
BAR_LOADED = 0.150  # seconds, 95 of 100 cockpits with 50 people
PEOPLE = 50
PAUSE = (1.0, 3.0)  # seconds between two looks of one person
CAST = ("demo-plan-office", "demo-leader", "demo-reviewer", "demo-liaison")
PAGES = {
    "cockpit": "/",
    "wall": "/?wall=1",
    "areas": "/areas/",
    "one area": "/areas/320902/",
    "metrics": "/data/metrics/",
    "duties of one organisation": "/duties/" + urllib.parse.quote("市数据局") + "/",
    "findings": "/findings/",
    "search": "/search/?q=" + urllib.parse.quote("算力"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="5 fetches a page instead of 50")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shucheng-bench-") as folder:
        rows = measure(Path(folder), 5 if options.quick else 50, 10 if options.quick else 60)
    print(f"{'page':32} {'median':>9} {'p95':>9} {'against':>9} {'p95':>9} {'ratio':>7} {'p95':>7}")
    for row in rows:
        print(
            f"{row['name']:32} {_ms(row['value'])} {_ms(row['p95'])} {_ms(row['peer_value'])} "
            f"{_ms(row['peer_p95'])} {row['ratio']:6.2f}x {row['p95_ratio']:6.2f}x"
        )
    print(f"The first page stands against its bar of {BAR_FIRST_PAGE} s, the others against a bare")
    print("view (/healthz) of the same server, fetched in the same run.")
    print(f"With {PEOPLE} people: 95 of 100 cockpits within {BAR_LOADED * 1000:.0f} ms.")
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}, indent=1))
    if any(not row.get("holds", True) for row in rows):
        raise SystemExit("A bar was missed.")


def measure(folder: Path, times: int, seconds: float) -> list[dict[str, Any]]:
    environment = {
        **os.environ,
        "SHUCHENG_DATA": str(folder),
        "SHUCHENG_DEMO": "1",
        "SHUCHENG_HTTPS": "0",
        "SHUCHENG_REQUIRE_SECOND_FACTOR": "0",
        "SHUCHENG_LOG_LEVEL": "WARNING",
        "SHUCHENG_CITY": str(ROOT / "cities" / "yancheng"),
    }
    command = [sys.executable, "-m", "shucheng.cli"]
    subprocess.run([*command, "demo", "--no-serve"], env=environment, check=True, cwd=ROOT)
    with served(command, environment, workers=1) as address:
        rows = fetch_all(address, times)
    with served(command, environment, workers=2) as address:
        return rows + loaded(address, seconds, environment)


@contextmanager
def served(command: Sequence[str], environment: dict[str, str], workers: int) -> Iterator[str]:
    """The address of a server that runs meanwhile."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [*command, "serve", "--port", str(port), "--workers", str(workers)],
        env=environment,
        cwd=ROOT,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def fetch_all(address: str, times: int) -> list[dict[str, Any]]:
    browser, _jar, first = signed_in(address, "demo-plan-office")
    rows = [row("first page after signing in", [first], [BAR_FIRST_PAGE], "the bar")]
    for name, path in PAGES.items():
        taken, bare = timed(browser, (address + path, f"{address}/healthz"), times)
        rows.append(row(name, taken, bare, "/healthz of the same server"))
    return rows


def signed_in(
    address: str, username: str
) -> tuple[urllib.request.OpenerDirector, http.cookiejar.CookieJar, float]:
    """A browser, its cookies, and the seconds until the first page was there."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    for _ in range(200):
        try:
            page = browser.open(f"{address}/accounts/login/", timeout=5).read().decode()
            break
        except OSError:
            time.sleep(0.2)
    else:
        raise SystemExit("the server did not answer")
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    fields = {"csrfmiddlewaretoken": token[1], "username": username}
    form = urllib.request.Request(
        f"{address}/demo/sign-in/",
        urllib.parse.urlencode(fields).encode(),
        {"Referer": address},
    )
    started = time.perf_counter()
    browser.open(form).read()
    return browser, jar, time.perf_counter() - started


def loaded(address: str, seconds: float, environment: dict[str, str]) -> list[dict[str, Any]]:
    """The cockpit and a bare view with everybody looking at them."""
    cookies = []
    for number in range(PEOPLE):
        _browser, jar, _first = signed_in(address, CAST[number % len(CAST)])
        cookies.append("; ".join(f"{cookie.name}={cookie.value}" for cookie in jar))
    port = int(address.rsplit(":", 1)[1])
    asyncio.run(crowd(port, "/", cookies, 4.0))  # every process has rendered it once
    bare = asyncio.run(crowd(port, "/healthz", cookies, seconds / 2))
    with reporting(environment):
        taken = asyncio.run(crowd(port, "/", cookies, seconds))
    found = row(f"cockpit, {PEOPLE} people", taken, bare, "/healthz of the same server")
    holds = found["p95"] <= BAR_LOADED
    return [found | {"bar": BAR_LOADED, "holds": holds, "requests": len(taken)}]


@contextmanager
def reporting(environment: dict[str, str]) -> Iterator[None]:
    """Meanwhile somebody reports a figure every ten seconds, so that pages are made anew."""
    reporter = subprocess.Popen([sys.executable, "-c", REPORTER], env=environment, cwd=ROOT)
    try:
        yield
    finally:
        reporter.terminate()
        reporter.wait(timeout=30)


REPORTER = """
import os, time
os.environ["DJANGO_SETTINGS_MODULE"] = "shucheng.web.settings"
import django
django.setup()
from shucheng.kernel.public import ObservationInput, record_observations, system_actor
for number in range(1000):
    period = f"{2010 + number // 12}-{number % 12 + 1:02}"
    rows = [ObservationInput("core_revenue", "320902", period, 10)]
    record_observations(rows, actor=system_actor("job"))
    time.sleep(10)
"""


async def crowd(port: int, path: str, cookies: Sequence[str], seconds: float) -> list[float]:
    """Seconds for each answer that everybody got."""
    until = time.perf_counter() + seconds
    chance = random.Random(1)
    people = [
        person(port, path, cookie, until, random.Random(chance.random())) for cookie in cookies
    ]
    return [taken for found in await asyncio.gather(*people) for taken in found]


async def person(
    port: int, path: str, cookie: str, until: float, chance: random.Random
) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode()
    taken = []
    await asyncio.sleep(chance.uniform(0, PAUSE[1]))
    while time.perf_counter() < until:
        started = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if not head.startswith("http/1.1 200"):
            raise SystemExit(f"{path} was answered with {head.splitlines()[0]}")
        length = re.search(r"content-length: (\d+)", head)
        assert length
        await reader.readexactly(int(length[1]))
        taken.append(time.perf_counter() - started)
        await asyncio.sleep(chance.uniform(*PAUSE))
    writer.close()
    return taken


def timed(
    browser: urllib.request.OpenerDirector, addresses: Sequence[str], times: int
) -> list[list[float]]:
    """Seconds for each address, fetched in turns: what disturbs one disturbs the other."""
    taken: list[list[float]] = [[] for _ in addresses]
    for turn in range(times + 1):
        for address, found in zip(addresses, taken, strict=True):
            started = time.perf_counter()
            browser.open(address).read()
            if turn:  # the first fetch fills caches
                found.append(time.perf_counter() - started)
    return taken


def row(name: str, taken: list[float], peer: list[float], against: str) -> dict[str, Any]:
    value, bare = statistics.median(taken), statistics.median(peer)
    return {
        "name": name,
        "value": value,
        "p95": _p95(taken),
        "unit": "s",
        "peer": against,
        "peer_value": bare,
        "peer_p95": _p95(peer),
        "ratio": value / bare,
        "p95_ratio": _p95(taken) / _p95(peer),
    }


def _p95(taken: list[float]) -> float:
    return sorted(taken)[int((len(taken) - 1) * 0.95)]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:7.1f}ms"


if __name__ == "__main__":
    main()
