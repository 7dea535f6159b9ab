"""What people type on the pages of supervision; the actions decide whether it is right."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Invalid, Organisation
from shucheng.plan.supervision.actions.items import Draft
from shucheng.plan.supervision.actions.meetings import MeetingFacts
from shucheng.plan.supervision.models import Meeting, SupervisionItem

R = TypeVar("R")
_DAY = {"type": "date"}


def organisation_choices() -> list[tuple[str, list[tuple[int, str]]]]:
    """Those that exist, by kind."""
    kinds: dict[str, list[tuple[int, str]]] = {}
    for each in Organisation.objects.filter(valid_to=None):
        kinds.setdefault(str(each.get_kind_display()), []).append((each.pk, each.label))
    return list(kinds.items())


def _one_or_none() -> list[Any]:
    return [("", "—"), *organisation_choices()]


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
        super().__init__(widget=widget, **kwargs)


class DraftForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=200)
    demand = forms.CharField(
        label=_("Demand"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What is to be reached or done, and how it will be checked."),
    )
    lead = forms.TypedChoiceField(
        label=_("Lead organisation"), choices=_one_or_none, coerce=int, empty_value=None
    )
    joint = forms.TypedMultipleChoiceField(
        label=_("Joint organisations"),
        choices=organisation_choices,
        coerce=int,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=_("Hold Ctrl to choose several."),
    )
    due_in = forms.IntegerField(
        label=_("Working days after the issue"), required=False, min_value=1, max_value=1000
    )
    deadline = DayField(
        label=_("or a fixed deadline"),
        required=False,
        help_text=_("One of the two; the other stays empty."),
    )

    def draft(self) -> Draft:
        facts = self.cleaned_data
        return Draft(
            title=facts["title"],
            demand=facts["demand"],
            lead=facts.get("lead"),
            joint=facts["joint"],
            deadline=facts["deadline"],
            due_in=facts["due_in"],
        )


class SubItemsForm(DraftForm):
    """The same demand to several counties or organisations."""

    lead = None  # type: ignore[assignment]
    leads = forms.TypedMultipleChoiceField(
        label=_("For each of these organisations"),
        choices=organisation_choices,
        coerce=int,
        widget=forms.SelectMultiple(attrs={"size": 10}),
        help_text=_("Each gets a sub-item of its own. Hold Ctrl to choose several."),
    )

    field_order = ("title", "demand", "leads", "joint", "due_in", "deadline")


def draft_facts(item: SupervisionItem) -> dict[str, Any]:
    """The form's first values for a draft that is changed."""
    return {
        "title": item.title,
        "demand": item.demand,
        "lead": item.lead_id,
        "joint": [helper.pk for helper in item.joint.all()],
        "due_in": item.due_in,
        "deadline": item.deadline,
    }


class MeetingForm(forms.Form):
    title = forms.CharField(label=_("Name of the meeting"), max_length=200)
    held_on = DayField(label=_("Day"))
    place = forms.CharField(label=_("Place"), max_length=120, required=False)
    chair = forms.CharField(label=_("Chair"), max_length=80, required=False)
    notes = forms.CharField(
        label=_("Notes"),
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def facts(self) -> MeetingFacts:
        return MeetingFacts(**self.cleaned_data)


def meeting_facts(meeting: Meeting) -> dict[str, Any]:
    return {
        name: getattr(meeting, name) for name in ("title", "held_on", "place", "chair", "notes")
    }


class DecisionForm(forms.Form):
    text = forms.CharField(
        label=_("What the meeting decided"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    organisation = forms.TypedChoiceField(
        label=_("Responsible"), choices=_one_or_none, coerce=int, empty_value=None
    )
    deadline = DayField(label=_("To be done by"))
    item = forms.CharField(
        label=_("About item"),
        max_length=20,
        required=False,
        help_text=_("Its number; then the decision becomes an instruction on that item."),
    )


def uploads(request: HttpRequest, name: str = "files") -> list[tuple[str, bytes]]:
    """Files of a form, with their names."""
    sent = request.FILES.getlist(name)
    return [(each.name or "file", each.read()) for each in sent if each.size]


def carried_out(form: forms.Form, act: Callable[[], R]) -> R | None:
    """The outcome of an action on a form that was sent and is valid; what the action finds wrong
    stands beside the field."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return act()
    except Invalid as error:
        unplaced = True
        for name, message in error.fields.items():
            if name in form.fields:
                form.add_error(name, message)
                unplaced = False
        if unplaced:
            form.add_error(None, f"{error.message} {error.next_step}")
        return None
