"""How long pages take on the demonstration's data: each against a bare view of the same server.

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
from pathlib import Path

ROOT = Path(__file__).parents[1]
BAR_FIRST_PAGE = 1.0  # seconds
PAGES = {
    "cockpit": "/",
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
    print(f"{'page':32} {'median':>9} {'p95':>9} {'bare view':>10} {'ratio':>7}")
    for row in rows:
        print(
            f"{row['name']:32} {row['value'] * 1000:7.1f}ms {row['p95'] * 1000:7.1f}ms "
            f"{row['peer_value'] * 1000:8.1f}ms {row['ratio']:6.1f}x"
        )
    print(f"bar: first page within {BAR_FIRST_PAGE} s")
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}, indent=1))


def measure(folder: Path, times: int) -> list[dict[str, object]]:
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


def fetch_all(address: str, times: int) -> list[dict[str, object]]:
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
    bare = timed(browser, f"{address}/healthz", times)
    rows = [row("first page after signing in", [first], bare)]
    rows += [row(name, timed(browser, address + path, times), bare) for name, path in PAGES.items()]
    return rows


def timed(browser: urllib.request.OpenerDirector, address: str, times: int) -> list[float]:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        browser.open(address).read()
        taken.append(time.perf_counter() - started)
    return taken


def row(name: str, taken: list[float], bare: list[float]) -> dict[str, object]:
    value, peer = statistics.median(taken), statistics.median(bare)
    return {
        "name": name,
        "value": value,
        "p95": sorted(taken)[int(len(taken) * 0.95)] if len(taken) > 1 else value,
        "unit": "s",
        "peer": "/healthz of the same server",
        "peer_value": peer,
        "ratio": value / peer,
    }


if __name__ == "__main__":
    main()
