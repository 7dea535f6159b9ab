"""Who and where: areas, organisations, people, and what a person may do for an organisation.

History is kept: an organisation that changes leaves a revision, a membership is ended and
never deleted, a token is revoked and stays listed.
"""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import ROLE_LABELS, Role
from shucheng.kernel.identity.fields import SealedTextField, UsernameField, normal_username
from shucheng.kernel.identity.permissions import CLEARANCES


class Area(models.Model):
    """A place that figures are broken down by. `code` is GB/T 2260 where there is one."""

    class Kind(models.TextChoices):
        PROVINCE = "province", _("Province")
        CITY = "city", _("City")
        COUNTY = "county", _("County")
        DISTRICT = "district", _("District")
        COUNTY_LEVEL_CITY = "county_level_city", _("County-level city")
        FUNCTIONAL_ZONE = "functional_zone", _("Functional zone")
        PARK = "park", _("Park")

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=20, choices=Kind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    order = models.PositiveIntegerField(default=0)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return _in_language(self.name, self.name_en)


class Organisation(models.Model):
    class Kind(models.TextChoices):
        DEPARTMENT = "department", _("Government department")
        COUNTY_GOVERNMENT = "county_government", _("County government")
        FUNCTIONAL_ZONE = "functional_zone", _("Functional zone")
        PARK = "park", _("Park")
        CENTRE = "centre", _("Centre")
        COMPANY = "company", _("Company")
        OTHER = "other", _("Other organisation")

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    full_name = models.CharField(max_length=160, blank=True)
    name_en = models.CharField(max_length=160, blank=True)
    kind = models.CharField(max_length=20, choices=Kind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="organisations"
    )
    order = models.PositiveIntegerField(default=0)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return _in_language(self.name, self.name_en)


class OrganisationAlias(models.Model):
    """Another way in which texts name an organisation (市工信局, 市工业和信息化局)."""

    text = models.CharField(max_length=160, unique=True)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="aliases")

    class Meta:
        ordering = ["text"]

    def __str__(self) -> str:
        return self.text


class OrganisationRevision(models.Model):
    """What an organisation was before a change: `facts` were true until `replaced_at`."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="revisions")
    facts = models.JSONField()
    replaced_at = models.DateTimeField(default=timezone.now, editable=False)
    replaced_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-replaced_at", "-id"]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.replaced_at:%Y-%m-%d}"


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(username=normal_username(username or ""))


class Person(AbstractBaseUser):
    """An account, one for each human being or service; never shared, never without a password."""

    username = UsernameField(_("User name"), max_length=150, unique=True)
    display_name = models.CharField(_("Name"), max_length=80)
    email = models.EmailField(_("E-mail"), blank=True)
    phone = SealedTextField(_("Telephone"), blank=True)
    language = models.CharField(_("Language"), max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    is_service = models.BooleanField(default=False)
    clearance = models.CharField(max_length=10, choices=CLEARANCES, default="internal")
    expires_at = models.DateTimeField(_("Expires"), null=True, blank=True)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    must_change_password = models.BooleanField(default=False)
    # Raised by "sign out everywhere": every session carries the number it was opened under.
    session_generation = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(Lower("username"), name="person_username_any_case"),
            models.CheckConstraint(condition=~Q(username=""), name="person_username_given"),
            models.CheckConstraint(condition=~Q(password=""), name="person_password_given"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    def may_sign_in(self) -> bool:
        return self.is_active and not self.is_expired

    def get_session_auth_hash(self) -> str:
        return f"{super().get_session_auth_hash()}.{self.session_generation}"

    def get_session_auth_fallback_hash(self) -> Any:
        for value in super().get_session_auth_fallback_hash():
            yield f"{value}.{self.session_generation}"


class PastPassword(models.Model):
    """Hashes of former passwords, so that the last few are not taken again."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="past_passwords")
    password = models.CharField(max_length=128)
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-replaced_at", "-id"]

    def __str__(self) -> str:
        return f"{self.person_id} {self.replaced_at:%Y-%m-%d}"


class SignInGuard(models.Model):
    """Failures in a row for one name, known or not, and until when it is locked."""

    username = UsernameField(max_length=150, unique=True)
    failures = models.PositiveIntegerField(default=0)
    last_failure_at = models.DateTimeField(null=True)
    locked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.username)


class KeptQuerySet(models.QuerySet["Membership"]):
    def delete(self) -> Any:
        raise NotImplementedError("a membership is ended, never deleted")


class Membership(models.Model):
    """A person acts for an organisation in a role, from a moment to a moment."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(r.value, ROLE_LABELS[r]) for r in Role])
    valid_from = models.DateTimeField(default=timezone.now)
    valid_to = models.DateTimeField(null=True, blank=True)
    granted_by = models.CharField(max_length=150)
    ended_by = models.CharField(max_length=150, blank=True)

    objects: ClassVar[models.Manager["Membership"]] = models.Manager.from_queryset(KeptQuerySet)()

    class Meta:
        ordering = ["person_id", "organisation_id", "role", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                "person",
                "organisation",
                "role",
                condition=Q(valid_to__isnull=True),
                name="membership_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="membership_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.organisation} · {self.role_label}"

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("a membership is ended, never deleted")

    @property
    def role_label(self) -> str:
        return str(ROLE_LABELS[Role(self.role)])

    @property
    def is_current(self) -> bool:
        now = timezone.now()
        return self.valid_from <= now and (self.valid_to is None or self.valid_to > now)


class ApiToken(models.Model):
    """A key for programs. Only its digest is kept; the prefix helps to recognise it."""

    class Scope(models.TextChoices):
        READ = "read", _("Read")
        WRITE = "write", _("Read and write")

    person = models.ForeignKey(Person, models.PROTECT, related_name="api_tokens")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="api_tokens")
    name = models.CharField(_("Purpose"), max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.READ)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class Case(models.Model):
    """A complaint, a report on data security, or a request of a person about their own data."""

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", _("Complaint")
        REPORT = "report", _("Report of a data security problem")
        ACCESS = "access", _("See or copy my data")
        CORRECTION = "correction", _("Correct or complete my data")
        DELETION = "deletion", _("Delete my data or close my account")
        RESTRICTION = "restriction", _("Restrict the use of my data or withdraw consent")
        INCIDENT = "incident", _("Security incident")

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        IN_PROGRESS = "in_progress", _("In progress")
        ANSWERED = "answered", _("Answered")
        REFUSED = "refused", _("Refused, with reasons")

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(_("What it is about"), max_length=20, choices=Kind)
    text = SealedTextField(_("Description"))
    contact = SealedTextField(_("How we can reach you"), blank=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="cases")
    state = models.CharField(max_length=20, choices=State, default=State.RECEIVED)
    received_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-received_at", "-id"]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_at < timezone.now()


class CaseEvent(models.Model):
    """One step of a case; the person concerned reads the note."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=20, choices=Case.State)
    note = SealedTextField(blank=True)
    by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"

    @property
    def state_label(self) -> str:
        return str(Case.State(self.state).label)


class Notice(models.Model):
    """What those harmed by an incident were told: event, harm, measures, what they can do."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notices")
    what = SealedTextField()
    harm = SealedTextField()
    measures = SealedTextField()
    advice = SealedTextField()
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%Y-%m-%d}"


class NoticeDelivery(models.Model):
    """A notice on its way to one person: with an account, or at an address outside."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Not sent yet")
        SENT = "sent", _("Sent by mail")
        FAILED = "failed", _("Mail failed")
        SHOWN = "shown", _("Shown in the platform")
        READ = "read", _("Confirmed as read")

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="deliveries")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="notices")
    address = SealedTextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    error = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    # The last attempt, which the state says the outcome of.
    tried_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.state}"


def _in_language(chinese: str, english: str) -> str:
    return english if english and translation.get_language() == "en" else chinese
