"""What people type on the pages of reminders; the actions decide whether it is right."""

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.reminders.models import Robot


def _languages() -> list[tuple[str, str | Promise]]:
    return [("", _("As in my account")), *settings.LANGUAGES]


class PreferenceForm(forms.Form):
    by_mail = forms.BooleanField(
        label=_("By e-mail as well"),
        required=False,
        help_text=_("This page shows reminders in any case."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=_languages, required=False)


class RuleForm(forms.Form):
    before = forms.CharField(
        label=_("Working days before the due day"),
        max_length=60,
        required=False,
        help_text=_("Several numbers with commas between them, such as 3, 1."),
    )
    late = forms.CharField(
        label=_("Working days after the due day"),
        max_length=60,
        required=False,
        help_text=_("Several numbers with commas between them, such as 3, 1."),
    )
    late_every = forms.IntegerField(
        label=_("Then every so many working days"), min_value=1, max_value=60
    )
    hour = forms.IntegerField(label=_("Not before this hour"), min_value=0, max_value=23)
    reason = forms.CharField(label=_("Reason of the change"), max_length=300)


class RobotForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("As the group is called, to recognise it.")
    )
    vendor = forms.ChoiceField(label=_("Messenger"), choices=Robot.VENDORS)
    organisation = forms.CharField(
        label=_("Organisation"),
        max_length=160,
        required=False,
        help_text=_("Code or any name it goes by; empty: what concerns the whole city."),
    )
    address = forms.CharField(
        label=_("Webhook address"),
        max_length=1000,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("As the messenger gives it. It is stored encrypted and not shown again."),
    )
    secret = forms.CharField(
        label=_("Signing secret"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("DingTalk and Feishu, where signing is chosen; WeCom has none."),
    )


class RobotChangeForm(RobotForm):
    active = forms.BooleanField(label=_("In use"), required=False)

    def __init__(self, *args: object, robot: Robot, **kwargs: object) -> None:
        organisation = robot.organisation
        kwargs["initial"] = {
            "name": robot.name,
            "vendor": robot.vendor,
            "organisation": organisation.code if organisation else "",
            "active": robot.active,
        }
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name in ("address", "secret"):
            self.fields[name].required = False
            self.fields[name].help_text = _("Empty: it stays as it is.")
