"""The labels of the corpus are true to its texts, so that a wrong score is the compiler's fault."""

import json
import os
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
CITY = HERE.parents[1] / "cities" / "yancheng" / "plan.gold.json"
SHARED = Path(os.environ.get("SHUCHENG_SHARED", HERE.parents[2] / "shared"))
OFFICIAL = SHARED / "plans" / "yancheng-2025.gold.json"

FILES = [*sorted(HERE.glob("[0-9]*.json")), *sorted(HERE.glob("third/[0-9]*.json")), CITY]
COMPARATORS = {">", ">=", "=", "~", "<=", "<"}
KINDS = {"level", "cumulative", "annual", "growth"}

DATE = re.compile(
    r"[(（]?\d{4}年?\s*[—–\-至]{1,2}\s*\d{4}年[)）]?|\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?"
    r"|\d{1,2}月(?:\d{1,2}日|底|末)|每月\d{1,2}日|[〔(（]\d{4}版?[)）〕]\d+号"
)
ITEM_NUMBER = re.compile(r"^\W*(?:\d+\.)*\d+[.、 \u3000]|[(（]\d[)）]|附件[：:]?\d?")
CHAPTER = re.compile(r"^#*\s*(?:一、|第一章|1 |1\.1 )")
CHINESE_DIGIT = {c: n for n, c in enumerate("零一二三四五六七八九十")} | {"两": 2}
CHINESE_SCALE = {"十": 10, "百": 100, "千": 1000}

Labels = dict[str, Any]


def read(path: Path) -> tuple[Labels, str]:
    """The labels and the text they were made from (a source, where the plan is not plain text)."""
    labels: Labels = json.loads(path.read_text("utf-8"))
    plan = path.parent / labels["text"]
    assert plan.exists(), f"{path.name} labels a plan that is not there: {plan.name}"
    plain = plan if plan.suffix in (".txt", ".md") else HERE / "sources" / f"{path.stem}.txt"
    return labels, plain.read_text("utf-8")


def quoted(labels: Labels) -> list[Labels]:
    return [*labels["targets"], *labels["qualitative"], *labels["negatives"]]


def span(label: Labels, text: str) -> tuple[int, int]:
    if label["start"] is not None:
        return label["start"], label["end"]
    context: str = label.get("context") or label["quote"]
    start = text.index(context) + context.index(label["quote"])
    return start, start + len(label["quote"])


def ascii_digits(text: str) -> str:
    """Full-width digits made plain and thousands separators dropped."""
    return re.sub(r"(?<=\d),(?=\d{3})", "", unicodedata.normalize("NFKC", text))


def chinese_numbers(text: str) -> set[float]:
    """The numbers written in Chinese numerals below ten thousand: 五, 三十, 二百."""
    found: set[float] = set()
    for numeral in re.findall(r"[零一二三四五六七八九十两百千]+", text):
        total, digit = 0, 0
        for c in numeral:
            if c in CHINESE_SCALE:
                total += max(digit, 1) * CHINESE_SCALE[c]
                digit = 0
            else:
                digit = CHINESE_DIGIT[c]
        found.add(total + digit)
    return found


def numbers_in(text: str) -> set[float]:
    printed = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", ascii_digits(text))}
    return printed | chinese_numbers(text)


def test_there_are_at_least_ten_plans_of_every_kind_of_file() -> None:
    plans = [json.loads(path.read_text("utf-8"))["text"] for path in FILES[:-1]]
    assert len(plans) >= 10
    assert {Path(plan).suffix for plan in plans} == {".txt", ".md", ".html", ".docx", ".pdf"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_quote_stands_at_its_offsets_or_in_one_place(path: Path) -> None:
    labels, text = read(path)
    for label in quoted(labels):
        if label["start"] is not None:
            assert text[label["start"] : label["end"]] == label["quote"]
        else:
            context: str = label.get("context") or label["quote"]
            assert label["quote"] in context
            assert text.count(context) == 1, f"{context!r} does not say which one is meant"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_target_is_complete_and_its_value_is_printed_in_its_quote(path: Path) -> None:
    labels, _ = read(path)
    assert 15 <= len(labels["targets"]) <= 60
    for target in labels["targets"]:
        quote = target["quote"]
        assert target["subject"]
        assert target["comparator"] in COMPARATORS
        assert target["kind"] in KINDS
        assert target["unit"] in ascii_digits(quote) or target["unit"] in quote
        assert {target["value"], target.get("value_max", target["value"])} <= numbers_in(quote), (
            quote
        )
        if target["year"] is None:
            assert target.get("period") or target.get("implied_year"), quote
        if target["kind"] == "annual" and target["year"] is not None:
            assert "work_points" in labels
            assert str(target["year"]) in labels["document"] or target["section"].startswith("附件")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_number_of_the_chapters_is_accounted_for(path: Path) -> None:
    """As in the seed: targets, negatives, dates and item numbers cover every digit."""
    labels, text = read(path)
    covered = [span(label, text) for label in quoted(labels)]
    missing: list[str] = []
    start, in_chapters = 0, False
    for line in text.splitlines(keepends=True):
        in_chapters = in_chapters or bool(CHAPTER.match(line))
        known = [
            (start + m.start(), start + m.end())
            for p in (DATE, ITEM_NUMBER)
            for m in p.finditer(line)
        ]
        known += [
            (start + line.index(name), start + line.index(name) + len(name))
            for name in re.findall(r"《[^》]*》", line)
        ]
        if in_chapters and not line.rstrip().endswith("|"):
            for number in re.finditer(r"\d+", line):
                first, last = start + number.start(), start + number.end()
                if not any(a <= first and last <= b for a, b in covered + known):
                    missing.append(line[max(0, number.start() - 10) : number.end() + 10])
        start += len(line)
    assert missing == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_indicators_are_the_rows_of_the_table(path: Path) -> None:
    labels, text = read(path)
    rows = [line.replace(" ", "") for line in text.splitlines() if line.rstrip().endswith("|")]
    for indicator in labels["indicators"]:
        name = indicator["name"].replace(" ", "")
        values = [*indicator["targets"].values(), *indicator.get("baseline", {}).values()]
        assert any(
            name in row and set(values) <= numbers_in(row.replace("|", " ")) for row in rows
        ), name
        assert indicator["cumulative"] == ("累计" in name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_tasks_and_work_points_are_printed_with_their_organisations(path: Path) -> None:
    labels, text = read(path)
    packed = text.replace(" ", "")
    for task in labels["tasks"]:
        assert task["title"].replace(" ", "") in packed
        assert task["responsible"]
        assert set(task.get("lead", [])) <= set(task["responsible"])
        for name in task["responsible"]:
            assert name in text
    for point in labels["work_points"]:
        assert point["text"] in text
        for name in point["lead"]:
            assert name in packed


def test_the_restated_plan_promises_what_the_official_one_promises() -> None:
    if not OFFICIAL.exists():
        pytest.skip(f"the official plan's labels are not here ({OFFICIAL})")
    official = json.loads(OFFICIAL.read_text("utf-8"))
    ours = json.loads(CITY.read_text("utf-8"))
    promise = ("subject", "comparator", "value", "unit", "year", "kind")
    assert [[t[key] for key in promise] for t in ours["targets"]] == [
        [t[key] for key in promise] for t in official["targets"]
    ]
    duty = ("title", "responsible", "responsible_open")
    assert [[t[key] for key in duty] for t in ours["tasks"]] == [
        [t[key] for key in duty] for t in official["tasks"]
    ]
    assert [(w["no"], w["action"], w["lead"]) for w in ours["work_points"]] == [
        (w["no"], w["action"], w["lead"]) for w in official["work_points"]
    ]
    row = ("no", "category", "name", "unit", "cumulative", "targets", "lead")
    assert [[i[key] for key in row] for i in ours["indicators"]] == [
        [i[key] for key in row] for i in official["indicators"]
    ]
