"""What benchmarks share: arguments, rows beside a peer, the table, and whether bars hold."""

import json
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

Row = dict[str, Any]


def argument_parser(about: str | None) -> ArgumentParser:
    """`--quick` and `--json FILE`."""
    parser = ArgumentParser(description=about)
    parser.add_argument("--quick", action="store_true", help="a minute's version")
    parser.add_argument("--json", type=Path, help="write the rows to this file")
    return parser


def arguments(about: str | None, **paths: str) -> Namespace:
    """The same read; `paths` are further ones, each with its help."""
    parser = argument_parser(about)
    for name, text in paths.items():
        parser.add_argument(f"--{name}", type=Path, help=text)
    return parser.parse_args()


def folder_for(kept: Path | None) -> AbstractContextManager[Path | str]:
    """A folder for made files: the one that is kept, or one for this run alone."""
    if kept is None:
        return TemporaryDirectory(prefix="shucheng-bench-")
    kept.mkdir(parents=True, exist_ok=True)
    return nullcontext(kept)


def row(
    name: str,
    value: float,
    peer: str,
    peer_value: float,
    *,
    unit: str = "s",
    bar: float | None = None,
    at_least: bool = False,
) -> Row:
    """One line of the table. A bar is the largest ratio; `at_least` makes it the smallest."""
    told: Row = {
        "name": name,
        "value": value,
        "unit": unit,
        "peer": peer,
        "peer_value": peer_value,
        "ratio": value / max(peer_value, 1e-9),
        "bar": bar,
    }
    return told | {"at_least": True} if at_least else told


def holds(row: Row) -> bool:
    if row["bar"] is None:
        return True
    return bool(row["ratio"] >= row["bar"] if "at_least" in row else row["ratio"] <= row["bar"])


def told(rows: list[Row], file: Path | None) -> int:
    """Print the table, write the file, and give the exit code: 1 where a bar is missed."""
    wide = max(len(each["name"]) for each in rows)
    print(f"{'':{wide}} {'ours':>10} {'peer':>10} {'':8} {'ratio':>9}  {'bar':14} peer")
    for each in rows:
        bar = ""
        if each["bar"] is not None:
            least = ">= " if "at_least" in each else ""
            bar = f"{least}{each['bar']:.2f} {'ok' if holds(each) else 'MISSED'}"
        ours, peer = figure(each["value"]), figure(each["peer_value"])
        print(
            f"{each['name']:{wide}} {ours:>10} {peer:>10} {each['unit']:8} {each['ratio']:9.3f}"
            f"  {bar:14} {each['peer']}"
        )
    if file:
        file.write_text(json.dumps({"rows": rows}, indent=1, ensure_ascii=False), "utf-8")
    return 0 if all(map(holds, rows)) else 1


def figure(value: float) -> str:
    """Leaves a second are thousands, seconds of a call are millionths."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if abs(value) >= 0.001 or not value else f"{value:.7f}"


def seconds(
    work: Callable[[], Any], times: int = 1, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Seconds that one of so many takes; `time.process_time` leaves out what others do."""
    began = clock()
    for _ in range(times):
        work()
    return (clock() - began) / times


def best(work: Callable[[], Any], runs: int = 3) -> float:
    """Seconds of the best of some runs: what else the machine does can only add to it."""
    return min(seconds(work) for _ in range(runs))
