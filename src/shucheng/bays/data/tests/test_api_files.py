"""Downloads carry their recipient's mark; a part that leaked says whose it was."""

import io
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from shucheng.bays.data.actions.serving_files import deliver_file, find_mark
from shucheng.bays.data.models.delivery import Call
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.tests.agreed import PURPOSE, SHOWS, deal
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.test_api_delivering import ask, nothing_kept, token
from shucheng.bays.data.tests.test_web_delivering import Browser, browser
from shucheng.kernel.public import Forbidden, Invalid, ShuchengError

__all__ = ["browser", "nothing_kept"]

pytestmark = pytest.mark.django_db
MARKED = {**SHOWS, "marking": {"key": ["id"], "steps": {"income": "0.01"}}}


def download(cast: Cast, code: str, form: str = "csv") -> bytes:
    return deliver_file(code, token(cast, code, "download"), PURPOSE, form)[1].content


def rows(content: bytes, tmp_path: Path) -> list[tuple[Any, ...]]:
    file = tmp_path / "got.csv"
    file.write_bytes(content)
    return duckdb.read_csv(str(file)).project("id, income").order("id").fetchall()


def test_a_file_is_what_was_agreed_with_its_types(cast: Cast, tmp_path: Path):
    code = deal(cast, rows=50).code
    given = token(cast, code, "download")
    response = Client().post(
        f"/api/v1/data/deliveries/{code}/download",
        {"purpose": PURPOSE, "form": "parquet"},
        content_type="application/json",
        headers={"X-Data-Token": given},
    )
    assert response.status_code == 200
    assert "PRD-2026-000001@1.parquet" in response["Content-Disposition"]
    call = Call.objects.get(code=response["X-Call"])
    assert (call.mode, call.rows, call.outcome) == ("download", 50, "delivered")
    file = tmp_path / "got.parquet"
    file.write_bytes(response.content)
    got = duckdb.read_parquet(str(file))
    types = dict(zip(got.columns, map(str, got.types), strict=True))
    assert (types["income"], types["opened"], "note" in types) == ("DECIMAL(18,2)", "DATE", False)
    assert ask(code, given, "download", form="exe")[1]["code"] == "delivery.request-invalid"
    assert ask(code, given, "download", purpose="x")[1]["code"] == "delivery.wrong-purpose"


def test_the_mark_moves_values_by_a_step_and_names_the_recipient(cast: Cast, tmp_path: Path):
    one = deal(cast, rows=2_000, shows=MARKED).code
    two = deal(cast, number=2, shows=MARKED).code
    first, second = download(cast, one), download(cast, two)
    plain = {n: Decimal(n * 10) for n in range(2_000)}
    off = {abs(Decimal(str(income)) - plain[n]) for n, income in rows(first, tmp_path)}
    assert off == {Decimal(0), Decimal("0.01")}
    assert first != second
    assert first == download(cast, one)
    lines = second.decode().splitlines()
    part = random.Random(7).sample(lines[1:], 700)
    leaked = "\r\n".join([lines[0], *part]).encode()
    found = find_mark(one, "leaked.csv", leaked, actor=cast.holder)
    assert found.agreement
    assert (found.agreement.code, found.compared) == (two, 2)
    event = EvidenceEvent.objects.get(kind="delivery.mark_sought")
    assert event.content["found"] == two
    nobody = "id,income\n" + "\n".join(f"{n},{n * 10}" for n in range(900))
    assert find_mark(one, "x.csv", nobody.encode(), actor=cast.bureau).agreement is None
    as_parquet = download(cast, two, "parquet")
    assert find_mark(one, "x.parquet", as_parquet, actor=cast.operator).agreement == found.agreement


def test_a_table_too_small_for_its_mark_does_not_leave(cast: Cast):
    code = deal(cast, rows=40, shows=MARKED).code
    with pytest.raises(ShuchengError) as refused:
        download(cast, code)
    assert refused.value.code == "delivery.table-too-small"


def test_who_may_look_for_a_mark(cast: Cast):
    code = deal(cast, rows=40, shows=MARKED).code
    for actor in (cast.buyer, cast.auditor):
        with pytest.raises(Forbidden):
            find_mark(code, "x.csv", b"id,income\n1,2\n", actor=actor)
    for content in (b"", b"\x00\xff", b"a,b\n1,2\n"):
        with pytest.raises(Invalid):
            find_mark(code, "x.csv", content, actor=cast.bureau)
    odd = find_mark(code, "x.csv", b"id,income\n1,=cmd()\n2,NaN\n", actor=cast.bureau)
    assert odd.agreement is None
    plain = deal(cast, number=2).code
    with pytest.raises(Invalid):
        find_mark(plain, "x.csv", b"id,income\n1,2\n", actor=cast.bureau)


def test_on_screen_a_buyer_downloads_and_a_holder_finds_the_mark(cast: Cast, browser: Browser):
    code = deal(cast, rows=1_500, shows=MARKED).code
    buyer = browser("buyer")
    address = reverse("data:delivery_download", args=[code])
    response = buyer.post(address, {"form": "csv"})
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    assert browser("operator").post(address, {"form": "csv"}).status_code == 403
    marks = reverse("data:delivery_mark", args=[code])
    assert buyer.get(marks).status_code == 403
    holder = browser("holder")
    assert holder.get(marks).status_code == 200
    leaked = SimpleUploadedFile("leaked.csv", response.content)
    answer = holder.post(marks, {"file": leaked})
    assert answer.context["found"].agreement.code == code
    assert holder.post(marks, {}).status_code == 422
    bad = holder.post(marks, {"file": SimpleUploadedFile("leaked.csv", b"a,b\n1,2\n")})
    assert bad.status_code == 422
    assert io.BytesIO(response.content).readline().startswith(b"id,")
