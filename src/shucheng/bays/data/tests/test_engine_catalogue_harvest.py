"""Another catalogue is read over real HTTP, as CKAN and as DCAT, into a plan of changes."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.bays.data.engine.catalogue.ckan import (
    PackageRefused,
    from_package,
    name_of,
    search_answer,
    show_answer,
    to_package,
)
from shucheng.bays.data.engine.catalogue.dcat.write import write
from shucheng.bays.data.engine.catalogue.harvest import (
    Answer,
    Harvested,
    HarvestFailed,
    applied,
    harvest_ckan,
    harvest_dcat,
    plan,
)
from shucheng.bays.data.engine.catalogue.model import Distribution, Holder, Resource

from .catalogue_entries import WHOLE, resources

Page = tuple[int, dict[str, str], bytes]
Serve = Callable[[str, dict[str, str]], Page]


@contextmanager
def server(serve: Serve) -> Iterator[str]:
    """A catalogue on a free port, answering by `serve(path, query)`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(url.query).items()}
            status, headers, body = serve(url.path, query)
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{http.server_port}"
        finally:
            http.shutdown()
            thread.join()


def fetch(address: str) -> Answer:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            headers = {key.lower(): value for key, value in answer.headers.items()}
            return Answer(answer.read(), headers)
    except urllib.error.HTTPError as error:
        error.close()
        raise


# As the documentation of the action API shows a package of a stock CKAN, without our extras.
STOCK = {
    "id": "476fc0c7-bf76-46c4-b0b2-dc52a9c7ac7b",
    "name": "air-quality",
    "title": "空气质量监测",
    "notes": "每小时",
    "state": "active",
    "private": False,
    "license_id": "cc-by",
    "license_title": "Creative Commons Attribution",
    "license_url": "http://www.opendefinition.org/licenses/cc-by",
    "metadata_modified": "2026-01-01T00:00:00.000000",
    "organization": {"id": "o1", "name": "sthjj", "title": "市生态环境局", "is_organization": True},
    "groups": [
        {"id": "g1", "name": "environment", "title": "生态环境", "display_name": "生态环境"}
    ],
    "tags": [{"id": "t1", "name": "空气", "display_name": "空气", "state": "active"}],
    "resources": [
        {"id": "r1", "name": "2025", "url": "http://else.example/a.csv", "format": "CSV"}
    ],
    "extras": [{"key": "spatial", "value": "盐城"}, {"key": "frequency", "value": "hourly"}],
}


def ckan(packages: Sequence[object], page: int = 3) -> Serve:
    """`package_search` of a site that gives no more than `page` at once."""

    def serve(path: str, query: dict[str, str]) -> Page:
        assert path == "/site/api/3/action/package_search"
        start, rows = int(query["start"]), min(int(query["rows"]), page)
        result = {"count": len(packages), "results": packages[start : start + rows]}
        return 200, {}, json.dumps({"success": True, "result": result}).encode()

    return serve


def test_a_stock_package_is_read_as_far_as_it_goes() -> None:
    assert from_package(STOCK) == Resource(
        "air-quality",
        "空气质量监测",
        "每小时",
        Holder("sthjj", "市生态环境局"),
        themes=("生态环境",),
        keywords=("空气",),
        frequency="OTHER",
        licence="http://www.opendefinition.org/licenses/cc-by",
        distributions=(Distribution("csv", "http://else.example/a.csv", "2025"),),
    )


@given(resources)
def test_any_entry_comes_back_from_its_package(resource: Resource) -> None:
    package = json.loads(json.dumps(to_package(resource)))
    assert from_package(package) == resource
    assert set(package["name"]) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")


def test_answers_have_the_frame_of_the_action_api() -> None:
    assert show_answer(WHOLE) == {"success": True, "result": to_package(WHOLE)}
    assert search_answer([WHOLE], 7)["result"]["count"] == 7
    assert name_of("320900-FGW/0001") == "320900-fgw-0001"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["title", "name", "extras", "key", "value", "tags", "resources", "state"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(json_values)
def test_any_json_is_an_entry_or_refused(package: object) -> None:
    try:
        outcome = "entry" if from_package(package).title.strip() else "nameless"
    except PackageRefused as refused:
        outcome = refused.code
    assert outcome in {"entry", "not-an-object", "no-identifier", "no-title", "not-active"}


def many(count: int) -> list[Resource]:
    return [from_package(to_package(replace(WHOLE, code=f"r{n}"))) for n in range(count)]


def test_a_ckan_site_is_read_page_by_page_and_a_second_time_nothing_is_to_do() -> None:
    packages: list[object] = [to_package(each) for each in many(8)]
    packages += [STOCK, {"id": "x", "state": "deleted", "title": "t"}, {"id": "y", "name": "y"}, 7]
    with server(ckan(packages)) as site:
        seen = harvest_ckan(fetch, f"{site}/site/")
        again = harvest_ckan(fetch, f"{site}/site/")
    assert len(seen.entries) == 9
    assert seen.refused == {"x": "not-active", "y": "no-title", "#11": "not-an-object"}
    assert seen.complete
    first = plan({}, seen)
    assert set(first.new) == set(seen.entries)
    second = plan(applied({}, first), again)
    assert (dict(second.new), dict(second.changed), second.vanished) == ({}, {}, ())
    assert len(second.unchanged) == 9


def test_what_is_new_changed_gone_or_unreadable_is_told_apart() -> None:
    known = {f"r{n}": entry for n, entry in enumerate(many(5))}
    there = [to_package(each) for each in many(6)[1:]]
    there[0] |= {"title": "改名", "version": "9"}
    there[1] |= {"title": ""}
    with server(ckan(there)) as site:
        todo = plan(known, harvest_ckan(fetch, f"{site}/site"))
    assert set(todo.new) == {"r5"}
    assert {own: keys for own, (_, keys) in todo.changed.items()} == {"r1": ("title", "version")}
    assert todo.vanished == ("r0",)
    assert todo.refused == {"r2": "no-title"}
    assert todo.unchanged == ("r3", "r4")
    after = applied(known, todo)
    assert set(after) == {"r1", "r2", "r3", "r4", "r5"}
    assert after["r1"].title == "改名"


def test_a_site_that_shrinks_while_it_is_read_makes_nothing_vanish() -> None:
    def serve(path: str, query: dict[str, str]) -> Page:
        start = int(query["start"])
        found = [to_package(each) for each in many(6)][start : start + 3] if start < 3 else []
        return (
            200,
            {},
            json.dumps({"success": True, "result": {"count": 6, "results": found}}).encode(),
        )

    known = {f"r{n}": entry for n, entry in enumerate(many(6))}
    with server(serve) as site:
        todo = plan(known, harvest_ckan(fetch, f"{site}/site"))
    assert todo.vanished == ()
    assert todo.unsure == ("r3", "r4", "r5")


def counted(count: str) -> bytes:
    return f'{{"success": true, "result": {{"count": {count}, "results": []}}}}'.encode()


BROKEN: list[tuple[Page, str]] = [
    ((500, {}, b"secret-key at /srv"), "harvest-unreachable"),
    ((200, {}, b"<html>"), "harvest-unreadable"),
    ((200, {}, b"[" * 100_000), "harvest-unreadable"),
    ((200, {}, b'{"success": false, "error": {"message": "secret-key"}}'), "harvest-not-success"),
    ((200, {}, counted('"1"')), "harvest-unreadable"),
    ((200, {}, counted("99999999")), "harvest-too-large"),
]


@pytest.mark.parametrize(("page", "code"), BROKEN)
def test_a_site_that_fails_is_told_by_a_code_and_no_word_of_its_own(page: Page, code: str) -> None:
    with server(lambda *_: page) as site, pytest.raises(HarvestFailed) as caught:
        harvest_ckan(fetch, f"{site}/site?key=secret-key")
    assert caught.value.code == code
    assert "secret" not in str(caught.value)
    assert "secret" not in repr(Answer(page[2]))


BASE = "https://else.example/catalogue/"


def test_a_dcat_endpoint_is_read_by_the_link_header() -> None:
    pages = [write(many(7)[n : n + 3], BASE, "turtle").encode() for n in (0, 3, 6)]

    def serve(path: str, query: dict[str, str]) -> Page:
        number = int(query.get("page", "1"))
        following = f'</dcat?page={number + 1}>; rel="next", </dcat>; rel="first"'
        headers = {"Content-Type": "text/turtle; charset=utf-8"}
        headers |= {"Link": following} if number < len(pages) else {}
        return 200, headers, pages[number - 1]

    with server(serve) as site:
        seen = harvest_dcat(fetch, f"{site}/dcat")
    assert {entry.code for entry in seen.entries.values()} == {f"r{n}" for n in range(7)}
    assert plan(seen.entries, seen).unchanged == tuple(sorted(seen.entries))


def test_a_dcat_endpoint_is_read_by_hydra() -> None:
    def serve(path: str, query: dict[str, str]) -> Page:
        body = json.loads(write([many(2)[int(path[-1])]], BASE))
        if path.endswith("0"):
            body["@graph"].append({"@id": "urn:p", "hydra:next": {"@id": f"http://{HOST[0]}/p1"}})
        return 200, {"Content-Type": "application/ld+json"}, json.dumps(body).encode()

    HOST: list[str] = []  # noqa: N806
    with server(serve) as site:
        HOST.append(urlsplit(site).netloc)
        seen = harvest_dcat(fetch, f"{site}/p0")
    assert {entry.code for entry in seen.entries.values()} == {"r0", "r1"}


@pytest.mark.parametrize(
    ("link", "kind", "code"),
    [
        ("<http://169.254.169.254/latest>; rel=next", "text/turtle", "harvest-elsewhere"),
        ("<file:///etc/passwd>; rel=next", "text/turtle", "harvest-elsewhere"),
        ("</dcat>; rel=next", "text/turtle", "harvest-loop"),
        ("", "text/html", "harvest-form"),
        ("", "application/rdf+xml", "dcat-unreadable"),
    ],
)
def test_an_endpoint_that_leads_astray_is_left(link: str, kind: str, code: str) -> None:
    page = (200, {"Content-Type": kind, "Link": link}, write([WHOLE], BASE, "turtle").encode())
    with server(lambda *_: page) as site, pytest.raises(HarvestFailed, match=code):
        harvest_dcat(fetch, f"{site}/dcat")


known = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(many(3)), max_size=6)


@given(known, known, st.booleans())
def test_a_plan_applied_leaves_nothing_to_do(
    before: dict[str, Resource], there: dict[str, Resource], complete: bool
) -> None:
    seen = Harvested(there, {}, complete)
    todo = plan(before, seen)
    after = applied(before, todo)
    again = plan(after, seen)
    assert not again.new
    assert not again.changed
    assert not again.vanished
    assert applied(after, again) == after
    if complete:
        assert after == there
    else:
        assert after.keys() >= before.keys()
