"""The notebook runs, and what it shows is what it computes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "notebook.py"
NOTEBOOK = ROOT / "docs" / "examples" / "statistics.ipynb"
# Beside rounding on another machine: what a better algorithm decides otherwise.
MAY_DIFFER = "may-differ"


def outputs(document: dict[str, Any], *, all_of_them: bool) -> list[str]:
    return [
        "".join(line for output in cell["outputs"] for line in output["text"])
        for cell in document["cells"]
        if cell["cell_type"] == "code"
        and (all_of_them or MAY_DIFFER not in cell["metadata"].get("tags", ()))
    ]


@pytest.fixture(scope="module")
def ran() -> dict[str, Any]:
    """The notebook run as a program, without the web."""
    done = subprocess.run(
        [sys.executable, TOOL, NOTEBOOK], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_what_it_shows_is_what_it_computes(ran: dict[str, Any]) -> None:
    kept = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    advice = f"run .venv/bin/python tools/notebook.py {NOTEBOOK.relative_to(ROOT)} --write"
    assert outputs(ran, all_of_them=False) == outputs(kept, all_of_them=False), advice
    assert all(outputs(kept, all_of_them=True)), advice


def test_a_reader_finds_each_claim_confirmed(ran: dict[str, Any]) -> None:
    text = "\n".join(outputs(ran, all_of_them=True))
    for claim in (
        "adds up 相加恒等: True",
        "taken back 已撤销: True",
        "an attacker finds 攻击者能反推: 0",
        "若公布其一: found 可反推",
        "equal sums 合计一致: True",
    ):
        assert claim in text, claim
    # Shares that are known close the bounds, between those without.
    low, high = bounds(text, "without 无系数")
    exact = bounds(text, "with 有系数")
    assert low < exact[0] == exact[1] < high
    assert "保密" in text
    # Scores fall with the ranks, and a part is never more than the whole of a factor.
    ranked = [line.split() for line in text.splitlines() if "stable 稳健" in line]
    assert [int(each[0]) for each in ranked] == list(range(1, len(ranked) + 1))
    scores = [float(each[2]) for each in ranked]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= int(each[-1].rstrip("%")) <= 100 for each in ranked)
    factors = [line for line in text.splitlines() if "alone 单独" in line]
    assert len(factors) == 6


def bounds(text: str, name: str) -> tuple[float, float]:
    line = next(line for line in text.splitlines() if line.startswith(name))
    low, high = line.partition(": ")[2].removesuffix(" 亿元").split(" – ")
    return float(low), float(high)


def test_it_says_that_its_data_are_simulated_in_both_languages() -> None:
    first = "".join(json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"][0]["source"])
    assert "模拟" in first
    assert "simulated" in first
