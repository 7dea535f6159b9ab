"""Pages where the plan office looks after forms and rules."""

import pytest

from shucheng.kernel.reporting.actions.form_setup import retire_form
from shucheng.kernel.reporting.models import Form, Rule
from shucheng.kernel.reporting.tests.conftest import City
from shucheng.kernel.reporting.tests.test_web import browser, field, text

pytestmark = pytest.mark.django_db
FORM = "/reporting/forms/industry-m-area/"
RULE = "/reporting/rules/range:trade/"
WHY = "Decided on 12 August."


def sent(**more: str) -> dict[str, str]:
    form = Form.objects.get(code="industry-m-area")
    facts = {
        "revision": str(form.revision),
        "name_zh": form.name_zh,
        "name_en": form.name_en,
        "due_days": str(form.due_days),
        "reason": WHY,
    }
    return {**facts, **more}


def test_the_list_tells_how_each_form_stands(city: City) -> None:
    retire_form("industry-q-city", WHY, revision=1, actor=city.office)
    shown = text(browser(city.office).get("/reporting/forms/"))
    assert "2026-05" in shown
    assert "Monthly" in shown
    assert "out of use" in shown
    assert "not confirmed" in shown


def test_the_office_changes_a_form_and_reads_what_it_means_first(city: City) -> None:
    client = browser(city.office)
    shown = client.get(FORM)
    assert "the 6 tasks open now keep their due days" in text(shown)
    assert field(shown, "revision") == "1"
    answer = client.post(f"{FORM}change/", sent(due_days="4", confirmed="1"))
    assert answer.status_code == 302
    form = Form.objects.get(code="industry-m-area")
    assert (form.due_days, form.unconfirmed, form.publish_apart) == (4, False, False)
    told = text(client.get(FORM))
    assert WHY in told
    assert "Working days: 10 → 4" in told


def test_a_refused_change_keeps_what_was_typed(city: City) -> None:
    client = browser(city.office)
    answer = client.post(f"{FORM}change/", sent(due_days="900", name_zh="Other"))
    assert answer.status_code == 422
    shown = text(answer)
    assert "Working days from 0 to 200." in shown
    assert 'value="Other"' in answer.content.decode()
    assert Form.objects.get(code="industry-m-area").due_days == 10
    client.post(f"{FORM}change/", sent(due_days="4"))
    late = client.post(f"{FORM}retire/", sent(revision="1"))
    assert late.status_code == 409
    assert "was faster" in text(late)


def test_lines_are_changed_ended_and_added(city: City) -> None:
    client = browser(city.office)
    line = str(Form.objects.get(code="industry-m-area").lines.get(metric__code="trade").pk)
    assert "Last day on which it is asked for" in text(client.get(f"{FORM}?line={line}"))
    assert client.post(f"{FORM}require/", sent(line=line, required="0")).status_code == 302
    bad = client.post(f"{FORM}end/", sent(line=line, last_day="soon"))
    assert bad.status_code == 422
    assert "Write it as" in text(bad)
    assert client.post(f"{FORM}end/", sent(line=line, last_day="2026-06-30")).status_code == 302
    added = client.post(f"{FORM}add/", sent(metric="trade", first_day="2026-08-01", required="1"))
    assert added.status_code == 302
    shown = text(client.get(FORM))
    assert "1 line was ended" in shown
    assert "Metric added trade" in shown
    assert client.post(f"{FORM}burn/", sent()).status_code == 404


def test_others_read_and_do_not_change(city: City) -> None:
    client = browser(city.liaison)
    shown = text(client.get(f"{FORM}?line=1"))
    assert "Change the form" not in shown
    assert "Last day on which" not in shown
    assert client.post(f"{FORM}change/", sent(due_days="4")).status_code == 403
    assert client.post(f"{FORM}end/", sent(line="1", last_day="")).status_code == 403
    assert "New version" not in text(client.get(RULE))
    assert client.post(f"{RULE}version/", {"number": "0"}).status_code == 403


def test_the_office_makes_a_version_takes_it_back_and_has_it_hold_again(city: City) -> None:
    client = browser(city.office)
    shown = text(client.get("/reporting/rules/"))
    assert "Jump" in shown
    assert "usual" in shown
    assert "≥ 0" in shown
    facts = {"number": "0", "severity": "warning", "least": "0", "most": "1,500", "reason": WHY}
    answer = client.post(f"{RULE}version/", {**facts, "bounds": "1"})
    assert answer.status_code == 302
    stored = Rule.objects.get()
    assert (stored.severity, stored.params["most"], stored.number) == ("warning", "1500", 1)
    shown = text(client.get(RULE))
    assert "≥ 0, ≤ 1500" in shown
    assert WHY in shown
    assert client.post(f"{RULE}retire/", {"number": "0", "reason": WHY}).status_code == 409
    assert client.post(f"{RULE}retire/", {"number": "1", "reason": WHY}).status_code == 302
    assert "taken back" in text(client.get("/reporting/rules/?only=retired"))
    assert client.post(f"{RULE}restore/", {"number": "2", "reason": WHY}).status_code == 302
    assert Rule.objects.order_by("number").last().active


@pytest.mark.parametrize("typed", ["a few", "12,5", "1_000"])
def test_a_refused_version_keeps_what_was_typed(city: City, typed: str) -> None:
    client = browser(city.office)
    facts = {"number": "0", "severity": "error", "least": typed, "most": "7", "reason": ""}
    answer = client.post(f"{RULE}version/", facts)
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.content.decode()
    assert "Write a number." in text(answer)
    assert client.get("/reporting/rules/none:such/").status_code == 404
    assert client.post("/reporting/rules/none:such/version/", facts).status_code == 404
    assert not Rule.objects.exists()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_pages_open_in_both_languages(city: City, language: str) -> None:
    for actor in (city.office, city.liaison):
        client = browser(actor)
        client.cookies["django_language"] = language
        for address in (FORM, "/reporting/rules/", RULE, "/reporting/rules/areas:revenue/"):
            assert client.get(address).status_code == 200
