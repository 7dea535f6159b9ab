"""What takes long holds up nobody else's write, and overwrites nothing that changed meanwhile."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from shucheng.bays.data.actions import grading_proposals, making, sources
from shucheng.bays.data.actions.catalogue import withdraw_resource
from shucheng.bays.data.actions.grading import Answer, decide_grades, grade_resources
from shucheng.bays.data.actions.harvesting import read_catalogue
from shucheng.bays.data.actions.making import Recipe, draft_product, run_making
from shucheng.bays.data.actions.quality import check_quality, set_quality_rules
from shucheng.bays.data.actions.serving_files import find_mark
from shucheng.bays.data.actions.sources import note_source, read_source
from shucheng.bays.data.engine.catalogue.ckan import search_answer
from shucheng.bays.data.engine.catalogue.harvest import Answer as Page
from shucheng.bays.data.engine.delivery import watermark
from shucheng.bays.data.engine.making import make
from shucheng.bays.data.models.authority import Stop
from shucheng.bays.data.models.catalogue import Field, Harvest, Resource, Source
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.models.grading import GradeProposal
from shucheng.bays.data.models.market import Product
from shucheng.bays.data.models.quality import QualityCheck
from shucheng.bays.data.queries import grading_rules
from shucheng.bays.data.queries.data_files import Opened, open_rows
from shucheng.bays.data.queries.sources import reader_of
from shucheng.bays.data.tests.agreed import deal
from shucheng.bays.data.tests.conftest import Cast, cast_of
from shucheng.bays.data.tests.market_world import DAY, SQL, USES, world
from shucheng.bays.data.tests.resources import resource, with_file
from shucheng.bays.data.tests.test_actions_harvesting import entry
from shucheng.bays.data.tests.test_api_files import MARKED
from shucheng.kernel.public import Conflict, Forbidden, Invalid, NotFound, audit_head

pytestmark = pytest.mark.django_db(transaction=True)

Meanwhile = Callable[[], object]
RULES = "version: '1'\nrules: [{code: a, dimension: completeness, check: present, fields: [nd]}]"


@pytest.fixture
def cast() -> Cast:
    return cast_of()


def nothing() -> None:
    pass


def waiting(meanwhile: Meanwhile) -> None:
    """The long part: no transaction is open, and others write."""
    assert not connection.in_atomic_block
    meanwhile()


class TestAForeignCatalogue:
    def noted(self, cast: Cast, settings: Any) -> Source:
        settings.SOURCE_HOSTS = ["data.example"]
        return note_source(
            "省目录",
            Source.Kind.CKAN,
            organisation=cast.holder.organisation_id or 0,
            address="https://data.example",
            actor=cast.holder,
        )

    def read(self, cast: Cast, source: Source, meanwhile: Meanwhile = nothing) -> Harvest | None:
        def fetch(_address: str) -> Page:
            waiting(meanwhile)
            return Page(json.dumps(search_answer([entry(1)], 1)).encode())

        return read_catalogue(source.pk, actor=cast.holder, fetch=fetch)

    def test_is_read_without_holding_the_database(self, cast: Cast, settings: Any) -> None:
        found = self.read(cast, self.noted(cast, settings))
        assert found
        assert found.counts["new"] == 1

    def test_that_another_read_meanwhile_is_not_overwritten(
        self, cast: Cast, settings: Any
    ) -> None:
        source = self.noted(cast, settings)
        with pytest.raises(Conflict):
            self.read(cast, source, lambda: self.read(cast, source))
        assert Harvest.objects.count() == 1

    def test_is_not_read_for_a_stranger_who_is_noted(self, cast: Cast, settings: Any) -> None:
        source, before = self.noted(cast, settings), audit_head()[0]
        with pytest.raises(Forbidden):
            read_catalogue(source.pk, actor=cast.other, fetch=lambda _a: pytest.fail("was asked"))
        assert audit_head()[0] == before + 1


class TestAProduct:
    def drafted(self, cast: Cast, code: str = "") -> Product:
        assert cast.operator.organisation_id
        return draft_product(
            "企业分布",
            kind="dataset",
            variety="企业画像",
            maker=cast.operator.organisation_id,
            recipe=Recipe(made_from=["RES-2026-000001"], uses=USES, sql=SQL),
            actor=cast.operator,
            code=code,
            on=DAY,
        )

    def ran(
        self,
        cast: Cast,
        made: Product,
        monkeypatch: pytest.MonkeyPatch,
        meanwhile: Meanwhile = nothing,
    ) -> Product:
        def slow(*args: Any, **more: Any) -> Any:
            waiting(meanwhile)
            return make(*args, **more)

        monkeypatch.setattr(making, "make", slow)
        return run_making(made.pk, actor=cast.operator, on=DAY)

    def test_is_made_without_holding_the_database(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world(cast)
        assert self.ran(cast, self.drafted(cast), monkeypatch).rows == 2

    def test_that_was_written_anew_meanwhile_keeps_what_was_written(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world(cast)
        made = self.drafted(cast)
        with pytest.raises(Conflict):
            self.ran(cast, made, monkeypatch, lambda: self.drafted(cast, made.code))
        made.refresh_from_db()
        assert (made.data, made.rows) == (None, None)

    def test_whose_rights_ended_meanwhile_is_not_kept(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world(cast)
        made = self.drafted(cast)

        def stop() -> None:
            Stop.objects.create(on="RES-2026-000001", kind="revoke", day=DAY, by="x")

        with pytest.raises(Invalid) as refused:
            self.ran(cast, made, monkeypatch, stop)
        assert refused.value.code == "authority.revoked"
        made.refresh_from_db()
        assert made.data is None


class TestACheckOfQuality:
    def ruled(self, cast: Cast, tmp_path: Path) -> Resource:
        made = resource(cast.holder, "RES-1", "nd:年度")
        with_file(made, "SELECT '2025' AS nd FROM range(10)", tmp_path)
        set_quality_rules("RES-1", RULES, number=0, actor=cast.holder)
        return made

    def checked(self, cast: Cast, meanwhile: Meanwhile = nothing) -> QualityCheck:
        @contextmanager
        def slow(of: Resource) -> Iterator[Opened]:
            with open_rows(of) as opened:
                waiting(meanwhile)
                yield opened

        return check_quality("RES-1", open_data=slow, actor=cast.holder)

    def test_reads_the_rows_without_holding_the_database(self, cast: Cast, tmp_path: Path) -> None:
        self.ruled(cast, tmp_path)
        assert self.checked(cast).rows == 10

    def test_by_rules_that_were_replaced_meanwhile_is_not_kept(
        self, cast: Cast, tmp_path: Path
    ) -> None:
        self.ruled(cast, tmp_path)
        with pytest.raises(Conflict):
            self.checked(
                cast, lambda: set_quality_rules("RES-1", RULES, number=1, actor=cast.holder)
            )
        assert not QualityCheck.objects.exists()

    def test_of_what_was_taken_out_meanwhile_is_not_kept(self, cast: Cast, tmp_path: Path) -> None:
        made = self.ruled(cast, tmp_path)
        with pytest.raises(Conflict):
            self.checked(
                cast,
                lambda: withdraw_resource("RES-1", made.revision, reason="停", actor=cast.holder),
            )
        assert not QualityCheck.objects.exists()


class TestASource:
    def noted(self, cast: Cast) -> Source:
        return note_source(
            "登记库导出",
            Source.Kind.FILE,
            organisation=cast.holder.organisation_id or 0,
            file=("firms.csv", "uscc,name\nA,甲\n".encode()),
            actor=cast.holder,
        )

    def read(
        self,
        cast: Cast,
        source: Source,
        monkeypatch: pytest.MonkeyPatch,
        meanwhile: Meanwhile = nothing,
    ) -> Source:
        def slow(of: Source) -> Any:
            waiting(meanwhile)
            return reader_of(of)

        with monkeypatch.context() as patch:
            patch.setattr(sources, "reader_of", slow)
            return read_source(source.pk, source.revision, actor=cast.holder)

    def test_is_asked_without_holding_the_database(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read = self.read(cast, self.noted(cast), monkeypatch)
        assert [len(table["fields"]) for table in read.found] == [2]

    def test_that_another_read_meanwhile_is_not_overwritten(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = self.noted(cast)
        with pytest.raises(Conflict):
            self.read(cast, source, monkeypatch, lambda: self.read(cast, source, monkeypatch))
        source.refresh_from_db()
        assert source.revision == 1


class TestGrading:
    def graded(self, cast: Cast, meanwhile: Meanwhile = nothing) -> int:
        def slow(
            _resource: Resource, names: Sequence[str], _most: int
        ) -> Mapping[str, Sequence[object]]:
            waiting(meanwhile)
            return dict.fromkeys(names, ("2025",) * 30)

        return grade_resources(actor=cast.holder, samples=slow).proposed

    def test_looks_at_values_without_holding_the_database_once_for_a_resource(
        self, cast: Cast
    ) -> None:
        resource(cast.holder, "RES-1", "nd:年度", "bz:备注")
        opened: list[int] = []
        assert self.graded(cast, lambda: opened.append(1)) == 2
        assert len(opened) == 1

    def test_proposes_nothing_for_a_field_that_is_described_otherwise_meanwhile(
        self, cast: Cast
    ) -> None:
        made = resource(cast.holder, "RES-1", "nd:年度", "bz:备注")
        named = Field.objects.filter(resource=made, name="bz")
        assert self.graded(cast, lambda: named.update(title="诊断结果")) == 1
        assert GradeProposal.objects.get().field.name == "nd"
        assert self.graded(cast) == 1

    def test_proposes_nothing_for_what_was_taken_out_meanwhile(self, cast: Cast) -> None:
        made = resource(cast.holder, "RES-1", "nd:年度")
        assert (
            self.graded(
                cast,
                lambda: withdraw_resource("RES-1", made.revision, reason="停", actor=cast.holder),
            )
            == 0
        )

    def test_by_rules_that_were_replaced_meanwhile_is_not_kept(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        resource(cast.holder, "RES-1", "nd:年度")
        other = replace(grading_rules.rules_in_force(), digest="other")
        with pytest.raises(Conflict):
            self.graded(
                cast,
                lambda: monkeypatch.setattr(grading_proposals, "rules_in_force", lambda: other),
            )
        assert not GradeProposal.objects.exists()

    def test_keeps_what_a_person_decided_meanwhile(self, cast: Cast) -> None:
        made = resource(cast.holder, "RES-1", "nd:年度")
        grade_resources(actor=cast.holder)
        shown = GradeProposal.objects.get()

        def decide() -> None:
            answer = Answer(shown.field_id, shown.digest)
            decide_grades([answer], actor=cast.reviewer)

        self.graded(cast, decide)
        field = Field.objects.get(resource=made)
        assert (field.grade, GradeProposal.objects.get().state) == (
            shown.grade,
            GradeProposal.State.DECIDED,
        )


class TestAMark:
    def test_is_sought_without_holding_the_database(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        find = watermark.find

        def slow(*args: Any) -> watermark.Found:
            waiting(nothing)
            return find(*args)

        monkeypatch.setattr(watermark, "find", slow)
        code = deal(cast, shows=MARKED).code
        found = find_mark(code, "x.csv", b"id,income\n1,2\n", actor=cast.bureau)
        assert found.agreement is None
        assert EvidenceEvent.objects.filter(kind="delivery.mark_sought", about=code).exists()

    def test_that_nobody_may_seek_any_more_is_told_to_nobody(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        find, code = watermark.find, deal(cast, shows=MARKED).code

        def slow(*args: Any) -> watermark.Found:
            waiting(lambda: Resource.objects.update(holder=cast.other.organisation_id))
            return find(*args)

        monkeypatch.setattr(watermark, "find", slow)
        with pytest.raises(NotFound):
            find_mark(code, "x.csv", b"id,income\n1,2\n", actor=cast.holder)
        assert not EvidenceEvent.objects.filter(kind="delivery.mark_sought").exists()
