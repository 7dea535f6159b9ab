"""Publish a month's tables: decided after all that is out of the year, proved, kept.

What is out is the only source of what readers see and the spine is told. The proof takes seconds:
a job makes it. What can be refused beforehand is.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.actions.measuring import MEASURE_JOB
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.engine.published_tables import (
    FLOWS,
    YEARLY,
    Before,
    Decided,
    decide_month,
    measures_of,
)
from shucheng.bays.statistics.engine.suppression.protect import Unprotectable
from shucheng.bays.statistics.engine.suppression.rules import shipped_rules
from shucheng.bays.statistics.engine.suppression.tables import Key, TableRefused
from shucheng.bays.statistics.models import Publication
from shucheng.bays.statistics.queries.choices import months_of
from shucheng.bays.statistics.queries.covering import coverage
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.published import StandsOn, stands_on
from shucheng.kernel.public import Actor, Conflict, Invalid, action, enqueue, record

PUBLISH_JOB = "statistics.publish"


@action
def ask_to_publish(period: int, *, few: bool = False, actor: Actor) -> None:
    """Have the tables of a month (yyyymm) made and proved in the background. Refused where few
    firms have reported, unless it is meant (`few`): what is out stays out."""
    actor.require("statistics.define")
    _check(period)
    found = coverage(period)
    if found.few and not few:
        raise Invalid(
            "statistics.publication_few",
            _("Only %(reported)s of %(due)s core firms have reported the month."),
            _("Wait for their returns, or say that it is to go out all the same."),
            reported=f"{found.reported:,}",
            due=f"{found.due:,}",
        )
    key = f"{PUBLISH_JOB}:{period}"
    enqueue(PUBLISH_JOB, actor=actor, payload={"period": period}, unique_key=key)
    record("statistics.publication.asked", ("statistics.publication", "", str(period)), actor=actor)


def publish_tables(period: int, *, actor: Actor) -> Publication:
    """Publish the tables of a month (yyyymm); see `engine/published_tables`.

    Nothing is published where a cell could not be kept from a reader of everything that is out.
    The proof is made outside of the transaction that keeps it.
    """
    actor.require("statistics.define")
    earlier = _check(period)
    found = stands_on(period)
    try:
        decided = decide_month(
            measures_of(period), found.counted, _before(earlier), found.classes, shipped_rules()
        )
    except TableRefused as error:
        raise _refused(
            _("The tables do not hold together (%(reason)s): %(where)s."),
            _("Look at the newest batches of register and returns, then publish again."),
            reason=error.code,
            where=" / ".join(error.key),
        ) from None
    except Unprotectable as error:
        raise _refused(
            _("There is no way to protect these cells: %(where)s."),
            _("Leave this month out; the tables of a later month can be published."),
            where="; ".join(" / ".join(key) for key in error.keys[:3]),
        ) from None
    except ArithmeticError:
        raise _refused(
            _("The proof that nobody can find out what is withheld did not come about."),
            _("Nothing is published. Tell the maintainers, with the month."),
        ) from None
    return keep_publication(period, found, decided, after=len(earlier), actor=actor)


@action
def keep_publication(
    period: int,
    found: StandsOn,
    decided: Sequence[Decided],
    *,
    after: int,
    actor: Actor,
    recorded_at: datetime | None = None,
) -> Publication:
    """Keep what was decided of a month `after` so many of its year. Refused where another went out
    while the proof was made: it does not cover that. `recorded_at` is for simulated returns alone:
    who makes them measures all months at once.
    """
    actor.require("statistics.define")
    earlier = _check(period)
    if len(earlier) != after:
        raise Conflict(_("The publications of the year"))
    made = Publication(
        period=period,
        year=period // 100,
        position=len(earlier) + 1,
        by=actor.name[:150],
        cells=[
            [each.measure, *key, value] for each in decided for key, value in each.cells.items()
        ],
        counted=found.counted,
        beside=found.beside,
        certificate=_certificate(decided, [*(each.period for each in earlier), period]),
        versions=found.versions,
        simulated=found.simulated,
        recorded_at=recorded_at or timezone.now(),
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_("The publications of the year")) from None
    proof = made.certificate
    facts = {"period": period, "cells": proof["cells"], "rules": proof["rules_version"]}
    record("statistics.publication.made", made, actor=actor, after=facts)
    if recorded_at is None:
        # One that runs already may have read what was out before.
        enqueue(MEASURE_JOB, actor=actor, unique_key=f"{MEASURE_JOB}:{period}")
    return made


def _check(period: int) -> list[Publication]:
    """The publications of the month's year so far; refused where the month cannot follow them."""
    if period not in ask(months_of, "months"):
        raise Invalid(
            "statistics.publication_period",
            _("Firms reported nothing for this month."),
            _("Choose a month that firms reported."),
        )
    earlier = list(Publication.objects.filter(year=period // 100).order_by("position"))
    if any(each.period == period for each in earlier):
        raise Invalid(
            "statistics.published",
            _("The tables of this month are out already, and what is out stays out."),
            _("Corrections are in the totals of the next month that is published."),
        )
    if earlier and earlier[-1].period > period:
        raise Invalid(
            "statistics.publication_order",
            _("A later month of the year is out already."),
            _("Publish a month after it: its totals hold this month as well."),
        )
    now = ask(Micro.versions, "versions")["classification"]
    if earlier and earlier[-1].versions.get("classification") != now:
        raise Invalid(
            "statistics.publication_classification",
            _("What is out of this year was made with another classification."),
            _("The tables of the following year can be published with the new one."),
        )
    if earlier and not earlier[-1].counted:
        raise Invalid(
            "statistics.publication_old",
            _("The tables that are out of this year were made by an earlier version."),
            _("The tables of the following year can be published."),
        )
    return earlier


def _before(earlier: Sequence[Publication]) -> dict[str, Before]:
    """By measure what is out: of money in the year, of people ever."""
    hidden: dict[str, set[Key]] = defaultdict(set)
    last: dict[str, Publication] = {}
    decembers = Publication.objects.filter(period__endswith="12").order_by("period")
    for publications, measures in ((decembers, YEARLY), (earlier, FLOWS)):
        for each in publications:
            for measure, *key, value in each.cells:
                if measure in measures:
                    last[measure] = each
                    if value is None:
                        hidden[measure].add(tuple(key))
    return {of: Before(bytes(each.counted), frozenset(hidden[of])) for of, each in last.items()}


def _certificate(decided: Sequence[Decided], months: list[int]) -> dict[str, Any]:
    """The audits in figures; reasons and bounds, which would help an attacker, are not kept."""
    proofs = [asdict(proof.certificate) for each in decided for proof in each.proofs]
    summed = ("outsider_targets", "insider_targets", "implied_sums", "programs")
    return {
        **{name: sum(proof[name] for proof in proofs) for name in summed},
        "rules_version": proofs[0]["rules_version"],
        "tolerance": proofs[0]["tolerance"],
        "months": months,
        "cells": sum(len(each.cells) for each in decided),
        "withheld": sum(len(each.withheld) for each in decided),
    }


def _refused(message: str | Promise, hint: str | Promise, **values: Any) -> Invalid:
    return Invalid("statistics.publication", message, hint, **values)
