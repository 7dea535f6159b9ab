"""Supervision: items and what happened to them, work points' milestones, the joint conference.

An item carries its state and a `revision`; everything that happened to it is an `ItemEvent`, a row
that the database itself refuses to change. So is a progress report of a work point.
"""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.plan.supervision.engine.states import FINAL, State

STATES = (
    (State.DRAFT.value, _("Draft")),
    (State.IN_REVIEW.value, _("Under review")),
    (State.APPROVED.value, _("To be issued")),
    (State.ISSUED.value, _("To be signed for")),
    (State.WORKING.value, _("Being worked on")),
    (State.RECHECK.value, _("To be rechecked")),
    (State.CLOSED.value, _("Closed")),
    (State.CANCELLED.value, _("Withdrawn")),
)
_OPEN = ~Q(state__in=[state.value for state in sorted(FINAL)])


class SupervisionItem(models.Model):
    """A demand to a lead organisation with a deadline, followed to its end.

    `deadline` is a day; while it is empty the item falls due `due_in` working days after its issue.
    `facts` are what a red light said when the item was proposed, frozen.
    """

    class Origin(models.TextChoices):
        LIGHT = "light", _("Red light")
        POINT = "point", _("Work point")
        MEETING = "meeting", _("Decision of the joint conference")
        OFFICE = "office", _("Raised by the plan office")

    number = models.CharField(max_length=20, unique=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.OFFICE)
    title = models.CharField(max_length=200)
    demand = models.TextField()
    lead = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    joint: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        "identity.Organisation", related_name="+"
    )
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    indicator_code = models.CharField(max_length=80, blank=True)
    area = models.ForeignKey("identity.Area", models.PROTECT, null=True, related_name="+")
    point = models.ForeignKey(
        "supervision.TrackedPoint", models.PROTECT, null=True, related_name="items"
    )
    facts: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=STATES, default=State.DRAFT.value)
    deadline = models.DateField(null=True)
    due_in = models.PositiveSmallIntegerField(null=True)
    issued_on = models.DateField(null=True)
    signed_on = models.DateField(null=True)
    finished_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    extension_asked_on = models.DateField(null=True)
    extension_wanted = models.DateField(null=True)
    extended = models.PositiveSmallIntegerField(default=0)
    sent_back = models.PositiveSmallIntegerField(default=0)
    simulated = models.BooleanField(default=False)
    created_on = models.DateField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-created_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator_code", "area"],
                condition=_OPEN & ~Q(indicator_code=""),
                name="supervision_one_open_for_a_light",
            ),
            models.CheckConstraint(
                condition=Q(deadline__isnull=False) | Q(due_in__isnull=False),
                name="supervision_has_a_deadline",
            ),
            models.CheckConstraint(
                condition=Q(indicator_code="") | Q(area__isnull=False),
                name="supervision_light_has_an_area",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "deadline"], name="supervision_by_state"),
            models.Index(fields=["lead", "state"], name="supervision_by_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_final(self) -> bool:
        return self.state in FINAL


class ItemEvent(models.Model):
    """One thing that happened to an item. Rows only grow.

    `day` is when it happened, which the clocks count from; `recorded_at` when it was written down.
    """

    item = models.ForeignKey(SupervisionItem, models.PROTECT, related_name="events")
    move = models.CharField(max_length=20)
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    text = models.TextField(blank=True)
    data: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    day = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.CharField(max_length=150)
    person = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["item", "move"], name="supervision_event_of_item")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.move}"


class ItemEvidence(models.Model):
    """A file that came with an event. Rows only grow."""

    event = models.ForeignKey(ItemEvent, models.PROTECT, related_name="evidence")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.event_id} {self.file_id}"


# -- work points ---------------------------------------------------------------------------------


class TrackedPoint(models.Model):
    """A work point of a plan's yearly list, over all versions of the plan."""

    plan = models.ForeignKey("plan.Plan", models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(default=0)  # 0 where the list names none
    no = models.PositiveSmallIntegerField()
    text = models.TextField()
    simulated = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["year", "no"]
        constraints = [models.UniqueConstraint("plan", "year", "no", name="supervision_point_once")]

    def __str__(self) -> str:
        return f"{self.no} {self.text[:40]}"


class Milestone(models.Model):
    """A step of a work point with its planned day and its weight among the others."""

    point = models.ForeignKey(TrackedPoint, models.CASCADE, related_name="milestones")
    title = models.CharField(max_length=200)
    planned = models.DateField()
    weight: "models.DecimalField[Any, Any]" = models.DecimalField(
        max_digits=7, decimal_places=2, default=1
    )
    done = models.DateField(null=True)
    evidence = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["planned", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(weight__gt=0), name="supervision_milestone_weighs")
        ]

    def __str__(self) -> str:
        return self.title


class ProgressReport(models.Model):
    """What an organisation says about a work point: percent, words, evidence. Rows only grow."""

    point = models.ForeignKey(TrackedPoint, models.PROTECT, related_name="reports")
    percent: "models.DecimalField[Any, Any]" = models.DecimalField(max_digits=4, decimal_places=1)
    text = models.TextField()
    day = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.CharField(max_length=150)
    person = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, related_name="+"
    )
    evidence = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100), name="supervision_percent"
            )
        ]

    def __str__(self) -> str:
        return f"{self.point_id} {self.percent}%"


# -- the joint conference ------------------------------------------------------------------------


class Meeting(models.Model):
    """A session of the joint conference. Once its minutes are issued nothing in it changes."""

    title = models.CharField(max_length=200)
    held_on = models.DateField()
    place = models.CharField(max_length=120, blank=True)
    chair = models.CharField(max_length=80, blank=True)
    notes = models.TextField(blank=True)
    issued_on = models.DateField(null=True)
    simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-held_on", "-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_issued(self) -> bool:
        return self.issued_on is not None


class AgendaEntry(models.Model):
    """A point of the agenda: an open decision of before, an item, a red light, or anything else."""

    class Kind(models.TextChoices):
        DECISION = "decision", _("Decision of an earlier meeting")
        ITEM = "item", _("Supervision item")
        LIGHT = "light", _("Red light")
        OTHER = "other", _("Other")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    title = models.CharField(max_length=300)
    item = models.ForeignKey(SupervisionItem, models.PROTECT, null=True, related_name="+")
    decision = models.ForeignKey("Decision", models.PROTECT, null=True, related_name="+")
    indicator_code = models.CharField(max_length=80, blank=True)
    area_code = models.CharField(max_length=32, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title


class Decision(models.Model):
    """What a meeting decided: words, who is to do it, until when; it becomes or moves an item."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="decisions")
    text = models.TextField()
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    deadline = models.DateField()
    item = models.ForeignKey(SupervisionItem, models.PROTECT, null=True, related_name="decisions")
    done_on = models.DateField(null=True)
    outcome = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def is_open(self) -> bool:
        """Until it was said to be done, or the item it became has ended."""
        return self.done_on is None and not (self.item is not None and self.item.is_final)
