"""The room of authority for programs: what pages show and do, to each what it may see."""

from datetime import timedelta
from typing import Any

from django.test import Client

from shucheng.bays.data.models.authority import Grant
from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.tests.authority import in_force, product, proofs_for, registered, resource
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.test_web_authority import Browser, browser, submitted, today

__all__ = ["browser"]
API = "/api/v1/data"


def get(client: Client, path: str, status: int = 200, **asked: object) -> Any:
    answer = client.get(f"{API}{path}", asked)
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def post(client: Client, path: str, body: object, revision: int, status: int = 200) -> Any:
    answer = client.post(
        f"{API}{path}", body, content_type="application/json", headers={"If-Match": str(revision)}
    )
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def test_a_program_registers_a_resource_step_by_step(cast: Cast, browser: Browser) -> None:
    resource(cast.holder)
    holder, bureau = browser("holder"), browser("bureau")
    asked = {"kind": "resource_registration", "about": "RES-1", "title": "企业登记信息"}
    case = post(holder, "/registrations", asked, 0, 201)
    (submit,) = [each for each in case["possible"] if each["event"] == "submit"]
    proofs = {one[0]: {"text": "见附件"} for one in submit["evidence"]}
    path = f"/registrations/{case['code']}/steps"
    refusal = post(holder, path, {"event": "submit", "proofs": {}}, case["revision"], 422)
    assert refusal["code"] == "authority.evidence-missing"
    case = post(holder, path, {"event": "submit", "proofs": proofs}, case["revision"])
    assert case["state"] == "submitted"
    assert case["clocks"][0]["source"].startswith("《公共数据资源登记管理暂行办法》")
    post(bureau, path, {"event": "accept"}, case["revision"] - 1, 409)
    post(browser("buyer"), path, {"event": "accept"}, case["revision"], 403)
    assert post(bureau, path, {"event": "accept"}, case["revision"])["state"] == "reviewing"
    assert get(bureau, "/registrations", whose="waiting")["count"] == 1
    get(browser("buyer"), f"/registrations/{case['code']}", 404)


def test_an_authorisation_its_grants_and_lists_for_programs(cast: Cast, browser: Browser) -> None:
    resource(cast.holder)
    registered(cast)
    case = in_force(cast)
    process = Grant.objects.get(right="process")
    product(cast, ["RES-1"], [process.code])
    operator, bureau = browser("operator"), browser("bureau")
    told = get(operator, f"/authorisations/{case.code}")
    assert (told["operator"], told["holds"], len(told["grants"])) == ("ORG-O", True, 2)
    assert [each["code"] for each in get(operator, "/authorisations")] == [case.code]
    assert get(browser("buyer"), "/authorisations") == []
    get(browser("buyer"), f"/authorisations/{case.code}", 404)
    grant = get(operator, f"/grants/{process.code}")
    assert (grant["why_not"], grant["products_on_it"]) == ("", ["PRD-1@1"])
    assert case.code in grant["stands_on"]
    assert get(operator, "/grants", whose="taken")["count"] == 2
    day = today().isoformat()
    (row,) = get(browser("buyer"), "/lists/products", day=day)["rows"]
    assert case.code in row["stands_on"]
    get(bureau, "/lists/people", 404)
    proofs = {code: {"text": "x"} for code in proofs_for(case, "suspend", today())}
    body = {"event": "suspend", "proofs": proofs}
    post(bureau, f"/authorisations/{case.code}/steps", body, case.revision)
    assert get(operator, f"/grants/{process.code}")["why_not"]
    assert get(bureau, "/lists/products", day=day)["rows"] == []
    before = (today() - timedelta(days=1)).isoformat()
    assert get(bureau, "/lists/products", day=before)["rows"]


def test_the_index_says_that_it_is_a_proposal(cast: Cast, browser: Browser) -> None:
    found = get(browser("auditor"), "/authorised-index")
    assert found["proposal"] is True
    assert found["unconfirmed"]
    assert found["parts"]


def test_registrations_in_pages(cast: Cast, browser: Browser) -> None:
    case = submitted(cast)
    found = get(browser("bureau"), "/registrations")
    assert [each["code"] for each in found["items"]] == [case.code]
    assert get(browser("bureau"), "/registrations", state="revoked")["count"] == 0
    assert Case.objects.count() == 1
