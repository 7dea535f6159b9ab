"""What people type on the pages of identity; the actions decide whether it is right."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import ROLE_LABELS, Role
from shucheng.kernel.errors import Invalid
from shucheng.kernel.identity.last_days import last_day
from shucheng.kernel.identity.models import ApiToken, Area, Case, Organisation

R = TypeVar("R")


class DayField(forms.DateField):
    """A last day, optional; the value is the moment at which that day is over."""

    def __init__(self, **kwargs: Any) -> None:
        day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(required=False, widget=day, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return last_day(value) if isinstance(value, datetime) else value

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if not isinstance(day, date):
            return None
        after = datetime.combine(day + timedelta(days=1), time.min)
        return timezone.make_aware(after)


class OrganisationForm(forms.Form):
    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Never changes; short and without spaces.")
    )
    name = forms.CharField(label=_("Name"), max_length=80)
    full_name = forms.CharField(label=_("Full name"), max_length=160, required=False)
    name_en = forms.CharField(label=_("English name"), max_length=160, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=Organisation.Kind.choices)
    parent = forms.CharField(
        label=_("Belongs to"), required=False, help_text=_("Code of the organisation above.")
    )
    area = forms.CharField(label=_("Area"), required=False, help_text=_("Code of the area."))
    valid_from = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    valid_to = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    aliases = forms.CharField(
        label=_("Other names"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("As texts write them, one a line."),
    )

    def __init__(self, *args: Any, organisation: Organisation | None = None, **kwargs: Any) -> None:
        if organisation is not None:
            kwargs["initial"] = organisation_facts(organisation)
        super().__init__(*args, **kwargs)
        if organisation is not None:
            self.fields["code"].disabled = True


def organisation_facts(organisation: Organisation) -> dict[str, Any]:
    area: Area | None = organisation.area
    parent: Organisation | None = organisation.parent
    return {
        "code": organisation.code,
        "name": organisation.name,
        "full_name": organisation.full_name,
        "name_en": organisation.name_en,
        "kind": organisation.kind,
        "parent": parent.code if parent else "",
        "area": area.code if area else "",
        "valid_from": organisation.valid_from,
        "valid_to": organisation.valid_to,
        "aliases": "\n".join(alias.text for alias in organisation.aliases.all()),
    }


class PersonForm(forms.Form):
    username = forms.CharField(label=_("User name"), max_length=150)
    display_name = forms.CharField(label=_("Person's name"), max_length=80)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    expires_at = DayField(label=_("Expires"), help_text=_("Suppliers' accounts always expire."))
    is_service = forms.BooleanField(
        label=_("Service account: used by a program, cannot sign in"), required=False
    )


def _languages() -> list[tuple[str, Any]]:
    return [("", _("As this browser chose")), *settings.LANGUAGES]


class OwnAccountForm(forms.Form):
    display_name = forms.CharField(label=_("Person's name"), max_length=80)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=_languages, required=False)


class RoleForm(forms.Form):
    organisation = forms.CharField(
        label=_("Organisation"), help_text=_("Code, name or any other name it goes by.")
    )
    # The narrowest duty stands first in the form, not the widest.
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(r.value, ROLE_LABELS[r]) for r in Role],
        initial=Role.LIAISON.value,
    )
    valid_to = DayField(label=_("Until"))


class ExpiryForm(forms.Form):
    expires_at = DayField(label=_("Expires"), help_text=_("Empty: no end."))


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What it is for"), max_length=80)
    membership = forms.TypedChoiceField(label=_("Acts for"), coerce=int)
    scope = forms.ChoiceField(label=_("Allowed to"), choices=ApiToken.Scope.choices)
    days = forms.IntegerField(label=_("Days it lives"), min_value=1, max_value=365, initial=90)

    def __init__(self, *args: Any, memberships: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["membership"]
        if isinstance(field, forms.TypedChoiceField):
            field.choices = [
                (m.pk, f"{m.organisation.label} · {m.role_label}") for m in memberships
            ]


class CaseForm(forms.Form):
    kind = forms.ChoiceField(label=_("What it is about"), choices=Case.Kind.choices)
    text = forms.CharField(
        label=_("Description"), max_length=5000, widget=forms.Textarea(attrs={"rows": 6})
    )
    contact = forms.CharField(
        label=_("How we can reach you"),
        max_length=200,
        required=False,
        help_text=_("Not needed: the case number alone shows the answer."),
    )

    def __init__(self, *args: Any, may_handle: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        if isinstance(field, forms.ChoiceField) and not may_handle:
            field.choices = [c for c in Case.Kind.choices if c[0] != Case.Kind.INCIDENT]


class CaseMoveForm(forms.Form):
    state = forms.ChoiceField(
        label=_("State"),
        choices=lambda: [c for c in Case.State.choices if c[0] != Case.State.RECEIVED],
    )
    note = forms.CharField(
        label=_("Answer or reasons"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class NoticeForm(forms.Form):
    """The parts that the law names, and who is told."""

    what = forms.CharField(
        label=_("The event"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The event, its cause, which kinds of data are concerned."),
    )
    harm = forms.CharField(
        label=_("What harm it may do"), max_length=3000, widget=forms.Textarea(attrs={"rows": 3})
    )
    measures = forms.CharField(
        label=_("What was done about it"), max_length=3000, widget=forms.Textarea(attrs={"rows": 3})
    )
    advice = forms.CharField(
        label=_("What you can do"), max_length=3000, widget=forms.Textarea(attrs={"rows": 3})
    )
    recipients = forms.CharField(
        label=_("Who is told"),
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line: a user name, an organisation (everybody in it), a mail address."),
    )


def carried_out(form: forms.Form, write: Callable[[dict[str, Any]], R]) -> R | None:
    """Run an action with the form's values; what it objects to is shown beside the field."""
    if not form.is_valid():
        return None
    try:
        return write(form.cleaned_data)
    except Invalid as error:
        fields = error.fields or {"": error.message}
        for name, message in fields.items():
            form.add_error(name if name in form.fields else None, message)
        return None
