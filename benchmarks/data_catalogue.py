"""What a question to the catalogue costs, a change of it, and publishing it.

    python benchmarks/data_catalogue.py [--quick] [--json FILE]

`search`: 100,000 entries with 2,000,000 fields (`--quick`: 10,000 and 200,000), questions of one to
three words, half of them with a filter, each with all seven facets and the first page; the bar is
100 ms for 95 of 100. Beside it SQLite's FTS5 over the same words: matches, ranking and the same
facets by one GROUP BY each, which is what was rejected. `change`: one entry replaced until another
reader finds it. `publish`: 2,500 products of 20 fields validated and written as JSON-LD, processor
time, bar 5 s; beside it pyshacl over the same statements, of 20 products and scaled up.
"""

import argparse
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src")]

from shucheng.bays.data.engine.catalogue.dcat.publish import publish  # noqa: E402
from shucheng.bays.data.engine.catalogue.dcat.write import graph_of, rdf  # noqa: E402
from shucheng.bays.data.engine.catalogue.model import (  # noqa: E402
    FOLDER,
    Distribution,
    Field,
    Holder,
    Resource,
)
from shucheng.bays.data.engine.catalogue.search.index import (  # noqa: E402
    FACETS,
    Entry,
    Index,
    Question,
)
from shucheng.bays.data.engine.catalogue.search.segment import asked, words_of  # noqa: E402

ENTRIES, FIELDS, QUESTIONS, PRODUCTS = 100_000, 20, 400, 2_500
SEARCH_BAR, PUBLISH_BAR = 100.0, 5.0
BASE = "https://data.example/catalogue/"
SUBJECTS = str.split(
    "企业 个体工商户 社会组织 常住人口 老年人 学生 教师 医师 患者 药品 食品 商标 专利 "
    "项目 工程 房屋 土地 林地 河流 水库 水质 空气 噪声 危险废物 燃气 公交 出租车 道路 "
    "桥梁 港口 船舶 机动车 驾驶员 停车场 信用 行政许可 行政处罚 税务 社保 医保 公积金 "
    "就业 培训 养老 低保 婚姻 户籍 疫苗 农机 种子 粮食 水产 耕地 合作社 景区 酒店 文物 "
    "图书馆 体育 人才 预算 采购 债务 工业 投资 外资 物流 气象 消防 应急 标准 信访 证照 "
    "光伏 风电 充电桩 碳排放"
)
KINDS = str.split(
    "基本信息 登记信息 许可信息 处罚信息 统计信息 监测数据 检查结果 年度报告 名录 台账 "
    "明细 变更记录 备案信息 评价结果 汇总表 办理情况 空间数据 历史数据 补贴发放 缴费记录"
)
NOUNS = str.split(
    "企业 法人 信用 登记 许可 证书 项目 单位 人员 身份证件 电话 地址 经营 行业 状态 金额 "
    "面积 日期 审批 检查 监测 等级 负责人 区划 社区 来源 批次 车牌 药品 学校 房屋 土地 "
    "产权 合同 税款 补贴 账户 品种 产量 单价"
)
ENDS = str.split(
    "名称 代码 编号 类型 日期 时间 状态 金额 数量 说明 标识 等级 次数 比例 内容 结果 依据 部门"
)
COLUMNS = str.split("qy fr xk zs xm dw jg ry lx dh dz jy hy lb zt je sl mj rq sj")
Row = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    count = ENTRIES // 10 if options.quick else ENTRIES
    with tempfile.TemporaryDirectory(prefix="shucheng-catalogue-") as folder:
        # First: a large index in memory slows down whatever makes many objects after it.
        published = publish_row()
        rows = [*search_rows(Path(folder), count), published]
    print(f"{'':52} {'ours':>10} {'peer':>10} {'ratio':>7}  bar")
    for row in rows:
        bar = "" if row["bar"] is None else f"{row['bar']:.0f} {'ok' if holds(row) else 'MISSED'}"
        print(
            f"{row['name']:52} {row['value']:7.2f} {row['unit']:2} {row['peer_value']:7.2f} "
            f"{row['unit']:2} {row['ratio']:7.3f}  {bar:12} {row['peer']}"
        )
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}, indent=1, ensure_ascii=False))
    return 0 if all(map(holds, rows)) else 1


def search_rows(folder: Path, count: int) -> Iterator[Row]:
    index, beside = Index(folder), Peer(folder / "peer.db")
    built = took(lambda: index.rebuild(map(Entry, made(count))))
    indexed = took(lambda: beside.rebuild(made(count)))
    questions = list(asked_of(QUESTIONS))
    ours = [took(lambda each=each: index.search(each)) * 1000 for each in questions]
    theirs = [took(lambda each=each: beside.search(each)) * 1000 for each in questions[::20]]
    name = f"search: {count:,} entries, {count * FIELDS:,} fields"
    yield row(
        f"{name}, p95", share(ours, 0.95), "SQLite FTS5", share(theirs, 0.95), "ms", SEARCH_BAR
    )
    middle, beside_middle = share(ours, 0.5), share(theirs, 0.5)
    yield row(f"{name}, median", middle, "SQLite FTS5", beside_middle, "ms", None)
    yield row(f"rebuild: {count:,} entries", built, "SQLite FTS5", indexed, "s", None)
    reader, changes = Index(folder), list(made(20, seed=2))
    changed = [took(lambda each=each: change(index, reader, each)) * 1000 for each in changes]
    yield row(
        "change: one entry, until another finds it", share(changed, 0.95), "bar", 1000, "ms", 1000
    )


def change(index: Index, reader: Index, entry: Resource) -> None:
    index.put([Entry(entry)])
    if entry.code not in reader.search(Question(entry.code)).codes:
        raise RuntimeError(f"{entry.code} is not found")


def publish_row() -> Row:
    products = list(made(PRODUCTS))
    began = time.process_time()
    done = publish(products, BASE)
    ours = time.process_time() - began
    if done.count != PRODUCTS:
        raise RuntimeError(f"{len(done.refused)} products do not meet the shapes")
    name = f"publish: {PRODUCTS:,} products of {FIELDS} fields"
    return row(name, ours, "pyshacl, validation alone", general(products), "s", PUBLISH_BAR)


def general(products: list[Resource]) -> float:
    """Seconds that pyshacl would take, by 20 products."""
    import pyshacl
    from rdflib import Graph

    shapes, few = Graph().parse(FOLDER / "shapes.ttl"), 20
    graph = rdf(graph_of(products[:few], BASE))
    began = time.process_time()
    pyshacl.validate(graph, shacl_graph=shapes, inference="none")
    return (time.process_time() - began) * PRODUCTS / few


class Peer:
    """The same words and facets in SQLite."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)
        columns = ", ".join(FACETS)
        self.connection.executescript(
            f"CREATE TABLE rows (id INTEGER PRIMARY KEY, {columns});"
            "CREATE VIRTUAL TABLE words USING fts5 (title, code, about, fields, content = '',"
            " detail = 'column')"
        )

    def rebuild(self, entries: Iterator[Resource]) -> None:
        with self.connection:
            for n, it in enumerate(entries):
                names = (w for f in it.fields for w in (*words_of(f.name), *words_of(f.title)))
                texts = (it.title, it.code, f"{it.description} {it.holder.name}")
                words = [*(" ".join(words_of(text)) for text in texts), " ".join(names)]
                marks = ", ".join("?" * len(words))
                self.connection.execute(
                    f"INSERT INTO words (rowid, title, code, about, fields) VALUES ({n}, {marks})",  # noqa: S608
                    words,
                )
                values = (
                    it.holder.code, it.themes[0], it.sharing, it.opening, it.grade,
                    it.formats[0], it.region,
                )  # fmt: skip
                self.connection.execute("INSERT INTO rows VALUES (?,?,?,?,?,?,?,?)", (n, *values))

    def search(self, question: Question) -> list[Any]:
        terms = " AND ".join(f'"{word}"' for word in asked(question.text))
        tests = [f"{name} = '{next(iter(v))}'" for name, v in question.filters.items()]
        where = " AND ".join(["words MATCH ?", *tests])
        joined = f"FROM words JOIN rows ON rows.id = words.rowid WHERE {where}"
        asks = [f"SELECT words.rowid {joined} ORDER BY bm25(words, 8, 8, 2, 1) LIMIT 20"]
        asks += [f"SELECT {name}, count(*) {joined} GROUP BY 1" for name in FACETS]
        return [self.connection.execute(sql, (terms,)).fetchall() for sql in asks]


def made(count: int, seed: int = 1) -> Iterator[Resource]:
    draw = random.Random(seed)
    for number in range(count):
        subject, kind, holder = often(draw, SUBJECTS), often(draw, KINDS), draw.randrange(80)
        yield Resource(
            code=f"3209{holder:02}-{seed}-{number:06}",
            title=f"{subject}{kind}",
            description=f"{subject}的{kind}，含{often(draw, NOUNS)}、{often(draw, NOUNS)}等内容。",
            holder=Holder(f"3209{holder:02}", f"第{holder}局"),
            themes=(draw.choice(SUBJECTS[:22]),),
            keywords=(subject,),
            fields=tuple(
                Field(
                    f"{draw.choice(COLUMNS)}_{draw.choice(COLUMNS)}{n}",
                    often(draw, NOUNS) + often(draw, NOUNS) + often(draw, ENDS),
                )
                for n in range(FIELDS)
            ),
            frequency="MONTHLY",
            region=draw.choice(("320900", "320902", "320903", "320981")),
            starts=date(2020, 1, 1),
            sharing=draw.choice(("unconditional", "conditional")),
            sharing_terms="按协议使用",
            opening=draw.choice(("conditional", "none")),
            distributions=(Distribution(draw.choice(("api", "csv", "xlsx")), f"{BASE}files/1"),),
            grade=f"general_{draw.randrange(1, 5)}",
        )


def asked_of(count: int) -> Iterator[Question]:
    draw = random.Random(3)
    for number in range(count):
        parts = [often(draw, draw.choice((SUBJECTS, KINDS, NOUNS))) for _ in range(number % 3 + 1)]
        chosen = {"sharing": frozenset({"conditional"})} if number % 2 else {}
        yield Question(" ".join(parts), chosen)


def often(draw: random.Random, words: list[str]) -> str:
    """The first words much more often than the last, as in texts."""
    return words[min(int(draw.paretovariate(0.7)) - 1, len(words) - 1)]


def took(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def share(values: list[float], part: float) -> float:
    return sorted(values)[int(len(values) * part)]


def holds(row: Row) -> bool:
    return row["bar"] is None or row["value"] <= row["bar"]


def row(name: str, value: float, peer: str, peer_value: float, unit: str, bar: float | None) -> Row:
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "peer": peer,
        "peer_value": peer_value,
        "ratio": value / max(peer_value, 1e-9),
        "bar": bar,
    }


if __name__ == "__main__":
    sys.exit(main())
