"""Tables of a department's database and sheets of its workbooks are graded by their values and
checked like stored files: the first rows are looked at, and none is kept."""

import io
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from openpyxl import Workbook
from tests.postgres import start_cluster

from shucheng.bays.data.actions.grading import grade_resources
from shucheng.bays.data.actions.quality import (
    ask_for_check,
    check_due,
    check_quality,
    set_quality_rules,
)
from shucheng.bays.data.actions.sources import note_source, read_source, take_tables
from shucheng.bays.data.engine import reading
from shucheng.bays.data.models.catalogue import Resource, Source
from shucheng.bays.data.models.grading import GradeProposal
from shucheng.bays.data.models.quality import Defect, QualityCheck
from shucheng.bays.data.queries import data_files
from shucheng.bays.data.queries.data_files import open_rows, sampling
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.test_web_catalogue import signed_in
from shucheng.kernel.public import ShuchengError, system_actor

pytestmark = pytest.mark.slow

SECRET = "320902199001011236"
COUNT = range(1, 31)
RULES = (
    "version: '1'\nrules:\n"
    "  - {code: year, dimension: validity, check: range, fields: [nd], low: 2000, high: 2030}\n"
    "  - {code: name, dimension: completeness, check: present, fields: [mc]}\n"
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with start_cluster() as url:
        with psycopg.connect(url) as database:
            database.execute("CREATE SCHEMA s")
            database.execute('CREATE TABLE s."人" (bz text, nd int, mc text, hidden text)')
            database.execute(
                "INSERT INTO s.\"人\" SELECT %s, 1990 + n, nullif('名' || n, '名1'), 'x'"
                " FROM generate_series(1, 30) n",
                [SECRET],
            )
            database.execute("CREATE VIEW s.slow AS SELECT pg_sleep(20)::text AS bz")
            database.execute("CREATE ROLE reader LOGIN")
            database.execute("GRANT USAGE ON SCHEMA s TO reader")
            database.execute('GRANT SELECT (bz, nd, mc) ON s."人" TO reader')
            database.execute("GRANT SELECT ON s.slow TO reader")
        parts = urlsplit(url)
        yield f"{parts.hostname}:{parts.port}/postgres"


Made = Callable[..., Resource]


def taken(source: Source, table: str, cast: Cast) -> Resource:
    source = read_source(source.pk, source.revision, actor=cast.holder)
    assert not source.trouble
    (made,) = take_tables(source.pk, [table], actor=cast.holder)
    return made


@pytest.fixture
def from_table(server: str, cast: Cast, settings: Any) -> Made:
    settings.SOURCE_HOSTS = ["127.0.0.1"]

    def make(table: str = "s.人") -> Resource:
        source = note_source(
            "人口库",
            Source.Kind.POSTGRESQL,
            organisation=cast.holder.organisation_id or 0,
            address=server,
            username="reader",
            actor=cast.holder,
        )
        return taken(source, table, cast)

    return make


@pytest.fixture
def from_sheet(cast: Cast) -> Made:
    def make() -> Resource:
        book = Workbook()
        book.worksheets[0].title = "说明"
        sheet = book.create_sheet("人")
        sheet.append(["bz", "nd", "mc"])
        for n in COUNT:
            sheet.append([SECRET, 1990 + n, None if n == 1 else f"名{n}"])
        out = io.BytesIO()
        book.save(out)
        source = note_source(
            "人口表",
            Source.Kind.FILE,
            organisation=cast.holder.organisation_id or 0,
            file=("people.xlsx", out.getvalue()),
            actor=cast.holder,
        )
        return taken(source, "人", cast)

    return make


@pytest.fixture
def from_gb18030(cast: Cast) -> Made:
    """A CSV as Chinese offices save it."""

    def make() -> Resource:
        lines = ["bz,nd,mc", *(f"{SECRET},{1990 + n},{'' if n == 1 else f'名{n}'}" for n in COUNT)]
        source = note_source(
            "人口",
            Source.Kind.FILE,
            organisation=cast.holder.organisation_id or 0,
            file=("people.csv", "\r\n".join(lines).encode("gb18030")),
            actor=cast.holder,
        )
        (table,) = read_source(source.pk, source.revision, actor=cast.holder).found
        (made,) = take_tables(source.pk, [table["name"]], actor=cast.holder)
        return made

    return make


@pytest.fixture(params=["from_table", "from_sheet", "from_gb18030"])
def made(request: pytest.FixtureRequest, cast: Cast) -> Resource:
    make: Made = request.getfixturevalue(request.param)
    return make()


def test_values_speak_for_a_grade_and_are_kept_nowhere(cast: Cast, made: Resource) -> None:
    grade_resources(actor=cast.holder, samples=sampling())
    row = GradeProposal.objects.get(field__resource=made, field__name="bz")
    assert row.sampled
    assert "resident_id" in row.categories
    assert SECRET not in str(row.content)


def test_rules_are_checked_and_defects_opened(cast: Cast, made: Resource) -> None:
    set_quality_rules(made.code, RULES, number=0, actor=cast.holder)
    check = check_quality(made.code, actor=cast.holder)
    assert (check.rows, check.profile["first"]) == (30, None)
    assert {d.rule: (d.failed, d.judged) for d in Defect.objects.all()} == {
        "year": (9, 30),
        "name": (1, 30),
    }
    assert SECRET not in str(check.profile)


@pytest.mark.parametrize("made", ["from_table", "from_sheet"], indirect=True)
def test_who_reads_the_page_is_told_that_only_the_first_rows_were_looked_at(
    cast: Cast, made: Resource
) -> None:
    set_quality_rules(made.code, RULES, number=0, actor=cast.holder)
    check = check_quality(made.code, open_data=partial(open_rows, most=12), actor=cast.holder)
    assert (check.rows, check.profile["first"]) == (12, 12)
    page = signed_in(cast.holder).get(f"/data-elements/quality/resources/{made.code}/")
    assert "仅检查了前 12 行" in page.content.decode()


def test_a_check_can_be_asked_for_and_is_due_once_a_month(cast: Cast, made: Resource) -> None:
    set_quality_rules(made.code, RULES, number=0, actor=cast.holder)
    ask_for_check(made.code, actor=cast.holder)
    clock = system_actor("job")
    assert check_due(actor=clock) == {"checked": 1, "failed": 0}
    assert check_due(actor=clock) == {"checked": 0, "failed": 0}


def test_a_table_that_takes_too_long_is_given_up(
    cast: Cast, from_table: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = from_table("s.slow")
    monkeypatch.setattr(data_files, "_SAMPLE_SECONDS", 0.2)
    assert data_files.samples_of(made, ["bz"], 10) == {}
    with pytest.raises(ShuchengError) as refused:
        check_quality(made.code, open_data=partial(open_rows, seconds=0.2), actor=cast.holder)
    assert refused.value.code == "quality.source_unreadable"
    assert not QualityCheck.objects.exists()


def test_a_database_that_does_not_answer_is_waited_for_once(
    cast: Cast, from_table: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = from_table()
    source = one.source
    assert source
    Source.objects.filter(pk=source.pk).update(address="127.0.0.1:1/none")
    other = Resource.objects.create(
        code="RES-X", title="另一张表", holder=one.holder, source=source, table="s.other"
    )
    asked: list[str] = []
    connect = reading._postgres

    def counted(source: reading.TableInput, seconds: float, name: str) -> Any:
        asked.append(source.table)
        return connect(source, seconds, name)

    monkeypatch.setattr(reading, "_postgres", counted)
    samples = sampling()
    for each in Resource.objects.filter(pk__in=[one.pk, other.pk]).select_related("source"):
        assert samples(each, ["bz"], 10) == {}
    assert len(asked) == 1


def test_a_host_taken_off_the_list_is_looked_at_no_more(
    cast: Cast, from_table: Made, settings: Any
) -> None:
    made = from_table()
    settings.SOURCE_HOSTS = []
    assert data_files.samples_of(made, ["bz"], 10) == {}
    with pytest.raises(ShuchengError) as refused:
        check_quality(made.code, actor=cast.holder)
    assert refused.value.code == "quality.no_data"
