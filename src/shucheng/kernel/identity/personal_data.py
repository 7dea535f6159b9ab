"""The dictionary of personal data: every field that says something about a person, and why."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_DUTY = _("Needed for a statutory duty (Personal Information Protection Law, art. 13(3))")
_WHILE = _("while the account is open, then as the name behind past decisions")


@dataclass(frozen=True, slots=True)
class PersonalData:
    """`field` is app.model.field; the rest is what the privacy page says."""

    field: str
    label: str | Promise
    purpose: str | Promise
    ground: str | Promise
    kept: str | Promise

    def plain(self) -> dict[str, str]:
        return {
            "field": self.field,
            "label": str(self.label),
            "purpose": str(self.purpose),
            "ground": str(self.ground),
            "kept": str(self.kept),
        }


PERSONAL_DATA = (
    PersonalData(
        "identity.person.username",
        _("User name"),
        _("to sign in and to tell people apart"),
        _DUTY,
        _WHILE,
    ),
    PersonalData(
        "identity.person.display_name",
        _("Person's name"),
        _("to show who submitted, approved or decided"),
        _DUTY,
        _WHILE,
    ),
    PersonalData(
        "identity.person.email",
        _("E-mail"),
        _("to reach a person about what is due"),
        _DUTY,
        _("while the account is open"),
    ),
    PersonalData(
        "identity.person.phone",
        _("Telephone"),
        _("to reach a person about what is due; stored encrypted"),
        _DUTY,
        _("while the account is open"),
    ),
    PersonalData(
        "identity.person.language",
        _("Language"),
        _("to show pages in the language chosen"),
        _DUTY,
        _("while the account is open"),
    ),
    PersonalData(
        "identity.case.contact",
        _("Contact given with a complaint"),
        _("to answer; given freely, stored encrypted"),
        _("Consent (Personal Information Protection Law, art. 13(1))"),
        _("three years after the answer"),
    ),
    PersonalData(
        "identity.noticedelivery.address",
        _("Mail address that a notice of an incident was sent to"),
        _("to tell those affected and to show that they were told; stored encrypted"),
        _DUTY,
        _("three years after the answer"),
    ),
    PersonalData(
        "usersessions.usersession.ip",
        _("Network address and browser of a sign-in"),
        _("to show a person where they are signed in and to find misuse"),
        _("Cybersecurity Law, art. 21(3)"),
        _("until the sign-in ends; in the audit log at least 180 days"),
    ),
)
