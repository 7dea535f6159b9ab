"""How fast the plan compiler is, how it grows, and what memory it takes.

    python benchmarks/compiler.py [--quick] [--json FILE]

The peer of compiling is the cheapest thing that could be done with the same text in the same
process: one pass of a regular expression that finds figures. The peer of a reader is the usual
library, asked for its plain text. A row that passes its bar says so; the exit code is 1 otherwise.
"""

import argparse
import io
import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from html import escape
from itertools import count
from pathlib import Path

FIGURE = re.compile(r"\d+(?:\.\d+)?\s*(?:%|‰|[万亿千百]?(?:元|人次|家|个|P|台|亩|项))")
SMALL = 10_000
SIZES = (100_000, 300_000, 1_000_000)


@dataclass
class Row:
    name: str
    value: float
    unit: str
    peer: str
    peer_value: float
    ratio: float
    bar: float | None = None

    @property
    def passed(self) -> bool:
        return self.bar is None or self.value <= self.bar


def row(
    name: str, value: float, unit: str, peer: str, peer_value: float, bar: float | None = None
) -> Row:
    return Row(name, value, unit, peer, peer_value, value / peer_value if peer_value else 0.0, bar)


def seconds(work: Callable[[], object], times: int) -> float:
    """The shortest of several runs: what else the machine does can only add to it."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def compiling(size: int, times: int) -> Row:
    from shucheng.plan.compiler.compile import compile_document
    from shucheng.plan.compiler.readers.read import read_bytes

    data = plan_text(size).encode()
    text = data.decode()
    bar = {SMALL: 0.5, 1_000_000: 10.0}.get(size)
    return row(
        f"compile {size:,} characters",
        seconds(lambda: compile_document(read_bytes(data, "plan.txt")), times),
        "s",
        "regex scan",
        seconds(lambda: [match.span() for match in FIGURE.finditer(text)], max(3, times)),
        bar,
    )


def linearity(rows: list[Row], small: int, large: int) -> Row:
    """Time for a character of the larger text, over that of the smaller: 1.0 is linear."""
    by_size = {found.name: found for found in rows}
    less, more = by_size[f"compile {small:,} characters"], by_size[f"compile {large:,} characters"]
    growth = large / small
    return row(
        f"growth {small:,} to {large:,}",
        more.value / less.value / growth,
        "x",
        "regex scan",
        more.peer_value / less.peer_value / growth,
        1.5,
    )


def memory(size: int) -> Row:
    """The highest resident size of a process of its own that compiles; and of one that scans."""
    return row(
        f"memory for {size:,} characters",
        peak_of("compile", size),
        "MB",
        "regex scan",
        peak_of("scan", size),
        500.0,
    )


def peak_of(what: str, size: int) -> float:
    done = subprocess.run(
        [sys.executable, __file__, "--peak", what, str(size)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(done.stdout)


def print_peak(what: str, size: int) -> None:
    data = plan_text(size).encode()
    if what == "compile":
        from shucheng.plan.compiler.compile import compile_document
        from shucheng.plan.compiler.readers.read import read_bytes

        held: object = compile_document(read_bytes(data, "plan.txt"))
    else:
        held = [match.span() for match in FIGURE.finditer(data.decode())]
    assert held
    # Not getrusage: its figure is inherited from the process that started this one.
    status = Path("/proc/self/status").read_text()
    print(int(re.findall(r"VmHWM:\s*(\d+) kB", status)[0]) / 1024)


def reading(times: int) -> list[Row]:
    """Each reader on a plan of about 10,000 characters, beside the usual library."""
    import docx
    import pdfplumber
    from lxml.html import document_fromstring

    from shucheng.plan.compiler.readers.read import read_bytes

    text = plan_text(SMALL)
    word, pdf = word_and_pdf(text)
    page = f"<html><body>{''.join(f'<p>{line}</p>' for line in text.splitlines())}</body></html>"

    def plumber() -> str:
        with pdfplumber.open(io.BytesIO(pdf)) as opened:
            return "".join(leaf.extract_text() for leaf in opened.pages)

    def paragraphs() -> str:
        return "\n".join(one.text for one in docx.Document(io.BytesIO(word)).paragraphs)

    cases: list[tuple[str, bytes, str, Callable[[], object]]] = [
        ("html", page.encode(), "lxml text", lambda: document_fromstring(page).xpath("string()")),
        ("docx", word, "python-docx", paragraphs),
        ("pdf", pdf, "pdfplumber", plumber),
    ]
    return [
        row(
            f"read a .{kind} of {SMALL:,} characters",
            seconds(lambda data=data, kind=kind: read_bytes(data, f"plan.{kind}"), times),  # type: ignore[misc]
            "s",
            peer,
            seconds(theirs, times),
        )
        for kind, data, peer, theirs in cases
    ]


def measured(quick: bool) -> list[Row]:
    times = 3 if quick else 7
    sizes = SIZES[:2] if quick else SIZES
    rows = [compiling(SMALL, times), *(compiling(size, 1 if quick else 3) for size in sizes)]
    rows.append(linearity(rows, sizes[0], sizes[-1]))
    rows.append(memory(sizes[-1]))
    return rows + reading(times)


def show(rows: list[Row]) -> None:
    print(f"{'':34}{'ours':>12}  {'peer':>12}  {'ratio':>8}  {'bar':>8}")
    for found in rows:
        bar = "" if found.bar is None else f"{found.bar:g} {found.unit}"
        verdict = "" if found.bar is None else ("ok" if found.passed else "MISSED")
        ours = f"{found.value:.4g} {found.unit}"
        theirs = f"{found.peer_value:.3g} {found.unit}"
        line = f"{found.name:34}{ours:>12}  {theirs:>12}  {found.ratio:>8.3g}  {bar:>8}  {verdict}"
        print(f"{line:92} peer: {found.peer}")


# The text: seeded, so that a length always gives the same one. Sentences vary in subject, verb,
# figure, unit and year, with duties and annexes between them, as in real plans.

FIELDS = """
    电子信息 人工智能 工业软件 智能装备 跨境电商 数字文创 低空经济 数据标注 绿色算力 车联网
    集成电路 信息安全 云计算 区块链 智慧农业 数字金融 智慧物流 数字医疗 在线教育 元宇宙
    光伏制造 新型显示 机器人 卫星应用
"""
THINGS = """
    智能工厂 数字化车间 高质量数据集 典型应用场景 重点实验室 公共服务平台 产业园区 示范项目
    标杆企业 创新中心 实训基地 服务驿站 数据产品 标准规范 首台套装备 解决方案 孵化载体
"""
OFFICES = "工信局 发改委 数据局 科技局 商务局 农业农村局 教育局 卫健委 财政局 交通局 文旅局"
PLACES = "东溪 南屏 西塘 北湖 云山 临港 高铁新城 滨江 开发区 老城 桃源 柳岸 石桥 青浦湾"
RANKS = ("国家级", "省级以上", "市级", "示范性", "")
VERBS = ("达到", "突破", "超过", "超", "不低于", "力争达到")
BUILD = ("累计建成", "新增", "培育", "打造", "引育", "建设")
AIMS = (
    "坚持创新驱动、应用牵引，推动数据要素与实体经济深度融合，健全协同推进机制。",
    "支持链主企业牵头组建创新联合体，围绕关键环节开展协同攻关，完善成果转化体系。",
    "统筹布局新型基础设施，优化营商环境，形成上下游贯通、大中小企业融通的发展格局。",
)
NUMBERS = "一二三四五六七八九十"
ANNEXES = 0.15


def plan_text(size: int, seed: int = 7) -> str:
    """A plan of `size` characters, one paragraph a line: chapters, then annexes."""
    chance = random.Random(seed)
    body = _filled(_chapters(chance), int(size * (1 - ANNEXES)))
    annexes = _filled(_annexes(chance), size - len(body))
    return f"{body}{annexes}"[:size]


def _filled(lines: Iterator[str], size: int) -> str:
    taken: list[str] = []
    length = 0
    while length < size:
        taken.append(f"{next(lines)}\n")
        length += len(taken[-1])
    return "".join(taken)


def _chapters(chance: random.Random) -> Iterator[str]:
    yield "临溪市数字经济高质量发展三年行动计划（2025—2027年）"
    yield "为加快建设数字强市，结合本市实际，制定本行动计划。"
    yield "一、总体目标"
    for _ in range(3):
        yield chance.choice(AIMS) + "".join(_sentence(chance) for _ in range(4))
    yield "二、重点任务"
    for section in count(1):
        yield f"（{chinese(section)}）{pick(chance, FIELDS)}提升行动"
        for task in range(1, 5):
            yield _task(chance, task)


def _annexes(chance: random.Random) -> Iterator[str]:
    for annex in count(1):
        yield f"附件{annex}"
        yield f"{pick(chance, FIELDS)}发展主要指标"
        yield "序号 | 类别 | 主要指标 | 2025年 | 2026年 | 2027年 | 牵头单位 |"
        for number in range(1, 17):
            base = chance.randint(10, 900)
            group = f"{pick(chance, FIELDS)} | " if number % 2 else ""
            values = " | ".join(str(base + step * chance.randint(5, 90)) for step in range(3))
            office = pick(chance, OFFICES)
            yield f"{number} | {group}{_thing(chance)}数量（个） | {values} | 市{office} |"


def _task(chance: random.Random, number: int) -> str:
    body = "".join(
        chance.choice(AIMS) if chance.random() < 0.5 else _sentence(chance) for _ in range(5)
    )
    offices = "、".join(f"市{name}" for name in chance.sample(OFFICES.split(), 3))
    duty = chance.choice((f"{offices}等按职责分工负责", f"责任单位：{offices}"))
    return f"{number}.推进{_thing(chance)}建设。{body}（{duty}）"


def _thing(chance: random.Random) -> str:
    return f"{pick(chance, PLACES)}{pick(chance, FIELDS)}{pick(chance, THINGS)}"


def pick(chance: random.Random, words: str) -> str:
    return chance.choice(words.split())


def _sentence(chance: random.Random) -> str:
    field, place, year = pick(chance, FIELDS), pick(chance, PLACES), chance.randint(2025, 2027)
    thing = f"{chance.choice(RANKS)}{field}{pick(chance, THINGS)}"
    number, amount = chance.randint(3, 400), chance.randint(20, 3000)
    verb, build = chance.choice(VERBS), chance.choice(BUILD)
    return chance.choice(
        (
            f"到{year}年，{place}{field}产业规模{verb}{amount}亿元，年均增长{number % 30}%左右。",
            f"{build}{thing}{number}个以上，{place}{field}企业{number + 7}家。",
            f"每年{build}{place}{thing}{number % 40 + 1}个，{year}年覆盖率提高到{number % 99}%。",
            f"到{year}年底，{place}{field}服务{amount / 10:g}万人次，时延{number % 9 + 1}毫秒。",
        )
    )


def chinese(number: int) -> str:
    """1 to 999 in Chinese figures."""
    if number <= 10:
        return NUMBERS[number - 1]
    tens, ones = divmod(number, 10)
    if tens >= 10:
        rest = number % 100
        return f"{NUMBERS[number // 100 - 1]}百" + (
            f"零{chinese(rest)}" if 0 < rest < 10 else chinese(rest) if rest else ""
        )
    return (NUMBERS[tens - 1] if tens > 1 else "") + "十" + (NUMBERS[ones - 1] if ones else "")


def word_and_pdf(text: str) -> tuple[bytes, bytes]:
    """The same text as a Word file and as a PDF."""
    import docx
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = ParagraphStyle(
        "body", fontName="STSong-Light", fontSize=14, leading=24, firstLineIndent=28, wordWrap="CJK"
    )
    word, pdf = io.BytesIO(), io.BytesIO()
    document = docx.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(word)
    SimpleDocTemplate(pdf).build([Paragraph(escape(line), style) for line in text.splitlines()])
    return word.getvalue(), pdf.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="leave out the largest text")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows to FILE")
    parser.add_argument("--peak", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak:
        print_peak(options.peak[0], int(options.peak[1]))
        return 0
    rows = measured(options.quick)
    show(rows)
    if options.json:
        written = {"rows": [asdict(found) for found in rows]}
        options.json.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0 if all(found.passed for found in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
