"""Count late firms of a month by imputed returns, or end that. A choice is a definition: rows only
grow, the newest of a month counts, and a firm that reports is imputed no more."""

from collections.abc import Sequence

import yaml
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.engine.imputation import METHODS
from shucheng.bays.statistics.models import Definition
from shucheng.bays.statistics.queries.choices import months_of
from shucheng.bays.statistics.queries.definitions import methods_of, newest
from shucheng.bays.statistics.queries.micro import ask
from shucheng.kernel.public import Actor, Conflict, Invalid, action, record


@action
def choose_imputation(
    period: int, methods: Sequence[str], *, number: int, reason: str, actor: Actor
) -> Definition:
    """From now on the late firms of `period` (yyyymm) are imputed by `methods`, the first that can
    serve a firm; by none with an empty list. `number` is that of the choice it was made from."""
    actor.require("statistics.define")
    before = newest(Definition.Kind.IMPUTATION, str(period))
    if number != (before.number if before else 0):
        raise Conflict(_("The choice"))
    chosen: list[str] = [method for method in METHODS if method in methods]
    was: list[str] = list(methods_of(before)) if before else []
    _check(period, chosen, methods, was, reason)
    made = Definition.objects.create(
        kind=Definition.Kind.IMPUTATION,
        code=str(period),
        number=number + 1,
        text=yaml.safe_dump({"methods": chosen}),
        reason=reason.strip()[:300],
        by=actor.name[:150],
    )
    record(
        f"statistics.imputation.{'on' if chosen else 'off'}",
        made,
        actor=actor,
        before={"methods": was},
        after={"period": period, "methods": chosen},
        reason=made.reason,
    )
    return made


def _check(
    period: int, chosen: list[str], methods: Sequence[str], was: list[str], reason: str
) -> None:
    wrong = {}
    if period not in ask(months_of, "months"):
        wrong["period"] = str(_("Choose a month that firms reported."))
    if set(methods) - set(chosen):
        wrong["methods"] = str(_("Choose among the methods that are shown."))
    elif chosen == was:
        wrong["methods"] = str(_("This is what holds already."))
    if not reason.strip():
        wrong["reason"] = str(_("Write why, for whoever asks later."))
    if wrong:
        raise Invalid(
            "statistics.imputation",
            _("The choice cannot be kept."),
            _("Correct what is marked and send it again."),
            fields=wrong,
        )
