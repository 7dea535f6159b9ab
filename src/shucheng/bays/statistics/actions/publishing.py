"""Publish a month's tables: decided with all that is out of the year, proved, kept.

The proof takes from seconds to minutes: a job makes it. What can be refused beforehand is.
"""

from dataclasses import asdict, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.engine.published_tables import printed, tables_of_year
from shucheng.bays.statistics.engine.suppression.protect import Unprotectable
from shucheng.bays.statistics.engine.suppression.release import Release, release
from shucheng.bays.statistics.engine.suppression.rules import Rules, shipped_rules
from shucheng.bays.statistics.engine.suppression.tables import Key, TableRefused, Tables
from shucheng.bays.statistics.models import Publication
from shucheng.bays.statistics.queries.accounts import simulated
from shucheng.bays.statistics.queries.choices import months_of
from shucheng.bays.statistics.queries.definitions import imputation_in_force
from shucheng.bays.statistics.queries.micro import ask
from shucheng.kernel.public import Actor, Conflict, Invalid, action, enqueue, record

PUBLISH_JOB = "statistics.publish"


@action
def ask_to_publish(period: int, *, actor: Actor) -> None:
    """Have the tables of a month (yyyymm) made and proved in the background."""
    actor.require("statistics.define")
    _check(period)
    key = f"{PUBLISH_JOB}:{period}"
    enqueue(PUBLISH_JOB, actor=actor, payload={"period": period}, unique_key=key)
    record("statistics.publication.asked", ("statistics.publication", "", str(period)), actor=actor)


def publish_tables(period: int, *, actor: Actor) -> Publication:
    """Publish the year-to-date tables of a month (yyyymm); see `engine/published_tables`.

    Nothing is published where a cell could not be kept from a reader of everything that is out, or
    where the micro-data no longer give what was published before. The proof is made outside of the
    transaction that keeps it.
    """
    actor.require("statistics.define")
    _check(period)
    earlier = _of_year(period)
    months = [*(each.period for each in earlier), period]
    shipped = shipped_rules()
    try:
        tables = ask(lambda micro: tables_of_year(micro, months, kept=shipped.kept))
        out = _still_true(earlier, tables)
        rules = _with_floor(shipped, tables)
        found = release(tables, rules, published=out)
    except TableRefused as error:
        raise _refused(
            _("The tables do not hold together (%(reason)s): %(where)s."),
            _("Look at the newest batches of register and returns, then publish again."),
            reason=error.code,
            where=" / ".join(error.key),
        ) from None
    except Unprotectable as error:
        raise _refused(
            _("What is out already leaves no way to protect these cells: %(where)s."),
            _("Leave this month out; the tables of a later month can be published."),
            where="; ".join(" / ".join(key) for key in error.keys[:3]),
        ) from None
    except ArithmeticError:
        raise _refused(
            _("The proof that nobody can find out what is withheld did not come about."),
            _("Nothing is published. Tell the maintainers, with the month."),
        ) from None
    facts = {
        "cells": _cells(found, period),
        "certificate": _certificate(found, tables, period, months),
        "versions": ask(Micro.versions, "versions"),
        "simulated": simulated(),
    }
    return _keep(period, facts, months, actor=actor)


@action
def _keep(period: int, facts: dict[str, Any], months: list[int], *, actor: Actor) -> Publication:
    """Refused where another month went out while the proof was made: it does not cover that."""
    _check(period)
    if {each.period for each in _of_year(period)} != set(months) - {period}:
        raise Conflict(_("The publications of the year"))
    made = Publication.objects.create(period=period, by=actor.name[:150], **facts)
    proof = made.certificate
    after = {"period": period, "cells": proof["cells"], "rules": proof["rules_version"]}
    record("statistics.publication.made", made, actor=actor, after=after)
    return made


def _of_year(period: int) -> list[Publication]:
    first = period // 100 * 100
    return list(Publication.objects.filter(period__gt=first, period__lt=first + 13))


def _check(period: int) -> None:
    if period not in ask(months_of, "months"):
        raise Invalid(
            "statistics.publication_period",
            _("Firms reported nothing for this month."),
            _("Choose a month that firms reported."),
        )
    if period in imputation_in_force():
        raise Invalid(
            "statistics.publication_imputed",
            _("Late firms of this month are imputed, and what is out stays out."),
            _("Publish once they have reported and imputation is ended, or another month."),
        )
    if Publication.objects.filter(period=period).exists():
        raise Invalid(
            "statistics.published",
            _("The tables of this month are out already, and what is out stays out."),
            _("Publish a later month."),
        )


def _still_true(earlier: list[Publication], tables: Tables) -> frozenset[Key]:
    """The cells whose values are out. Two values of one cell would tell what was corrected, which
    the proof does not cover."""
    out = {
        (code, area, size, f"-{each.period}"): value
        for each in earlier
        for code, area, size, value in each.cells
        if value is not None
    }
    changed = [
        key for key, value in out.items()
        if key not in tables.cells or tables.cells[key].total != value
    ]  # fmt: skip
    if changed:
        raise Invalid(
            "statistics.revised",
            _("%(n)s figures that are out have changed since: both values would be known."),
            _("The next tables can be published for a month of the following year."),
            n=len(changed),
        )
    return frozenset(out)


def _with_floor(rules: Rules, tables: Tables) -> Rules:
    """A reader takes revenue not to be below 0. Where firms moved, a month's part may be: then the
    floor lies well below the least."""
    least = min((cell.total for cell in tables.cells.values()), default=0)
    return replace(rules, floor=10 * min(0, least))


def _cells(found: Release, period: int) -> list[Any]:
    """[class or industry, area, size, thousand yuan or None] of what is printed."""
    return [[*cell.key[:3], cell.value] for cell in found.public() if printed(cell.key, period)]


def _certificate(found: Release, tables: Tables, period: int, months: list[int]) -> dict[str, Any]:
    """The audit in figures; reasons and bounds, which would help an attacker, are not kept."""
    shown = [each for each in found.decisions if printed(each.key, period)]
    withheld = [each.key for each in shown if each.status != "published"]
    gross = sum(tables.cells[each.key].gross for each in shown)
    hidden = sum(tables.cells[key].gross for key in withheld)
    return {
        **asdict(found.certificate),
        "months": sorted(months),
        "cells": len(shown),
        "withheld": len(withheld),
        # In whole percent: told exactly, it would be one more sum of withheld values.
        "percent_withheld": round(100 * hidden / gross) if gross else 0,
    }


def _refused(message: str | Promise, hint: str | Promise, **values: Any) -> Invalid:
    return Invalid("statistics.publication", message, hint, **values)
