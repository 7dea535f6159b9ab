"""Requests for data between departments: asked, answered, delivered, rated (需求清单 → 响应 →
交付 → 评价). The states and clocks are those of `engine/catalogue/requests`."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.cases import Proofs, move_case, open_case
from shucheng.bays.data.actions.codes import REQUEST, next_code
from shucheng.bays.data.actions.proving import keep_proofs
from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.models.catalogue import DataRequest, Resource
from shucheng.bays.data.queries.catalogue import find_resource
from shucheng.bays.data.queries.catalogue_words import frequencies
from shucheng.bays.data.queries.grading_words import MODES
from shucheng.bays.data.queries.requests import late_requests, owed_by
from shucheng.kernel.public import (
    Actor,
    Invalid,
    NotFound,
    Organisation,
    Role,
    action,
    raise_alert,
    record,
)

LATE_ALERT = "data.requests_late"
RATINGS = range(1, 6)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, and the evidence that a request is filed with. `holder` is asked where no
    `resource` of the catalogue is named."""

    title: str
    items: str
    purpose: str
    legal_basis: str
    security_measures: str
    security_contact: str
    resource: str = ""
    holder: int | None = None
    mode: str = ""
    frequency: str = ""


@action
def ask_for_data(
    wanted: Wanted,
    *,
    asker: int,
    actor: Actor,
    on: date | None = None,
    simulated: bool = False,
) -> Case:
    """A request, filed at once: it waits for the data office to pass it on."""
    actor.require("data.ask", asker)
    resource = find_resource(wanted.resource, actor=actor) if wanted.resource else None
    holder = resource.holder if resource else _department(wanted.holder)
    found = _missing(wanted, holder, asker)
    if holder is None or found:
        raise _wrong(found)
    day = on or timezone.localdate()
    code = next_code(REQUEST, day.year)
    request = DataRequest.objects.create(
        code=code,
        asker_id=asker,
        holder=holder,
        resource=resource,
        title=wanted.title.strip()[:200],
        wanted=wanted.items.strip(),
        purpose=wanted.purpose.strip()[:300],
        mode=wanted.mode,
        frequency=wanted.frequency,
        simulated=simulated,
    )
    case = open_case(
        Case.Kind.REQUEST,
        code,
        about=resource.code if resource else code,
        title=request.title,
        applicant=asker,
        asked=request.holder_id,
        actor=actor,
        on=day,
        simulated=simulated,
    )
    case = move_case(code, case.revision, "submit", actor=actor, proofs=_filed(wanted), on=day)
    record(
        "data.request.asked",
        request,
        actor=actor,
        after={"code": code, "of": case.asked_id},
    )
    return case


@action
def move_request(
    code: str,
    revision: int,
    event: str,
    *,
    actor: Actor,
    proofs: Proofs | None = None,
    until: date | None = None,
    days: int = 0,
    text: str = "",
    rating: int | None = None,
    on: date | None = None,
) -> Case:
    """One step of a request. `rating`: from 1 to 5, with the step `rate`."""
    request = DataRequest.objects.select_for_update(of=("self",)).filter(code=code).first()
    if request is None:
        raise NotFound(code)
    _require_fitting(event, request.resource)
    if event == "rate" and rating not in RATINGS:
        raise _wrong({"rating": str(_("Choose from 1 to 5."))})
    case = move_case(
        code,
        revision,
        event,
        actor=actor,
        proofs=keep_proofs(proofs, actor=actor),
        until=until,
        days=days,
        text=text,
        on=on,
    )
    if event == "rate":
        request.rating = rating
        request.save(update_fields=["rating"])
        record("data.request.rated", request, actor=actor, after={"code": code, "rating": rating})
    return case


@action
def tell_late_requests(*, actor: Actor, today: date | None = None) -> int:
    """Alert each office by whose delay requests wait; how many offices were told."""
    day = today or timezone.localdate()
    late: dict[int | None, list[Case]] = {}
    for case in late_requests(day):
        late.setdefault(owed_by(case, day), []).append(case)
    for office, cases in late.items():
        raise_alert(
            LATE_ALERT,
            key=f"{LATE_ALERT}:{office or 'office'}",
            organisation_id=office,
            role=None if office else Role.PLAN_OFFICE,
            values={"requests": len(cases), "due": str(min(c.due for c in cases if c.due))},
            link="/data-elements/requests/?which=late",
            actor=actor,
        )
    record("data.requests.late", ("requests", "", ""), actor=actor, after={"offices": len(late)})
    return len(late)


def _missing(wanted: Wanted, holder: Organisation | None, asker: int) -> dict[str, str]:
    found: dict[str, str | Promise] = {
        name: _("Fill it in.")
        for name in (
            *("title", "items", "purpose", "legal_basis"),
            *("security_measures", "security_contact"),
        )
        if not getattr(wanted, name).strip()
    }
    if holder is None:
        found["holder"] = _("Choose who is asked.")
    elif holder.pk == asker:
        found["holder"] = _("Your own office holds it.")
    if wanted.mode and wanted.mode not in MODES:
        found["mode"] = _("Choose one of the list.")
    if wanted.frequency and wanted.frequency not in frequencies():
        found["frequency"] = _("Choose one of the list.")
    return {name: str(text) for name, text in found.items()}


def _filed(wanted: Wanted) -> dict[str, dict[str, Any]]:
    said = {
        "purpose": wanted.purpose,
        "items": wanted.items,
        "legal_basis": wanted.legal_basis,
        "security_measures": wanted.security_measures,
        "security_contact": wanted.security_contact,
    }
    return {name: {"text": text.strip()[:2000]} for name, text in said.items()}


def _require_fitting(event: str, resource: Resource | None) -> None:
    """What the catalogue says is shared without conditions is answered as that, and only that
    (PD-SCP-07)."""
    free = resource is not None and resource.sharing == Resource.Condition.UNCONDITIONAL
    if event == "assign_unconditional" and not free:
        raise Invalid(
            "data.request.conditional",
            _("The catalogue does not say that this is shared without conditions."),
            _("Pass it on as on conditions, or have the catalogue changed first."),
        )
    if event in {"assign_conditional", "decline"} and free:
        raise Invalid(
            "data.request.unconditional",
            _("The catalogue says that this is shared without conditions."),
            _("Pass it on as without conditions, or have the catalogue changed first."),
        )


def _department(pk: int | None) -> Organisation | None:
    kinds = (Organisation.Kind.DEPARTMENT,)
    return Organisation.objects.filter(pk=pk, kind__in=kinds).first() if pk else None


def _wrong(fields: dict[str, str]) -> Invalid:
    return Invalid(
        "data.request",
        _("The request is not complete."),
        _("Correct what is marked and send it again."),
        fields,
    )
