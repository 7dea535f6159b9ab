"""Questionnaires: the list of answers, the form, one result."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.statistics.actions.indexes import answer_questionnaire
from shucheng.bays.statistics.queries.index_definitions import in_language, index_in_force
from shucheng.bays.statistics.queries.questionnaires import (
    answers_page,
    questionnaire_page,
    respondents,
)
from shucheng.kernel.public import Invalid, actor_for
from shucheng.lib.indexes.questionnaire import NOT_APPLICABLE, Questionnaire
from shucheng.lib.numbers import whole_number


def show_questionnaire(request: HttpRequest, code: str) -> HttpResponse:
    page = questionnaire_page(code, actor=actor_for(request))
    asked = page.in_force.read
    context = {
        "page": page,
        "asked": asked,
        "levels": _levels(asked),
        "simulated": page.simulated,
    }
    return render(request, "statistics/questionnaire.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, code: str) -> HttpResponse:
    actor = actor_for(request)
    organisations = respondents(actor=actor)
    in_force = index_in_force(code)
    asked = in_force.read
    if not isinstance(asked, Questionnaire):
        return redirect("statistics:index", code)
    error: Invalid | None = None
    if request.method == "POST":
        who = {key: request.POST.get(key, "") for key in ("firm", "organisation")}
        answers = {
            item.code: _answer(request.POST[f"item-{item.code}"])
            for item in asked.items
            if request.POST.get(f"item-{item.code}")
        }
        try:
            run = answer_questionnaire(code, who, answers, actor=actor)
        except Invalid as refused:
            error = refused
        else:
            return redirect("statistics:answers", code, run.pk)
    context = {
        "in_force": in_force,
        "organisations": organisations,
        "domains": [
            (
                in_language(domain.name),
                [
                    (
                        item,
                        in_language(item.name),
                        in_language(item.question),
                        _given(request, item.code),
                    )
                    for item in domain.items
                ],
            )
            for domain in asked.domains
        ],
        "levels": _levels(asked),
        "not_applicable": NOT_APPLICABLE,
        "sent": request.POST,
        "error": error,
        "errors": error.fields if error else {},
    }
    status = error.status if error else 200
    return render(request, "statistics/questionnaire_form.html", context, status=status)


@require_safe
def answers(request: HttpRequest, code: str, run_id: int) -> HttpResponse:
    page = answers_page(code, run_id, actor=actor_for(request))
    context = {"page": page, "run": page.line.run, "simulated": page.line.run.simulated}
    return render(request, "statistics/questionnaire_answers.html", context)


def _given(request: HttpRequest, code: str) -> str:
    return request.POST.get(f"item-{code}", "")


def _answer(text: str) -> int | str:
    number = whole_number(text)
    return text[:20] if number is None else number


def _levels(asked: object) -> list[dict[str, object]]:
    if not isinstance(asked, Questionnaire):
        return []
    return [
        {
            "number": str(level.level),
            "name": in_language(level.name),
            "at_least": level.at_least,
            "every_domain": level.every_domain,
            "meaning": in_language(level.meaning),
        }
        for level in asked.levels
    ]
