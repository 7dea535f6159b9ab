"""Search finds words, names and codes, counts for who asks, and is whole for every process."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shucheng.bays.data.engine.catalogue.model import Distribution, Field, Holder, Resource
from shucheng.bays.data.engine.catalogue.search.index import (
    FACETS,
    Entry,
    Index,
    Question,
    SearchRefused,
    forget,
)
from shucheng.bays.data.engine.catalogue.search.segment import asked, words_of

from .catalogue_entries import WHOLE

FIRM = Entry(WHOLE, changed=date(2026, 1, 1))
ROAD = Entry(
    Resource(
        "320900-jtj/0002",
        "公路桥梁检测信息",
        "全市公路桥梁的检测结果，含施工企业。",
        Holder("320900-jtj", "盐城市交通运输局"),
        themes=("交通运输", "工程建设"),
        fields=(
            Field("bridgeCode", "桥梁编号"),
            Field("jc_rq", "检测日期"),
            Field("score", "评分"),
        ),
        region="320902",
        sharing="conditional",
        grade="general_1",
        distributions=(Distribution("xlsx"),),
    ),
    changed=date(2026, 5, 1),
)
HIDDEN = Entry(
    replace(WHOLE, code="320900-fgw/0009", title="企业失信明细", opening="none"), listed=False
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    made = Index(tmp_path_factory.mktemp("index"))
    made.put([FIRM, ROAD, HIDDEN])
    return made


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("企业信用", FIRM), ("信用 企业", FIRM), ("企业的信用", FIRM), ("统一社会信用代码", FIRM),
        ("tyshxydm", FIRM), ("ＴＹＳＨＸＹＤＭ", FIRM), ("320900-fgw/0001", FIRM),
        ("盐城市发展和改革委员会", FIRM),
        ("桥梁", ROAD), ("桥梁编号", ROAD), ("bridgeCode", ROAD), ("bridge", ROAD),
        ("BRIDGECODE", ROAD),
        ("jc_rq", ROAD), ("检测 交通", ROAD), ("公路,桥梁", ROAD), ("工程建设", ROAD),
    ],
)  # fmt: skip
def test_words_names_and_codes_are_found(index: Index, text: str, code: Entry) -> None:
    found = index.search(Question(text))
    assert found.codes[:1] == (code.resource.code,)
    assert not found.partly


def test_a_hit_in_the_title_comes_before_one_in_the_description(index: Index) -> None:
    assert index.search(Question("企业")).codes == (FIRM.resource.code, ROAD.resource.code)


def test_without_a_question_the_newest_come_first(index: Index) -> None:
    assert index.search(Question()).codes == (ROAD.resource.code, FIRM.resource.code)


def test_what_has_not_all_words_comes_with_a_word_of_it(index: Index) -> None:
    found = index.search(Question("桥梁检测 火星"))
    assert (found.codes, found.partly) == ((ROAD.resource.code,), True)
    assert index.search(Question("火星")).total == 0
    assert index.search(Question("，。！")).total == 0


def test_unlisted_entries_are_found_and_counted_for_their_holder_alone(index: Index) -> None:
    def opening(**asker: object) -> dict[str, int]:
        return dict(index.search(Question("企业", **asker)).facets["opening"])

    assert opening() == opening(seen_by="320900-jtj") == {"conditional": 1, "none": 1}
    assert opening(seen_by="320900-fgw") == opening(sees_all=True) == {"conditional": 1, "none": 2}
    assert HIDDEN.resource.code not in index.search(Question("失信明细")).codes
    own = index.search(Question("失信明细", seen_by="320900-fgw"))
    assert own.codes[0] == HIDDEN.resource.code


@pytest.mark.parametrize("asker", ["all", "holder:320900-fgw", "'; DROP", "320900-FGW", "*"])
def test_no_name_of_an_asker_opens_what_is_unlisted(index: Index, asker: str) -> None:
    assert HIDDEN.resource.code not in index.search(Question(seen_by=asker)).codes


def test_a_region_holds_what_lies_below_it(index: Index) -> None:
    assert index.search(Question(within="320900")).total == 2
    assert index.search(Question(within="320000")).total == 2
    assert index.search(Question(within="320902")).codes == (ROAD.resource.code,)


def test_a_change_replaces_and_a_removal_removes(tmp_path: Path) -> None:
    index = Index(tmp_path)
    index.put([FIRM, ROAD, HIDDEN])
    index.put([Entry(replace(WHOLE, title="海洋观测"))])
    assert index.search(Question("海洋观测")).codes == (WHOLE.code,)
    assert index.search(Question(sees_all=True)).total == 3
    index.remove([WHOLE.code])
    assert index.search(Question("海洋观测")).total == 0
    index.rebuild([ROAD])
    assert (len(index), index.search(Question()).codes) == (1, (ROAD.resource.code,))


def test_a_lost_index_is_made_anew_from_the_rows(tmp_path: Path) -> None:
    Index(tmp_path).put([FIRM])
    forget(tmp_path)
    again = Index(tmp_path)
    assert again.search(Question()).total == 0
    again.rebuild([FIRM, ROAD, HIDDEN])
    assert again.search(Question("桥梁")).codes == (ROAD.resource.code,)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (Question(filters={"colour": frozenset({"red"})}), "search-unknown-filter"),
        (Question(filters={"sight": frozenset({"holder:320900-fgw"})}), "search-unknown-filter"),
        (Question(page=0), "search-page"),
        (Question(size=10_000), "search-page"),
        (Question(page=1_000, size=20), "search-too-deep"),
    ],
)
def test_what_cannot_be_answered_is_refused(index: Index, question: Question, code: str) -> None:
    with pytest.raises(SearchRefused, match=code):
        index.search(question)


@given(st.text(max_size=80))
@settings(max_examples=300)
def test_a_question_asks_only_for_words_that_the_same_text_has(text: str) -> None:
    assert set(asked(text)) <= set(words_of(text))


WORDS = ["企业", "信用", "桥梁", "检测", "水质", "登记", "信息"]
entries = st.builds(
    lambda number, words, holder, themes, sharing, region, formats, listed: Entry(
        Resource(
            f"r{number}",
            " ".join(words),
            holder=Holder(holder, ""),
            themes=tuple(sorted(themes)),
            sharing=sharing,
            opening=sharing,
            region=region,
            grade="general_1",
            distributions=tuple(Distribution(each) for each in sorted(formats)),
        ),
        listed,
    ),
    st.integers(0, 30),
    st.lists(st.sampled_from(WORDS), max_size=3),
    st.sampled_from(["a", "b"]),
    st.sets(st.sampled_from(["t1", "t2", "t3"]), max_size=2),
    st.sampled_from(["none", "conditional"]),
    st.sampled_from(["320900", "320902"]),
    st.sets(st.sampled_from(["csv", "api"])),
    st.booleans(),
)
VALUES: dict[str, Callable[[Resource], tuple[str, ...]]] = {
    "holder": lambda it: (it.holder.code,),
    "theme": lambda it: it.themes,
    "sharing": lambda it: (it.sharing,),
    "opening": lambda it: (it.opening,),
    "grade": lambda it: (it.grade,),
    "format": lambda it: it.formats,
    "region": lambda it: (it.region,),
}
filters = st.dictionaries(
    st.sampled_from(["theme", "format", "sharing", "holder"]),
    st.sets(st.sampled_from(["t1", "t2", "csv", "api", "none", "a"]), min_size=1).map(frozenset),
    max_size=2,
)


@settings(max_examples=15)
@given(
    st.lists(entries, max_size=25, unique_by=lambda each: each.resource.code),
    st.lists(st.sampled_from(WORDS), max_size=2, unique=True),
    filters,
    st.sampled_from(["", "a", "b"]),
)
def test_totals_and_facets_are_those_of_reading_every_entry(
    tmp_path_factory: pytest.TempPathFactory,
    many: list[Entry],
    words: list[str],
    chosen: dict[str, frozenset[str]],
    asker: str,
) -> None:
    index = Index(tmp_path_factory.mktemp("index"))
    index.rebuild(many)

    def meant(but: str = "") -> list[Resource]:
        return [
            each.resource
            for each in many
            if (each.listed or each.resource.holder.code == asker)
            and all(word in each.resource.title.split() for word in words)
            and all(n == but or v & set(VALUES[n](each.resource)) for n, v in chosen.items())
        ]

    found = index.search(Question(" ".join(words), chosen, seen_by=asker, size=200))
    if found.partly:
        assert meant() == []
        return
    assert set(found.codes) == {each.code for each in meant()}
    assert found.total == len(found.codes)
    for name in FACETS:
        counts = Counter(value for each in meant(name) for value in set(VALUES[name](each)))
        assert dict(found.facets[name]) == dict(counts), name


def test_pages_hold_every_entry_once(tmp_path: Path) -> None:
    index = Index(tmp_path)
    index.rebuild([Entry(Resource(f"r{n}", f"企业 {n}")) for n in range(95)])
    pages = [index.search(Question("企业", page=n, size=20)) for n in range(1, 7)]
    assert [len(each.codes) for each in pages] == [20, 20, 20, 20, 15, 0]
    assert len({code for each in pages for code in each.codes}) == 95
    assert {each.total for each in pages} == {95}


WRITER = """
import itertools, sys
from pathlib import Path
from shucheng.bays.data.engine.catalogue.model import Resource
from shucheng.bays.data.engine.catalogue.search.index import Entry, Index
index = Index(Path(sys.argv[1]))
for round in itertools.count(1):
    rows = (Resource(f"r{n}", f"企业 {round}", sharing=f"s{round}") for n in range(40))
    index.put(map(Entry, rows))
    print(round, flush=True)
"""


def writer(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True
    )


def test_who_reads_while_another_process_writes_sees_whole_commits(tmp_path: Path) -> None:
    """And one that is killed in the middle leaves what it committed, and no lock."""
    index = Index(tmp_path)
    process = writer(tmp_path)
    seen: list[int] = []
    try:
        assert process.stdout.readline()
        while len(set(seen)) < 4:
            found = index.search(Question("企业"))
            ((round, count),) = found.facets["sharing"]
            assert (found.total, count) == (40, 40)
            seen.append(int(round[1:]))
            time.sleep(0.01)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert seen == sorted(seen)
    index.put([FIRM])
    assert index.search(Question()).total == 41


def test_writers_wait_for_one_another(tmp_path: Path) -> None:
    index = Index(tmp_path)
    process = writer(tmp_path)
    try:
        assert process.stdout.readline()
        for n in range(3):
            index.put([Entry(Resource(f"mine{n}", "水质"))])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert index.search(Question("水质")).total == 3
    assert index.search(Question("企业")).total == 40
