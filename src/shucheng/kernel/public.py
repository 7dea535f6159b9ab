"""The kernel's only door. What is not here may change without asking anyone.

Import it after Django has started (`apps.ready`); `kernel/bay.py`, `actor.py` and `errors.py` can
be imported earlier by manifests.
"""

from ninja import Router

from shucheng.kernel.action import action, prepared
from shucheng.kernel.actor import (
    ANONYMOUS,
    GOVERNMENT,
    Actor,
    Permission,
    Role,
    register_permissions,
    system_actor,
)
from shucheng.kernel.alerts.actions import raise_alert
from shucheng.kernel.alerts.queries import count_open_alerts
from shucheng.kernel.alerts.texts import register_alert
from shucheng.kernel.append_only import AppendOnly
from shucheng.kernel.audit.actions import export_entries
from shucheng.kernel.audit.entries import record, record_export
from shucheng.kernel.audit.package import make_package, not_issued
from shucheng.kernel.audit.queries import head as audit_head
from shucheng.kernel.audit.queries import verify_chain
from shucheng.kernel.audit.signing import signing_key as platform_signing_key
from shucheng.kernel.audit.words import register_audit_words
from shucheng.kernel.bay import Bay, Health, MenuEntry, Scheduled, bays, register_bay
from shucheng.kernel.errors import Conflict, Forbidden, Invalid, NotFound, ShuchengError
from shucheng.kernel.files.actions import store_file
from shucheng.kernel.files.models import StoredFile
from shucheng.kernel.files.rooms import register_file_room
from shucheng.kernel.identity.actions.keys import rotate_field_keys
from shucheng.kernel.identity.actions.organisations import import_areas, import_organisations
from shucheng.kernel.identity.actions.people import (
    change_own_password,
    create_person,
    set_up_administrator,
)
from shucheng.kernel.identity.actions.roles import grant_role
from shucheng.kernel.identity.actors import (
    account_hindrance,
    acting_for,
    actor_for,
    management_is_withheld,
    note_session_seen,
)
from shucheng.kernel.identity.api import router as _identity_router
from shucheng.kernel.identity.api_auth import ApiAuth
from shucheng.kernel.identity.fields import SealedTextField
from shucheng.kernel.identity.fields import keyring as platform_keyring
from shucheng.kernel.identity.models import Area, Organisation, Person
from shucheng.kernel.identity.network import client_address, note_client_address
from shucheng.kernel.identity.queries import (
    area_by_code,
    areas,
    organisation_aliases,
    organisation_ids,
    organisation_name,
    organisations_in,
    people_named,
    resolve_organisation,
)
from shucheng.kernel.jobs.actions import enqueue
from shucheng.kernel.jobs.api import router as _jobs_router
from shucheng.kernel.jobs.queries import stopped_job
from shucheng.kernel.jobs.registry import register_job, register_schedule
from shucheng.kernel.jobs.words import register_job_words
from shucheng.kernel.jobs.worker import run_pending_jobs, run_worker
from shucheng.kernel.mail import address_of
from shucheng.kernel.observations.actions.metrics import import_metrics
from shucheng.kernel.observations.actions.values import correct_observation, record_observations
from shucheng.kernel.observations.api import router as _observations_router
from shucheng.kernel.observations.asking import ask
from shucheng.kernel.observations.behind import (
    Behind,
    behind,
    line_to,
    measured_beside,
    tell_behind,
)
from shucheng.kernel.observations.inputs import MetricDefinition, ObservationInput, RowsRefused
from shucheng.kernel.observations.listeners import Change, listen_to_observations
from shucheng.kernel.observations.models import SIMULATION, Metric, MetricVersion, Observation
from shucheng.kernel.observations.panel import (
    KnownValue,
    Moment,
    Wanted,
    area_tree,
    moments,
    newest_start,
    panel,
)
from shucheng.kernel.observations.queries import (
    as_known_on,
    city_area_code,
    known_series,
    latest_values,
    metrics_of_figures,
    observation_with_context,
)
from shucheng.kernel.operations.fonts import FOLDERS as FONT_FOLDERS
from shucheng.kernel.operations.fonts import chinese_font
from shucheng.kernel.reminders.actions.sending import send_reminder
from shucheng.kernel.reminders.queries import already_sent, count_unread_reminders
from shucheng.kernel.reporting.actions.forms import generate_forms, import_reporting
from shucheng.kernel.reporting.actions.obligations import open_obligations
from shucheng.kernel.reporting.actions.playing import (
    ExtensionPlay,
    LockPlay,
    Play,
    Step,
    play_reports,
)
from shucheng.kernel.reporting.api import router as _reporting_router
from shucheng.kernel.reporting.beside import register_beside
from shucheng.kernel.reporting.bundles import waits_to_report
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.inputs import FormSettings, ReportingSettings, RuleSettings
from shucheng.kernel.reporting.models import Submission
from shucheng.kernel.reporting.queries.late import (
    FigureAsked,
    figures_asked,
    submission_of_observation,
)
from shucheng.kernel.reporting.queries.tasks import Task, unanswered_tasks

API_ROUTERS: tuple[tuple[str, Router], ...] = (
    ("", _identity_router),
    ("", _observations_router),
    ("", _jobs_router),
    ("", _reporting_router),
)

__all__ = [
    "ANONYMOUS",
    "API_ROUTERS",
    "FONT_FOLDERS",
    "GOVERNMENT",
    "SIMULATION",
    "Actor",
    "ApiAuth",
    "AppendOnly",
    "Area",
    "Bay",
    "Behind",
    "Change",
    "Conflict",
    "Entry",
    "ExtensionPlay",
    "FigureAsked",
    "Forbidden",
    "FormSettings",
    "Health",
    "Invalid",
    "KnownValue",
    "LockPlay",
    "MenuEntry",
    "Metric",
    "MetricDefinition",
    "MetricVersion",
    "Moment",
    "NotFound",
    "Observation",
    "ObservationInput",
    "Organisation",
    "Permission",
    "Person",
    "Play",
    "ReportingSettings",
    "Role",
    "RowsRefused",
    "RuleSettings",
    "Scheduled",
    "SealedTextField",
    "ShuchengError",
    "Step",
    "StoredFile",
    "Submission",
    "Task",
    "Wanted",
    "account_hindrance",
    "acting_for",
    "action",
    "actor_for",
    "address_of",
    "already_sent",
    "area_by_code",
    "area_tree",
    "areas",
    "as_known_on",
    "ask",
    "audit_head",
    "bays",
    "behind",
    "change_own_password",
    "chinese_font",
    "city_area_code",
    "client_address",
    "correct_observation",
    "count_open_alerts",
    "count_unread_reminders",
    "create_person",
    "enqueue",
    "export_entries",
    "figures_asked",
    "generate_forms",
    "grant_role",
    "import_areas",
    "import_metrics",
    "import_organisations",
    "import_reporting",
    "known_series",
    "latest_values",
    "line_to",
    "listen_to_observations",
    "make_package",
    "management_is_withheld",
    "measured_beside",
    "metrics_of_figures",
    "moments",
    "newest_start",
    "not_issued",
    "note_client_address",
    "note_session_seen",
    "observation_with_context",
    "open_obligations",
    "organisation_aliases",
    "organisation_ids",
    "organisation_name",
    "organisations_in",
    "panel",
    "people_named",
    "platform_keyring",
    "platform_signing_key",
    "play_reports",
    "prepared",
    "raise_alert",
    "record",
    "record_export",
    "record_observations",
    "register_alert",
    "register_audit_words",
    "register_bay",
    "register_beside",
    "register_file_room",
    "register_job",
    "register_job_words",
    "register_permissions",
    "register_schedule",
    "resolve_organisation",
    "rotate_field_keys",
    "run_pending_jobs",
    "run_worker",
    "send_reminder",
    "set_up_administrator",
    "stopped_job",
    "store_file",
    "submission_of_observation",
    "system_actor",
    "tell_behind",
    "unanswered_tasks",
    "verify_chain",
    "waits_to_report",
]
