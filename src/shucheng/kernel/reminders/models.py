"""Reminders: what people and organisations are told, over which channel, and what became of it.

A reminder is written in the transaction of what it is about (an outbox), once for each
`once_key`. It has a sending for each person or robot and channel; each attempt to send leaves a
delivery, a row that the database itself refuses to change.
"""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.identity.fields import SealedTextField
from shucheng.kernel.reminders.engine.robots import Vendor
from shucheng.kernel.reminders.engine.rules import Rule


class Robot(models.Model):
    """A group robot of a messenger, of one organisation or (without one) of the whole city.

    Whoever knows the address can write into the group: it is sealed as its secret is.
    """

    VENDORS = (
        (Vendor.WECOM.value, _("WeCom")),
        (Vendor.DINGTALK.value, _("DingTalk")),
        (Vendor.FEISHU.value, _("Feishu")),
    )

    name = models.CharField(max_length=80)
    vendor = models.CharField(max_length=10, choices=VENDORS)
    organisation = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, related_name="+"
    )
    address = SealedTextField()
    secret = SealedTextField(blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["organisation_id", "name", "id"]

    def __str__(self) -> str:
        return self.name


class Preference(models.Model):
    """What a person chose for the reminders; the page shows them in any case."""

    person = models.OneToOneField("identity.Person", models.CASCADE, related_name="+")
    by_mail = models.BooleanField(default=True)
    # Empty: the language of the account.
    language = models.CharField(max_length=10, blank=True)

    def __str__(self) -> str:
        return f"{self.person_id}"


class Reminder(models.Model):
    """What is said and to whom; `texts` holds subject and text in every language of the screen."""

    kind = models.CharField(max_length=60)
    once_key = models.CharField(max_length=200, unique=True)
    organisation = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, related_name="+"
    )
    person = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    # Which duties of the organisation (or of everybody) it is for, joined by commas.
    roles = models.CharField(max_length=120, blank=True)
    texts: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    link = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "-id"], name="reminder_by_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.once_key}"

    def in_language(self, language: str) -> tuple[str, str]:
        """Subject and text; in the first language there is, where this one has none."""
        said = self.texts.get(language) or next(iter(self.texts.values()))
        return said["subject"], said["text"]

    @property
    def subject(self) -> str:
        return self.in_language(translation.get_language() or "")[0]

    @property
    def text(self) -> str:
        return self.in_language(translation.get_language() or "")[1]


class Sending(models.Model):
    """A reminder on its way to one person or robot over one channel."""

    class Channel(models.TextChoices):
        PAGE = "page", _("Page")
        MAIL = "mail", _("E-mail")
        ROBOT = "robot", _("Group robot")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Given up")
        NO_WAY = "no_way", _("No channel")

    reminder = models.ForeignKey(Reminder, models.PROTECT, related_name="sendings")
    channel = models.CharField(max_length=10, choices=Channel)
    person = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    robot = models.ForeignKey(Robot, models.PROTECT, null=True, related_name="sendings")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    # When it is due; moved on before each attempt, so that no two workers make the same one.
    next_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint("reminder", "channel", "person", name="sending_person_once"),
            models.UniqueConstraint("reminder", "robot", name="sending_robot_once"),
            models.CheckConstraint(
                condition=Q(channel="robot", robot__isnull=False, person__isnull=True)
                | Q(channel__in=["page", "mail"], robot__isnull=True, person__isnull=False),
                name="sending_to_one",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "next_at"], name="sending_due"),
            models.Index(fields=["person", "channel", "read_at"], name="sending_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.reminder_id} {self.channel} {self.state}"


class Delivery(models.Model):
    """One attempt and its outcome. The database refuses to change or delete a row."""

    class Outcome(models.TextChoices):
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    sending = models.ForeignKey(Sending, models.PROTECT, related_name="deliveries")
    attempt = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint("sending", "attempt", name="delivery_attempt_once"),
        ]
        indexes = [models.Index(fields=["at"], name="delivery_at")]

    def __str__(self) -> str:
        return f"{self.sending_id} #{self.attempt} {self.outcome}"


class RuleVersion(models.Model):
    """A version of when a room reminds (提醒规则); the newest of a room is in force. Rows only
    grow; `params` is what `engine/rules.py` reads."""

    room = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    params: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["room", "-number"]
        constraints = [models.UniqueConstraint("room", "number", name="reminder_rule_number")]

    def __str__(self) -> str:
        return f"{self.room} v{self.number}"

    @property
    def rule(self) -> Rule:
        return Rule.of(self.params)
