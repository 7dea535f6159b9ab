"""Grading: the workbench, a resource, the rules."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.data.actions.grading import Answer, ask_for_grading, decide_grades
from shucheng.bays.data.actions.grading_rules import decide_rules, propose_rules
from shucheng.bays.data.engine.grading.rules import FILES
from shucheng.bays.data.queries.grading_pages import (
    graded_resource,
    proposal_rows,
    rules_page,
    workbench,
)
from shucheng.bays.data.queries.grading_rules import Preview, preview, texts_in_force
from shucheng.bays.data.queries.grading_words import GRADES
from shucheng.kernel.public import Actor, Invalid, ShuchengError, actor_for
from shucheng.lib.numbers import whole_number
from shucheng.lib.tables import write_rows

MOST_SAVED = 10_000
_LARGEST_FILE = 2_000_000


@require_http_methods(["GET", "HEAD", "POST"])
def grading(request: HttpRequest) -> HttpResponse:
    """The workbench: what is proposed, accepted or decided otherwise, several at once."""
    actor = actor_for(request)
    error: ShuchengError | None = None
    if request.method == "POST":
        try:
            _do(request, actor)
            return redirect(f"{reverse('data:grading')}?{request.GET.urlencode()}")
        except ShuchengError as refused:
            error = refused
    page = workbench(request.GET.dict(), actor=actor)
    context = {
        "page": page,
        "query": _without_page(request.GET),
        "most": MOST_SAVED,
        "simulated": page.simulated,
    }
    return render(
        request,
        "data/grading.html",
        context | _refused(request, error),
        status=error.status if error else 200,
    )


@require_safe
def grading_csv(request: HttpRequest) -> HttpResponse:
    rows = proposal_rows(request.GET.dict(), actor=actor_for(request), most=MOST_SAVED)
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=_("Grades") + ".csv") or ""
    )
    heads = (_("Holder"), _("Code"), _("Resource"), _("Data item"), _("Title"), _("Proposed grade"))
    write_rows(
        answer,
        [[*heads, _("Categories"), _("Confidence"), _("State"), _("Decided grade")], *rows],
    )
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def grading_resource(request: HttpRequest, code: str) -> HttpResponse:
    actor = actor_for(request)
    error: ShuchengError | None = None
    if request.method == "POST":
        try:
            _do(request, actor, code)
            return redirect("data:grading_resource", code)
        except ShuchengError as refused:
            error = refused
    page = graded_resource(code, actor=actor)
    context = {
        "page": page,
        "grades": GRADES.items(),
        "simulated": page.resource.simulated,
    }
    return render(
        request,
        "data/grading_resource.html",
        context | _refused(request, error),
        status=error.status if error else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def grading_rules(request: HttpRequest) -> HttpResponse:
    """Rules in force; others are shown with what they change, proposed, and decided by another."""
    actor = actor_for(request)
    actor.require("data.govern")
    error: ShuchengError | None = None
    changes: Preview | None = None
    texts: dict[str, str] = {}
    if request.method == "POST":
        try:
            texts = _texts_sent(request)
            changes = _rules_asked(request, texts, actor)
            if changes is None:
                return redirect("data:grading_rules")
        except ShuchengError as refused:
            error = refused
    context = {
        "page": rules_page(actor=actor),
        "changes": changes,
        "texts": texts.items(),
        "me": actor.person_id,
    }
    return render(
        request,
        "data/grading_rules.html",
        context | _refused(request, error),
        status=error.status if error else 200,
    )


def _do(request: HttpRequest, actor: Actor, code: str = "") -> None:
    """Accept or change what is marked, accept all that is shown, or have it proposed anew."""
    sent = request.POST
    what = sent.get("what", "")
    if what == "propose":
        _require_some_right(actor)
        ask_for_grading([code] if code else [], actor=actor)
        messages.success(request, _("Fields are being looked at; reload the page in a while."))
        return
    keys = sent.getlist("shown" if what == "accept_all" else "field")
    chosen = sent.get("grade", "") if what == "change" else ""
    categories = sent.getlist("categories") if what == "change" else []
    answers = [_answer(key, chosen, categories) for key in keys]
    count = decide_grades(answers, reason=sent.get("reason", ""), actor=actor)
    messages.success(
        request,
        ngettext("%(n)s field is decided.", "%(n)s fields are decided.", count) % {"n": count},
    )


def _require_some_right(actor: Actor) -> None:
    if not actor.may("data.govern"):
        actor.require("data.hold")


def _answer(key: str, grade: str, categories: list[str]) -> Answer:
    field, _sep, digest = key.partition(":")
    return Answer(whole_number(field) or 0, digest, grade, categories or None)


def _rules_asked(request: HttpRequest, texts: dict[str, str], actor: Actor) -> Preview | None:
    sent = request.POST
    reason, what = sent.get("reason", ""), sent.get("what", "show")
    if what in ("publish", "refuse"):
        number = whole_number(sent.get("proposal", "")) or 0
        revision = whole_number(sent.get("revision", "")) or 0
        decide_rules(number, revision, publish=what == "publish", reason=reason, actor=actor)
        messages.success(
            request,
            _("The rules are in force; every field is looked at anew.")
            if what == "publish"
            else _("The decision is kept."),
        )
        return None
    if what == "propose":
        written_from = whole_number(sent.get("number", ""))
        propose_rules(
            texts,
            number=-1 if written_from is None else written_from,
            reason=reason,
            actor=actor,
        )
        messages.success(request, _("The rules are proposed; another person publishes them."))
        return None
    _number, before = texts_in_force()
    return preview(before | texts, actor=actor)


def _texts_sent(request: HttpRequest) -> dict[str, str]:
    """Files by their names, or the texts that a preview carried on."""
    texts = {
        name: request.POST[f"text_{name}"].replace("\r\n", "\n")
        for name in FILES
        if request.POST.get(f"text_{name}")
    }
    for file in request.FILES.getlist("files"):
        name = (file.name or "").removesuffix(".yaml").removesuffix(".yml")
        if name not in FILES or (file.size or 0) > _LARGEST_FILE:
            raise _wrong_file(_("Choose files named %(names)s.") % {"names": _named()})
        try:
            texts[name] = file.read().decode("utf-8")
        except UnicodeDecodeError:
            raise _wrong_file(_("The file is not text in UTF-8.")) from None
    if request.POST.get("what", "show") == "show" and not texts:
        raise _wrong_file(_("Choose files named %(names)s.") % {"names": _named()})
    return texts


def _named() -> str:
    return ", ".join(f"{name}.yaml" for name in FILES)


def _wrong_file(why: str) -> Invalid:
    return Invalid(
        "grading.rules",
        _("The rules cannot be used."),
        _("Correct the file and send it again."),
        fields={"file": why},
    )


def _refused(request: HttpRequest, error: ShuchengError | None) -> dict[str, object]:
    return {
        "error": error,
        "errors": getattr(error, "fields", {}),
        "typed": request.POST.dict() if error else {},
        "marked": set(request.POST.getlist("field")) if error else set(),
    }


def _without_page(given: QueryDict) -> str:
    kept = given.copy()
    kept.pop("page", None)
    return kept.urlencode()
