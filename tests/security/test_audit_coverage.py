"""Nothing is written past the audit log."""

import inspect
import pkgutil
from importlib import import_module
from types import FunctionType

import pytest

import shucheng
from shucheng.kernel.actor import Role, system_actor
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.identity.models import Organisation

# What writes through audited actions, and why it is none itself.
NOT_ACTIONS = {
    # The data bay: queue a job that acts, take one thing after another with an action each ...
    "shucheng.bays.data.actions.grading.ask_for_grading",
    "shucheng.bays.data.actions.grading.grade_resources",
    "shucheng.bays.data.actions.harvesting.ask_due_harvests",
    "shucheng.bays.data.actions.quality.add_quality_rule",
    "shucheng.bays.data.actions.quality.ask_for_check",
    "shucheng.bays.data.actions.quality.check_due",
    "shucheng.bays.data.actions.turning.finish_orders",
    "shucheng.bays.data.actions.turning.turn_day",
    # ... only read, or are a part of an action that leaves the entry.
    "shucheng.bays.data.actions.catalogue.described",
    "shucheng.bays.data.actions.catalogue.keep_said",
    "shucheng.bays.data.actions.market_steps.keep_step",
    "shucheng.bays.data.actions.offers.close",
    "shucheng.bays.data.actions.measuring.measured",
    "shucheng.bays.data.actions.orders.stop",
    "shucheng.bays.data.actions.proving.keep_proofs",
    "shucheng.bays.data.actions.reaching.give_rights",
    "shucheng.bays.data.actions.reaching.reach_further",
    "shucheng.bays.data.actions.regrading.follow_grades",
    # Queues a job that acts, and is audited, as whoever asked.
    "shucheng.kernel.jobs.actions.enqueue",
    # Opens a file and hands it to `export_entries`, which is one.
    "shucheng.kernel.audit.actions.export_audit",
    # Compiles outside of the transaction; what it found is stored by actions.
    "shucheng.plan.actions.load.compile_version",
    # The steps that the actions of reporting are made of; they run inside one.
    "shucheng.kernel.reporting.actions.publishing.record_submission",
    "shucheng.kernel.reporting.actions.rules.keep_rule",
    "shucheng.kernel.reporting.actions.setup_events.write_setup_event",
    "shucheng.kernel.reporting.actions.steps.store",
    "shucheng.kernel.reporting.actions.steps.take_step",
    "shucheng.kernel.reporting.actions.steps.write_event",
    # Writes rows chunk by chunk for a batch that `take_over` took; `apply_batch` ends it.
    "shucheng.bays.statistics.actions.batches.write_batch",
    # What a job does before an action keeps what it found.
    "shucheng.bays.statistics.actions.finding.find_duplicates",
    "shucheng.bays.statistics.actions.importing.read_batch",
    "shucheng.bays.statistics.actions.measuring.measure",
    "shucheng.bays.statistics.actions.publishing.publish_tables",
    # Batches that are actions, each in a transaction of its own.
    "shucheng.bays.data.actions.evidence.append_evidence",
    # Read another's server or large files and compute, in no transaction; what they found is kept
    # by an action that asks again for what can have changed. Their refusals leave an entry.
    "shucheng.bays.data.actions.grading_proposals.propose_grades",
    "shucheng.bays.data.actions.harvesting.read_catalogue",
    "shucheng.bays.data.actions.making.run_making",
    "shucheng.bays.data.actions.quality.check_quality",
    "shucheng.bays.data.actions.serving_files.find_mark",
    "shucheng.bays.data.actions.sources.read_source",
    # Finds and locks a draft for the action that changes it.
    "shucheng.plan.briefings.actions.making.locked_draft",
}


def writes() -> dict[str, FunctionType]:
    """Every public function of an `actions` module, by its full name."""
    found = {}
    for module in pkgutil.walk_packages(shucheng.__path__, "shucheng."):
        parts = module.name.split(".")
        if "actions" not in parts or "tests" in parts:
            continue
        loaded = import_module(module.name)
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            own = function.__module__ == module.name and not name.startswith("_")
            if own and "actor" in inspect.signature(function).parameters:
                found[f"{module.name}.{name}"] = function
    return found


def test_every_write_of_the_platform_is_an_audited_action():
    found = writes()
    assert len(found) > 30
    missing = {name for name, f in found.items() if not getattr(f, "is_action", False)}
    assert missing <= NOT_ACTIONS, f"decorate with @action: {sorted(missing - NOT_ACTIONS)}"


@pytest.mark.parametrize(("role", "success"), [(Role.PLAN_OFFICE, True), (Role.LIAISON, False)])
def test_a_change_through_the_api_leaves_who_when_and_how_it_ended(
    browser_of, make_person, role, success
):
    person = make_person("somebody", role)
    browser_of(person).patch(
        "/api/v1/organisations/bureau", '{"name": "改名"}', content_type="application/json"
    )
    entry = AuditEntry.objects.filter(person=person).latest("sequence")
    assert (entry.success, entry.channel) == (success, "api")
    assert entry.recorded_at is not None
    assert entry.request_id
    assert Organisation.objects.filter(name="改名").exists() is success


def test_the_machine_itself_is_named_as_the_actor(db):
    from shucheng.kernel.identity.actions.organisations import create_organisation

    create_organisation("a", "甲", "other", actor=system_actor("cli"))
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.person_id, entry.person_name, entry.channel) == (None, "system", "cli")
