"""How long pages take on the demonstration's data: the first against its bar, each other against a
bare view of the same server.

    python benchmarks/pages.py [--quick] [--json FILE]

A temporary demonstration is filled and served by granian with one process, as `make demo` does;
the pages are fetched one after another over loopback, signed in as the plan office.
"""

import argparse
import http.cookiejar
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BAR_FIRST_PAGE = 1.0  # seconds
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
        rows = measure(Path(folder), 5 if options.quick else 50)
    print(f"{'page':32} {'median':>9} {'p95':>9} {'against':>9} {'p95':>9} {'ratio':>7} {'p95':>7}")
    for row in rows:
        print(
            f"{row['name']:32} {_ms(row['value'])} {_ms(row['p95'])} {_ms(row['peer_value'])} "
            f"{_ms(row['peer_p95'])} {row['ratio']:6.2f}x {row['p95_ratio']:6.2f}x"
        )
    print(f"The first page stands against its bar of {BAR_FIRST_PAGE} s, the others against a bare")
    print("view (/healthz) of the same server, fetched in the same run.")
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}, indent=1))


def measure(folder: Path, times: int) -> list[dict[str, Any]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
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
    server = subprocess.Popen(
        [*command, "serve", "--port", str(port), "--workers", "1"], env=environment, cwd=ROOT
    )
    try:
        return fetch_all(f"http://127.0.0.1:{port}", times)
    finally:
        server.terminate()
        server.wait(timeout=30)


def fetch_all(address: str, times: int) -> list[dict[str, Any]]:
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
    fields = {"csrfmiddlewaretoken": token[1], "username": "demo-plan-office"}
    form = urllib.request.Request(
        f"{address}/demo/sign-in/",
        urllib.parse.urlencode(fields).encode(),
        {"Referer": address},
    )
    started = time.perf_counter()
    browser.open(form).read()
    first = time.perf_counter() - started
    rows = [row("first page after signing in", [first], [BAR_FIRST_PAGE], "the bar")]
    for name, path in PAGES.items():
        taken, bare = timed(browser, (address + path, f"{address}/healthz"), times)
        rows.append(row(name, taken, bare, "/healthz of the same server"))
    return rows


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
