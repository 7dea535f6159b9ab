"""Another catalogue is read over HTTP, looked at, and taken over; from nowhere but named hosts."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from shucheng.bays.data.actions import fetching
from shucheng.bays.data.actions.harvesting import (
    HARVEST_JOB,
    lay_aside,
    read_catalogue,
    take_harvest,
)
from shucheng.bays.data.actions.sources import note_source
from shucheng.bays.data.engine.catalogue.ckan import search_answer
from shucheng.bays.data.engine.catalogue.model import Field, Holder, Resource
from shucheng.bays.data.jobs import SCHEDULE, harvest_job
from shucheng.bays.data.models.catalogue import Harvest, Source
from shucheng.bays.data.models.catalogue import Resource as Row
from shucheng.bays.data.models.grading import GradeProposal
from shucheng.bays.data.queries.harvesting import harvest_page
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.test_web_catalogue import signed_in
from shucheng.kernel.public import (
    Conflict,
    Invalid,
    NotFound,
    run_pending_jobs,
    system_actor,
)


def entry(number: int, **more: Any) -> Resource:
    said: dict[str, Any] = {
        "title": f"空气质量{number}",
        "description": "每小时的监测值。",
        "fields": (Field("pm25", "细颗粒物", "number"),),
        "frequency": "HOURLY",
        "region": "320900",
        "sharing": "unconditional",
        "opening": "none",
    }
    return Resource(code=f"air-{number}", **{"holder": Holder("hbj", "环保局")} | said | more)


class Site:
    """A CKAN site on this machine; `entries` are what it has now, `broken` what it answers else."""

    def __init__(self, *entries: Resource) -> None:
        self.entries = list(entries)
        self.broken: tuple[int, dict[str, str], bytes] | None = None


@contextmanager
def serving(site: Site) -> Iterator[str]:
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(search_answer(site.entries, len(site.entries))).encode()
            status, headers, said = site.broken or (200, {}, body)
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def site(settings: Any) -> Iterator[tuple[Site, str]]:
    settings.SOURCE_HOSTS = ["127.0.0.1"]
    made = Site(entry(1), entry(2))
    with serving(made) as address:
        yield made, address


def noted(cast: Cast, address: str) -> Source:
    return note_source(
        "省目录",
        Source.Kind.CKAN,
        organisation=cast.holder.organisation_id or 0,
        address=address,
        actor=cast.holder,
    )


def read(cast: Cast, source: Source) -> Harvest:
    found = read_catalogue(source.pk, actor=cast.holder)
    assert found, Source.objects.get(pk=source.pk).trouble
    return found


def taken(cast: Cast, source: Source) -> Harvest:
    found = read(cast, source)
    return take_harvest(found.pk, found.revision, list_whole=True, actor=cast.holder)


def test_what_is_new_waits_until_it_is_taken_over_and_a_second_reading_finds_nothing(
    cast: Cast, site: tuple[Site, str]
) -> None:
    source = noted(cast, site[1])
    found = read(cast, source)
    assert found.counts == {"new": 2, "changed": 0, "vanished": 0, "refused": 0, "unsure": 0}
    assert not Row.objects.exists()
    take_harvest(found.pk, found.revision, list_whole=True, actor=cast.holder)
    rows = Row.objects.order_by("identifier")
    assert [(r.identifier, r.state, r.holder_id) for r in rows] == [
        (f"air-{n}", "listed", cast.holder.organisation_id) for n in (1, 2)
    ]
    assert set(read(cast, source).counts.values()) == {0}


def test_what_is_taken_over_is_graded_in_the_background(cast: Cast, site: tuple[Site, str]) -> None:
    taken(cast, noted(cast, site[1]))
    run_pending_jobs()
    proposed = GradeProposal.objects.values_list("field__resource__identifier", flat=True)
    assert set(proposed) == {"air-1", "air-2"}
    assert not Row.objects.filter(grade="").exists()


def test_what_differs_is_named_and_what_is_gone_is_taken_out_and_comes_back_as_the_same(
    cast: Cast, site: tuple[Site, str]
) -> None:
    source = noted(cast, site[1])
    taken(cast, source)
    before = {each.identifier: each.code for each in Row.objects.all()}
    site[0].entries = [entry(1, title="空气质量（新）")]
    found = read(cast, source)
    page = harvest_page(source.pk, actor=cast.holder)
    assert [(each.own, each.what) for each in page.changed] == [("air-1", "标题")]
    assert [each.own for each in page.vanished] == ["air-2"]
    take_harvest(found.pk, found.revision, actor=cast.holder)
    assert set(Row.objects.values_list("title", "state")) == {
        ("空气质量（新）", "listed"),
        ("空气质量2", "withdrawn"),
    }
    site[0].entries = [entry(1, title="空气质量（新）"), entry(2)]
    taken(cast, source)
    assert {each.identifier: each.code for each in Row.objects.all()} == before
    assert set(Row.objects.values_list("state", flat=True)) == {"listed"}


def test_an_entry_that_is_no_longer_whole_leaves_the_catalogue_until_it_is_completed(
    cast: Cast, site: tuple[Site, str]
) -> None:
    source = noted(cast, site[1])
    taken(cast, source)
    site[0].entries = [entry(1, description=""), entry(2)]
    taken(cast, source)
    assert dict(Row.objects.values_list("identifier", "state")) == {
        "air-1": "draft",
        "air-2": "listed",
    }


def test_a_reading_is_taken_over_once_or_laid_aside(cast: Cast, site: tuple[Site, str]) -> None:
    source = noted(cast, site[1])
    found = lay_aside(read(cast, source).pk, 0, actor=cast.holder)
    for revision in (0, found.revision):
        with pytest.raises(Conflict):
            take_harvest(found.pk, revision, actor=cast.holder)
    old, new = read(cast, source), read(cast, source)
    with pytest.raises(Conflict):
        take_harvest(old.pk, old.revision, actor=cast.holder)
    assert take_harvest(new.pk, new.revision, actor=cast.holder).state == "applied"


def test_every_day_catalogues_are_read_anew_and_what_waits_is_not_replaced_by_the_same(
    cast: Cast, site: tuple[Site, str]
) -> None:
    def day() -> list[str]:
        harvest_job({}, actor=system_actor("job"), progress=None)
        run_pending_jobs()
        return list(Harvest.objects.order_by("pk").values_list("state", flat=True))

    assert [each.every_minutes for each in SCHEDULE if each.job == HARVEST_JOB] == [24 * 60]
    source = noted(cast, site[1])
    assert day() == ["read"]
    assert day() == ["read"]
    assert Source.objects.get(pk=source.pk).revision == 2  # it was read twice
    site[0].entries = [entry(1), entry(3)]
    assert day() == ["laid_aside", "read"]
    waits = Harvest.objects.latest("pk")
    take_harvest(waits.pk, waits.revision, list_whole=True, actor=cast.holder)
    assert day() == ["laid_aside", "applied"]


def test_a_reading_that_finds_again_what_is_here_lays_aside_what_waited(
    cast: Cast, site: tuple[Site, str]
) -> None:
    source = noted(cast, site[1])
    taken(cast, source)
    site[0].entries = [entry(1)]
    read(cast, source)
    site[0].entries = [entry(1), entry(2)]
    read_catalogue(source.pk, due=True, actor=cast.holder)
    assert not Harvest.objects.filter(state=Harvest.State.READ, counts__vanished=1).exists()


def test_the_department_that_harvests_holds_it_and_the_publisher_is_named(
    cast: Cast, site: tuple[Site, str]
) -> None:
    source = noted(cast, site[1])
    read(cast, source)
    page = harvest_page(source.pk, actor=cast.holder)
    assert [each.what for each in page.new] == ["环保局"] * 2
    taken(cast, source)
    one = Row.objects.get(identifier="air-1")
    assert (one.holder_id, one.publisher) == (cast.holder.organisation_id, "环保局")
    html = signed_in(cast.holder).get(f"/data-elements/catalogue/{one.code}/").content.decode()
    assert "环保局" in html
    site[0].entries[0] = entry(1, holder=Holder("sthjj", "生态环境局"))
    read(cast, source)
    (changed,) = harvest_page(source.pk, actor=cast.holder).changed
    assert changed.what == "发布单位"
    taken(cast, source)
    one.refresh_from_db()
    assert one.publisher == "生态环境局"


@pytest.mark.parametrize(
    "broken",
    [
        (302, {"Location": "http://169.254.169.254/"}, b""),
        (500, {}, b"secret"),
        (200, {}, b"not json"),
        (200, {}, b'{"success": false}'),
        (200, {}, b"x" * 5_000),
    ],
)
def test_trouble_is_kept_in_words_and_changes_nothing(
    cast: Cast, site: tuple[Site, str], broken: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_LARGEST", 4_000)
    source = noted(cast, site[1])
    site[0].broken = broken
    assert read_catalogue(source.pk, actor=cast.holder) is None
    source.refresh_from_db()
    assert source.trouble
    assert "secret" not in source.trouble
    assert not Harvest.objects.exists()


def test_no_host_is_read_that_the_administrator_has_not_named(
    cast: Cast, site: tuple[Site, str], settings: Any
) -> None:
    source = noted(cast, site[1])
    settings.SOURCE_HOSTS = ["data.example"]
    assert read_catalogue(source.pk, actor=cast.holder) is None
    wrong = ("http://127.0.0.1/", "ftp://data.example/", "http://u:p@data.example/", "data.example")
    for address in wrong:
        with pytest.raises(Invalid) as refused:
            noted(cast, address)
        assert set(refused.value.fields) == {"address"}


def test_the_page_shows_the_plan_to_its_own_office_only(cast: Cast, site: tuple[Site, str]) -> None:
    source = noted(cast, site[1])
    site[0].entries.append(entry(3, title=""))
    read(cast, source)
    html = signed_in(cast.holder).get(f"/data-elements/sources/{source.pk}/harvest/").content
    assert "空气质量1" in html.decode()
    assert "没有标题" in html.decode()
    with pytest.raises(NotFound):
        harvest_page(source.pk, actor=cast.other)
