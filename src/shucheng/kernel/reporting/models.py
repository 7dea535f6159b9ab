"""Collection (填报): what is asked of whom, what was answered, who reviewed it.

A *form* (填报表) is generated from metrics and organisations; its *lines* are the metrics it asks
for. An *obligation* (报送任务) is one form for one organisation, area and period, answered by a
*submission* (填报): number 1, and number 2, 3 ... for corrections of what is published.

States of a submission, and whose turn it is (`level`):

| state | level | meaning | next |
| --- | --- | --- | --- |
| draft 草稿 | | with the organisation, seen by nobody else | submitted, dropped |
| submitted 已提交 | department | a county’s, with the owner department | submitted, returned |
| submitted 已提交 | office | with the plan office | approved or published, returned |
| approved 已通过 | | where a form is published in a step of its own | published, returned |
| published 已发布 | | its values are observations | a correction is a new submission |
| returned 已退回 | | with the organisation again, with a comment | submitted, dropped |
| dropped 已作废 | | a correction that was given up | |

A department's own figures begin at the plan office; what waits for the first review can be taken
back (draft); only a correction can be dropped.

How an obligation stands is derived (`engine/standing.py`), never stored: open, or the state above;
overdue (逾期未报) when the due day passed and nothing was handed in; late (迟报) when it was handed
in after it. Extensions and locks are events that only grow; what holds is the last one.
"""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shucheng.kernel.reporting.engine.moves import Level, Move, State
from shucheng.lib.periods import Period

STATE_LABELS = {
    State.DRAFT: pgettext_lazy("submission", "Draft"),
    State.SUBMITTED: pgettext_lazy("submission", "Submitted"),
    State.APPROVED: pgettext_lazy("submission", "Approved"),
    State.PUBLISHED: pgettext_lazy("submission", "Published"),
    State.RETURNED: pgettext_lazy("submission", "Returned"),
    State.DROPPED: pgettext_lazy("submission", "Given up"),
}
LEVEL_LABELS = {
    Level.NONE: _("Nobody"),
    Level.DEPARTMENT: _("Owner department"),
    Level.OFFICE: _("Plan office"),
}
# What somebody did, for a timeline.
DEEDS: dict[str, str | Promise] = {
    Move.START: _("began to fill it in"),
    Move.CORRECT: _("began a correction"),
    Move.SUBMIT: _("handed it in"),
    Move.WITHDRAW: _("took it back"),
    Move.APPROVE: _("approved it"),
    Move.RETURN: _("returned it"),
    Move.PUBLISH: _("published it"),
    Move.DROP: _("gave it up"),
}


class FormKind(models.TextChoices):
    CITY = "city", _("City values, by the owner department")
    AREA = "area", _("Values of each area, by counties and zones")


class Form(models.Model):
    """A form (填报表): what one owner department's metrics of one frequency ask."""

    code = models.CharField(max_length=60, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True)
    kind = models.CharField(max_length=4, choices=FormKind)
    frequency = models.CharField(max_length=1)
    owner = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    # Due so many working days after the period's last day.
    due_days = models.PositiveSmallIntegerField()
    # The first day of the first period that is asked for.
    first_day = models.DateField()
    # Whether publishing is a step of its own after the final approval.
    publish_apart = models.BooleanField(default=False)
    unconfirmed = models.BooleanField(default=True)
    retired_at = models.DateTimeField(null=True)
    # The plan office changed it: a city pack that is loaded again leaves it as it is.
    by_office = models.BooleanField(default=False)
    # Rises with every change by the plan office, and each names the one it looked at.
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        """In the reader's language."""
        return self.name_en if translation.get_language() == "en" and self.name_en else self.name_zh


class FormLine(models.Model):
    """One metric (and dimension combination) that a form asks for.

    A period is asked for when it ends on or after `first_day` (null: always) and on or before
    `last_day` (null: until further notice).
    """

    form = models.ForeignKey(Form, models.PROTECT, related_name="lines")
    metric = models.ForeignKey("observations.Metric", models.PROTECT, related_name="+")
    dimension_key = models.CharField(max_length=200, blank=True)
    position = models.PositiveIntegerField()
    required = models.BooleanField(default=True)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    # The plan office added, changed or ended it: generating forms leaves it as it is.
    by_office = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                "form",
                "metric",
                "dimension_key",
                condition=Q(last_day__isnull=True),
                name="form_line_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def asks(self, end: date) -> bool:
        """Whether it asks for a period that ends on a day."""
        return (self.first_day is None or self.first_day <= end) and (
            self.last_day is None or end <= self.last_day
        )

    @property
    def key(self) -> str:
        code = self.metric.code
        return f"{code}|{self.dimension_key}" if self.dimension_key else code


class Rule(models.Model):
    """A version of a validation rule (校验规则); the newest of a code is in force. Rows only grow.

    `params` is what `engine/rules.py` reads; `active` False is how a rule is taken back.
    """

    code = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    severity = models.CharField(max_length=7)
    params: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    note = models.CharField(max_length=300, blank=True)
    unconfirmed = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["code", "number"]
        constraints = [models.UniqueConstraint("code", "number", name="rule_version_number")]

    def __str__(self) -> str:
        return f"{self.code} v{self.number}"


class SetupEvent(models.Model):
    """What the plan office changed about a form or a rule, and why. Rows only grow.

    `rule` is the version that the change made, `form` the form that was changed.
    """

    class Kind(models.TextChoices):
        CHANGED = "changed", pgettext_lazy("setup", "Changed")
        LINE_ADDED = "added", pgettext_lazy("setup", "Metric added")
        LINE_ENDED = "ended", pgettext_lazy("setup", "Line ended")
        RETIRED = "retired", pgettext_lazy("setup", "Retired")
        RESTORED = "restored", pgettext_lazy("setup", "Back in use")
        CONFIRMED = "confirmed", pgettext_lazy("setup", "Confirmed")

    kind = models.CharField(max_length=10, choices=Kind)
    form = models.ForeignKey(Form, models.PROTECT, null=True, related_name="setup_events")
    rule = models.OneToOneField(Rule, models.PROTECT, null=True, related_name="setup_event")
    # Field → what it said; of a line, `line` is its key.
    before: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    after: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    reason = models.CharField(max_length=500)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    person = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    person_name = models.CharField(max_length=150)

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(form__isnull=False) ^ Q(rule__isnull=False),
                name="setup_event_of_form_or_rule",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.form_id or self.rule_id}"


class Obligation(models.Model):
    """A task to report (报送任务): one form, one organisation, its area, one period."""

    form = models.ForeignKey(Form, models.PROTECT, related_name="obligations")
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    area = models.ForeignKey("identity.Area", models.PROTECT, related_name="+")
    period = models.CharField(max_length=10)
    period_start = models.DateField()
    period_end = models.DateField()
    # By the form's rule; an extension that was granted counts instead.
    due_on = models.DateField()
    # Reckoned over a year whose holidays were not announced: it is reckoned anew once they are.
    provisional = models.BooleanField(default=False)
    opened_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-period_end", "form_id", "organisation_id"]
        constraints = [
            models.UniqueConstraint(
                "form", "organisation", "area", "period", name="obligation_once"
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="obligation_due")]

    def __str__(self) -> str:
        return f"{self.form_id} {self.organisation_id} {self.period}"

    @property
    def reporting_period(self) -> Period:
        return Period.parse(self.period)


class ExtensionEvent(models.Model):
    """An extension (延期) asked for, granted or refused. Rows only grow."""

    class Kind(models.TextChoices):
        ASKED = "asked", pgettext_lazy("extension", "Asked for")
        GRANTED = "granted", pgettext_lazy("extension", "Granted")
        REFUSED = "refused", pgettext_lazy("extension", "Refused")

    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="extensions")
    kind = models.CharField(max_length=8, choices=Kind)
    # The request that a decision answers.
    answers = models.OneToOneField("self", models.PROTECT, null=True, related_name="answer")
    until = models.DateField()
    reason = models.CharField(max_length=500)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    person = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    person_name = models.CharField(max_length=150)

    class Meta:
        ordering = ["recorded_at", "id"]

    def __str__(self) -> str:
        return f"{self.obligation_id} {self.kind} {self.until}"


class LockEvent(models.Model):
    """A period was closed (锁定), its reopening asked for, or it was reopened. Rows only grow.

    Without a form it is about all forms. It holds for every period that lies in the one named.
    """

    class Kind(models.TextChoices):
        CLOSED = "closed", pgettext_lazy("lock", "Closed")
        ASKED = "asked", pgettext_lazy("lock", "Reopening asked for")
        REOPENED = "reopened", pgettext_lazy("lock", "Reopened")

    kind = models.CharField(max_length=8, choices=Kind)
    form = models.ForeignKey(Form, models.PROTECT, null=True, related_name="lock_events")
    period = models.CharField(max_length=10)
    period_start = models.DateField()
    period_end = models.DateField()
    reason = models.CharField(max_length=500)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    person = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    person_name = models.CharField(max_length=150)
    organisation = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["recorded_at", "id"]
        indexes = [models.Index(fields=["period_start", "period_end"], name="lock_event_period")]

    def __str__(self) -> str:
        return f"{self.kind} {self.period}"


class Submission(models.Model):
    """One answer to an obligation. `revision` rises with every save and move, and each names it.

    `values` is cell key → {"value", "status", "note", "reason"}, as typed; `definitions` the
    metric versions it was filled against, so that a changed unit never meets an old number.
    """

    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=STATE_LABELS.items(), default=State.DRAFT)
    level = models.CharField(max_length=10, choices=LEVEL_LABELS.items(), blank=True)
    revision = models.PositiveIntegerField(default=1)
    values: models.JSONField[dict[str, dict[str, str]], dict[str, dict[str, str]]] = (
        models.JSONField(default=dict)
    )
    definitions: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=dict)
    evidence = models.ManyToManyField("files.StoredFile", related_name="+")
    # Why what is published is to be corrected; empty for number 1.
    reason = models.CharField(max_length=500, blank=True)
    # Made up for demonstration: its observations carry the source `simulation`.
    simulated = models.BooleanField(default=False)
    # The last hand-in, for "late" and so that nobody approves what they handed in.
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    # Who changed it last, for whoever comes too late.
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.CharField(max_length=150)
    last_change = models.CharField(max_length=12, default="save")
    last_keys: models.JSONField[list[str], list[str]] = models.JSONField(default=list)

    class Meta:
        ordering = ["obligation_id", "number"]
        constraints = [
            models.UniqueConstraint("obligation", "number", name="submission_number"),
            # One at a time: a correction waits for the one before it.
            models.UniqueConstraint(
                "obligation",
                condition=~Q(state__in=[State.PUBLISHED, State.DROPPED]),
                name="submission_one_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["state", "level"], name="submission_inbox")]

    def __str__(self) -> str:
        return f"{self.obligation_id}/{self.number}"

    @property
    def is_correction(self) -> bool:
        return self.number > 1


class SubmissionEvent(models.Model):
    """One step of a submission's life (流转记录). Rows only grow.

    `digest` is that of the values and evidence that the step was about; a hand-in and a
    publication keep the values themselves, and a hand-in the warnings that were explained.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="events")
    move = models.CharField(max_length=12)
    from_state = models.CharField(max_length=10)
    to_state = models.CharField(max_length=10)
    from_level = models.CharField(max_length=10, blank=True)
    to_level = models.CharField(max_length=10, blank=True)
    person = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    person_name = models.CharField(max_length=150)
    organisation = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, related_name="+"
    )
    # The department without a reviewer whose review this was; `comment` says why.
    in_place_of = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    comment = models.CharField(max_length=1000, blank=True)
    # The revision that was acted on.
    revision = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    values: models.JSONField[dict[str, dict[str, str]], dict[str, dict[str, str]]] = (
        models.JSONField(default=dict)
    )
    problems: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        default=list
    )

    class Meta:
        ordering = ["recorded_at", "id"]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.move} {self.recorded_at:%Y-%m-%d}"

    @property
    def label(self) -> str:
        return str(DEEDS[self.move])
