"""Setting documents with typst, in a process of its own that is bounded in time and memory.

The process sees one folder: the template, `chart.typ` and `data.json`. It can read nothing beside
them, has no packages and reaches no network. The same input gives the same bytes.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from shucheng.plan.briefings.engine.content import (
    BarChart,
    Block,
    Chart,
    Charts,
    Document,
    Heading,
    Note,
    Paragraph,
    PathChart,
    Table,
)

TEMPLATES: Final = Path(__file__).parent / "typst"
_WORKER: Final = "shucheng.plan.briefings.engine.worker"
_SECONDS: Final = 60
_PIXELS_PER_INCH: Final = 220.0
# Families by their use, the office's own first; what is not installed is passed over.
_FAMILIES: Final = {
    "title": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", *("STZhongsong",)),
    "body": ("FangSong_GB2312", "FangSong", "STFangsong", "FZFangSong-Z02"),
    "sans": ("SimHei", "STHeiti", "FZHei-B01"),
    "kai": ("KaiTi_GB2312", "KaiTi", "STKaiti", "FZKai-Z03"),
}
_SERIF: Final = ("Noto Serif CJK SC", "Source Han Serif SC", "SimSun", "WenQuanYi Zen Hei")
_SANS: Final = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "WenQuanYi Zen Hei")


class TemplateRefused(Exception):
    """A template that cannot be set: the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Task:
    """One output of one file of the folder."""

    source: str
    format: Literal["pdf", "png", "svg"]
    inputs: Mapping[str, str]


def set_pdf(
    document: Document, fonts: Sequence[Path], timestamp: int, template: str | None = None
) -> bytes:
    """The document as PDF; `template` is the text of an own one.

    `fonts` are the folders that fonts are looked for in (one with Chinese characters has to be
    there), `timestamp` (seconds since 1970) is what the file says of its making. Raises
    `TemplateRefused`.
    """
    task = Task("briefing.typ", "pdf", {})
    return _run([task], data_of(document), fonts, timestamp, template)[0]


def draw_charts(
    document: Document, fonts: Sequence[Path], form: Literal["png", "svg"]
) -> list[bytes]:
    """Every chart of the document as a picture, in order."""
    charts = document.charts
    tasks = [Task("picture.typ", form, {"chart": str(at)}) for at in range(len(charts))]
    return _run(tasks, data_of(document), fonts, 0, None) if tasks else []


def data_of(document: Document) -> dict[str, Any]:
    """What a template finds in `data.json`."""
    return {
        **{
            name: getattr(document, name)
            for name in ("title", "subtitle", "masthead", "number", "issuer", "issued_on", "stamp")
        },
        **document.words,
        "fonts": {
            name: [*families, *(_SANS if name == "sans" else _SERIF), *_SANS]
            for name, families in _FAMILIES.items()
        },
        "blocks": [_block(block) for block in document.blocks],
        "charts": [_chart(chart) for chart in document.charts],
    }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"type": "heading", "text": block.text, "level": block.level}
    if isinstance(block, Paragraph):
        text = block.text.removeprefix(block.lead)
        return {"type": "paragraph", "lead": block.lead, "text": text, "by": block.written_by}
    if isinstance(block, Note):
        return {"type": "note", "text": block.text}
    if isinstance(block, Charts):
        return {"type": "charts", "charts": [_chart(chart) for chart in block.charts]}
    return {"type": "table", **_table(block)}


def _table(table: Table) -> dict[str, Any]:
    return {
        "caption": table.caption,
        "columns": [asdict(column) for column in table.columns],
        "rows": [[asdict(cell) for cell in row] for row in table.rows],
    }


def _chart(chart: Chart) -> dict[str, Any]:
    if isinstance(chart, PathChart):
        return _path_chart(chart)
    return _bar_chart(chart)


def _path_chart(chart: PathChart) -> dict[str, Any]:
    return {
        "kind": chart.kind,
        "title": chart.title,
        "unit": chart.unit,
        "legend": {"value": "实际", "expected": "目标路径"},
        "points": [
            {
                "label": point.label,
                "value": None if point.value is None else float(point.value),
                "expected": None if point.expected is None else float(point.expected),
            }
            for point in chart.points
        ],
    }


def _bar_chart(chart: BarChart) -> dict[str, Any]:
    return {
        "kind": chart.kind,
        "title": chart.title,
        "unit": chart.unit,
        "note": chart.reference_text,
        "bars": [
            {"label": bar.label, "value": float(bar.value), "text": bar.text, "light": bar.light}
            for bar in chart.bars
        ],
    }


def _run(
    tasks: Sequence[Task],
    data: Mapping[str, Any],
    fonts: Sequence[Path],
    timestamp: int,
    template: str | None,
) -> list[bytes]:
    with tempfile.TemporaryDirectory(prefix="briefing-") as folder:
        room = Path(folder)
        root = room / "root"
        root.mkdir()
        for name in ("briefing.typ", "picture.typ", "chart.typ"):
            (root / name).write_bytes((TEMPLATES / name).read_bytes())
        if template is not None:
            (root / "briefing.typ").write_text(template, encoding="utf-8")
        (root / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        order = {
            "room": str(room),
            "fonts": [str(path) for path in fonts if path.is_dir()],
            "timestamp": timestamp,
            "pixels": _PIXELS_PER_INCH,
            "tasks": [asdict(task) for task in tasks],
        }
        answer = work(order)
        if "error" in answer:
            raise TemplateRefused(str(answer["error"]))
        return [(room / str(at)).read_bytes() for at in range(len(tasks))]


def work(order: Mapping[str, Any]) -> dict[str, Any]:
    """Have the worker process do something; its answer, or an `error` in words."""
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter and module
            [sys.executable, "-m", _WORKER],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"error": f"it took longer than {_SECONDS} seconds"}
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        return {"error": last[0] if last else "it needed more time or memory than it is given"}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
