"""Authorised operation (授权运营): the plan, the choice of the operator, the agreement, and what
each step gives or ends."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.cases import Proofs, move_case, open_case
from shucheng.bays.data.actions.codes import AUTHORISATION, next_code
from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.actions.proving import keep_proofs
from shucheng.bays.data.actions.reaching import give_rights, require_graded
from shucheng.bays.data.engine.authority.papers import Paper, shipped_papers
from shucheng.bays.data.models.authority import Authorisation
from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.queries.authorising import (
    EXTENDED_BY,
    SUPPLEMENT,
    resources_of,
    supplement_of,
)
from shucheng.bays.data.queries.book import rights
from shucheng.bays.data.queries.refusals import named
from shucheng.kernel.public import (
    Actor,
    Conflict,
    Invalid,
    NotFound,
    Organisation,
    action,
    record,
)

Texts = Mapping[str, str]


@action
def plan_authorisation(
    title: str,
    *,
    resources: Sequence[str],
    mode: str,
    scenario: str,
    limits: Mapping[str, Sequence[str]],
    plan: Texts,
    applicant: int,
    actor: Actor,
    may_pass_on: bool = False,
    on: date | None = None,
    simulated: bool = False,
) -> Authorisation:
    """An authorisation whose plan is being written by the implementing institution `applicant`.
    `limits`: the values allowed by dimension; one by scenario is limited to its scenario."""
    actor.require("data.hold", applicant)
    day = on or timezone.localdate()
    code = next_code(AUTHORISATION, day.year)
    case = open_case(
        Case.Kind.AUTHORISATION,
        code,
        about=code,
        title=_said(title, "title"),
        applicant=applicant,
        actor=actor,
        on=day,
        simulated=simulated,
    )
    made = Authorisation(case=case)
    _write(made, resources, mode, scenario, limits, plan, may_pass_on)
    record(
        "data.authorisation.planned",
        made,
        actor=actor,
        after={"code": code, "resources": made.resources, "mode": mode},
    )
    leave_evidence("authorisation.planned", code, resources=made.resources, day=str(day))
    return made


@action
def write_plan(
    code: str,
    revision: int,
    *,
    resources: Sequence[str],
    mode: str,
    scenario: str,
    limits: Mapping[str, Sequence[str]],
    plan: Texts,
    actor: Actor,
    may_pass_on: bool = False,
) -> Authorisation:
    """The plan written anew, while it has not been submitted."""
    found = _open_for_writing(code, revision, "planning", actor)
    _write(found, resources, mode, scenario, limits, plan, may_pass_on)
    record("data.authorisation.plan_written", found, actor=actor, after={"plan": digest(plan)})
    return found


@action
def write_agreement(code: str, revision: int, agreement: Texts, *, actor: Actor) -> Authorisation:
    """The agreement with the chosen operator by its heads, while it is not signed."""
    found = _open_for_writing(code, revision, "selected", actor)
    found.agreement = _texts(shipped_papers().agreement, agreement)
    found.save(update_fields=["agreement"])
    record(
        "data.authorisation.agreement_written",
        found,
        actor=actor,
        after={"agreement": digest(found.agreement)},
    )
    return found


@action
def move_authorisation(
    code: str,
    revision: int,
    event: str,
    *,
    actor: Actor,
    proofs: Proofs | None = None,
    until: date | None = None,
    days: int = 0,
    text: str = "",
    on: date | None = None,
    operator: int | None = None,
    resources: Sequence[str] = (),
) -> Case:
    """One step of an authorisation, with what follows from it. `operator`: whom `select` chooses;
    `resources`: what `ask_supplement` asks for. What suspends or ends it reaches all that stands
    on it by the stop that `move_case` notes."""
    found = Authorisation.objects.select_related("case", "operator").filter(case__code=code).first()
    if found is None:
        raise NotFound(code)
    day = on or timezone.localdate()
    given = dict(keep_proofs(proofs, actor=actor))
    for name, proof in _own_proofs(found, event, resources).items():
        given[name] = {**given.get(name, {}), **proof}
    if days and EXTENDED_BY in given:
        given[EXTENDED_BY] = {**given[EXTENDED_BY], "days": days}
    before = found.case.until
    case = move_case(
        code,
        revision,
        event,
        actor=actor,
        proofs=given,
        until=until,
        days=days,
        text=text,
        on=day,
    )
    found.case = case
    match event:
        case "select":
            found.operator = _operator(operator)
            found.save(update_fields=["operator"])
        case "take_effect":
            give_rights(found, found.resources, day, day=day, actor=actor)
        case "sign_supplement":
            added = supplement_of(case)
            give_rights(found, added, day, day=day, actor=actor)
            found.resources = sorted({*found.resources, *added})
            found.save(update_fields=["resources"])
        case "renew":
            since = (before or day) + timedelta(days=1)
            give_rights(found, found.resources, since, day=day, actor=actor)
    return case


def digest(texts: Texts) -> str:
    """Of a plan or agreement: what evidence says about it, without its words."""
    said = "\n".join(f"{head}\t{text}" for head, text in sorted(texts.items()))
    return sha256(said.encode()).hexdigest()


def _own_proofs(
    found: Authorisation, event: str, resources: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """What the platform itself knows and nobody has to attach."""
    papers = shipped_papers()
    if event == "submit_plan":
        _require_whole(papers.plan, found.plan)
        graded = resources_of(found.resources)
        require_graded(graded)
        return {
            "plan_twelve_heads": {"text": f"sha256 {digest(found.plan)}"},
            "authorisation_mode": {"text": found.get_mode_display()},
            "graded": {"text": "、".join(f"{each.code} {each.grade}" for each in graded)},
        }
    if event == "sign":
        _require_whole(papers.agreement, found.agreement)
        return {"agreement_thirteen_heads": {"text": f"sha256 {digest(found.agreement)}"}}
    if event == "ask_supplement":
        asked = _listed(resources)
        if len({each.holder_id for each in asked}) > 1:
            raise Invalid(
                "data.several_sources",
                _("A supplement asks one source unit; these are several."),
                _("Ask each of them in a supplement of its own."),
            )
        return {SUPPLEMENT: {"resources": [each.code for each in asked]}}
    return {}


def _write(
    made: Authorisation,
    resources: Sequence[str],
    mode: str,
    scenario: str,
    limits: Mapping[str, Sequence[str]],
    plan: Texts,
    may_pass_on: bool,
) -> None:
    if mode not in Authorisation.Mode.values:
        raise _wrong("mode", _("Choose one of the three modes."))
    made.mode = mode
    made.scenario = _said(scenario, "scenario")[:120]
    made.resources = [each.code for each in _listed(resources)]
    made.limits = {
        name: sorted({value.strip() for value in values if value.strip()})
        for name, values in limits.items()
        if any(value.strip() for value in values)
    }
    if unknown := sorted(made.limits.keys() - rights().dimensions.keys()):
        raise _wrong("limits", _("Nothing is limited in %(unknown)s."), unknown=unknown[0])
    if mode == Authorisation.Mode.SCENARIO:
        made.limits.setdefault("scenario", [made.scenario])
    made.plan = _texts(shipped_papers().plan, plan)
    made.may_pass_on = may_pass_on
    made.save()


def _open_for_writing(code: str, revision: int, state: str, actor: Actor) -> Authorisation:
    case = Case.objects.select_for_update().filter(code=code).first()
    found = Authorisation.objects.select_related("operator").filter(case=case).first()
    if case is None or found is None:
        raise NotFound(code)
    actor.require("data.hold", case.applicant_id)
    if case.revision != revision:
        raise Conflict(_("The authorisation"))
    if case.state != state:
        raise Invalid(
            "data.not_to_be_written",
            _("This is not written any more in the state that it is in."),
            _("Have it returned or amended first."),
        )
    case.revision += 1
    case.save(update_fields=["revision"])
    found.case = case
    return found


def _listed(codes: Sequence[str]) -> list[Resource]:
    wanted = sorted({code.strip() for code in codes if code.strip()})
    found = [each for each in resources_of(wanted) if each.state == Resource.State.LISTED]
    missing = sorted(set(wanted) - {each.code for each in found})
    if missing or not found:
        raise _wrong(
            "resources",
            _("Not in the catalogue: %(missing)s."),
            missing=str(_(", ")).join(missing) or "-",
        )
    return found


def _operator(organisation: int | None) -> Organisation:
    found = Organisation.objects.filter(
        pk=organisation or 0, kind=Organisation.Kind.COMPANY
    ).first()
    if found is None:
        raise _wrong("operator", _("Choose the company that was selected."))
    return found


def _texts(paper: Paper, said: Texts) -> dict[str, str]:
    return {head: said[head].strip() for head in paper.heads if said.get(head, "").strip()}


def _require_whole(paper: Paper, texts: Texts) -> None:
    """A plan or agreement with an empty head goes no further (PD-PLN-02, PD-AGR-04)."""
    if lacking := paper.lacking(texts):
        heads = {head: str(_("Nothing is said under this head.")) for head in lacking}
        raise Invalid(
            "data.heads_missing",
            _("Nothing is said on: %(heads)s."),
            _("Write these heads first."),
            heads,
            heads=str(_(", ")).join(named(paper.heads[head]) for head in lacking),
        )


def _said(text: str, field: str) -> str:
    if not text.strip():
        raise _wrong(field, _("Say it in a few words."))
    return text.strip()


def _wrong(field: str, message: object, **values: object) -> Invalid:
    said = str(message) % values if values else str(message)
    return Invalid(
        "data.authorisation_invalid",
        message,  # type: ignore[arg-type]
        _("Correct it and send it again."),
        {field: said},
        **values,
    )
