"""Giving rights over many resources reads the book of rights once, not once for each of them."""

from datetime import date
from typing import Any

import pytest

from shucheng.bays.data.models.authority import Grant
from shucheng.bays.data.queries import book
from shucheng.bays.data.tests.authority import in_force, planned, registered, resource, step
from shucheng.bays.data.tests.conftest import Cast


class Reading:
    """How often the whole book is read from the database."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0
        self._read = book._read
        monkeypatch.setattr(book, "_read", self._counted)

    def _counted(self) -> Any:
        self.times += 1
        return self._read()

    def during(self, what: Any) -> int:
        before = self.times
        what()
        return self.times - before


def test_an_authorisation_over_many_resources_reads_the_book_no_oftener(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = [f"RES-{n}" for n in range(1, 6)]
    for code in codes:
        resource(cast.holder, code)
        registered(cast, code)
    reading = Reading(monkeypatch)
    one = reading.during(lambda: in_force(cast, codes[0]))
    many = reading.during(lambda: in_force(cast, *codes[1:]))
    assert many == one
    assert Grant.objects.exclude(right="hold").count() == 2 * len(codes)


def test_a_renewal_reads_the_book_no_oftener_where_there_are_many_authorisations(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = []
    for code in ("RES-1", "RES-2"):
        resource(cast.holder, code)
        cases.append(step(registered(cast, code), "submit_renewal", cast.holder, date(2029, 3, 1)))
    reading = Reading(monkeypatch)

    def renewed(at: int) -> int:
        return reading.during(lambda: step(cases[at], "renew", cast.bureau, date(2029, 3, 20)))

    few = renewed(0)
    for _n in range(4):
        planned(cast, "RES-2")
    assert renewed(1) == few
