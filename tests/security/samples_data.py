"""Sample objects of the data bay for the matrix."""

from datetime import date
from typing import Any

from django.utils import timezone

from shucheng.bays.data.actions.authorising import plan_authorisation
from shucheng.bays.data.actions.certificates import Measured, issue_certificate
from shucheng.bays.data.actions.evidence import append_evidence, leave_evidence
from shucheng.bays.data.actions.grading import Answer, decide_grades, grade_resources
from shucheng.bays.data.actions.importing import read_sheet
from shucheng.bays.data.actions.quality import check_quality, set_quality_rules
from shucheng.bays.data.actions.registration import open_registration
from shucheng.bays.data.actions.requests import Wanted, ask_for_data
from shucheng.bays.data.engine.quality.datasheet import datasheet
from shucheng.bays.data.models import delivery, market, money
from shucheng.bays.data.models.authority import Disclosure, Grant
from shucheng.bays.data.models.catalogue import Field as DataField
from shucheng.bays.data.models.catalogue import Resource, Source
from shucheng.bays.data.models.grading import GradeProposal
from shucheng.kernel.identity.models import Organisation
from shucheng.kernel.public import (
    Actor,
    Role,
    store_file,
    system_actor,
)

CLI = system_actor("cli")
Address = dict[str | tuple[str, str], Any]


def data_delivery(bureau: Organisation) -> Address:
    """An agreement whose buyer and maker are the bureau, a token of it, and a leaf of evidence."""
    today = date(2026, 1, 1)
    product = market.Product.objects.create(code="PRD-1", title="画像", kind="api", maker=bureau)
    offer = market.Offer.objects.create(code="OFR-1", product=product)
    order = market.Order.objects.create(
        code="ORD-1", offer=offer, buyer=bureau, purpose="credit", first=today, last=today
    )
    agreement = market.Agreement.objects.create(
        code="AGR-1", order=order, first=today, last=today, by="sample"
    )
    moment = timezone.now()
    delivery.Token.objects.create(
        code="t1", agreement=agreement, mode="api", purpose="credit", issued_at=moment,
        expires_at=moment, by="sample",
    )  # fmt: skip
    leave_evidence("sample", "AGR-1")
    append_evidence(actor=CLI)
    pages = ("", "_token", "_untoken", "_stop", "_download", "_mark")
    leaves = ("data:evidence_leaf", "data:evidence_leaf_file", "data:evidence_proof")
    api = ("/data/evidence/leaves/{number}", "/data/evidence/leaves/{number}/proof")
    return {
        **{(f"data:delivery{page}", "code"): "AGR-1" for page in pages},
        "token_code": "t1",
        "agreement": "AGR-1",
        ("/data/deliveries/{agreement}/tokens/{token_id}", "token_id"): "t1",
        **{(view, "number"): 0 for view in (*leaves, *api)},
    }


def data_market(bureau: Organisation) -> Address:
    """A product on the market whose maker and buyer are the bureau, down to a disputed bill."""
    day = date(2026, 1, 1)
    product = market.Product.objects.create(
        code="PRD-M", title="企业画像", kind="api", variety="画像", maker=bureau, state="listed"
    )
    offer = market.Offer.objects.create(code="OFR-M", product=product)
    order = market.Order.objects.create(
        code="ORD-M", offer=offer, buyer=bureau, purpose="credit", first=day, last=day,
        state="delivering",
    )  # fmt: skip
    agreement = market.Agreement.objects.create(
        code="AGR-M", order=order, first=day, last=day, by="sample"
    )
    settlement = money.Settlement.objects.create(
        code="AGR-M.2026-01.1", agreement=agreement, period="2026-01", quantity=1, amount=1,
        on=day, by="sample",
    )  # fmt: skip
    money.Invoice.objects.create(
        number="INV-M", settlement=settlement, buyer=bureau.code, on=day, fen=1, by="sample"
    )
    market.Dispute.objects.create(
        code="DSP-M", agreement=agreement, settlement=settlement.code, raised_by=bureau,
        text="缺行", state="opened",
    )  # fmt: skip
    money.DataAsset.objects.create(
        code="AST-M", owner=bureau, title="数据", held_for="use", route="purchased"
    )
    return {
        **{(f"data:{view}", "code"): "PRD-M" for view in ("product", "offer_make")},
        ("data:offer", "code"): "OFR-M",
        **{(f"data:{view}", "code"): "ORD-M" for view in ("order", "dispute_new")},
        ("data:settlement", "code"): settlement.code,
        ("data:invoice", "number"): "INV-M",
        ("data:dispute", "code"): "DSP-M",
        ("data:asset", "code"): "AST-M",
        ("/data/market/products/{code}", "code"): "PRD-M",
        ("/data/market/offers/{code}", "code"): "OFR-M",
        ("/data/market/orders/{code}", "code"): "ORD-M",
        ("/data/market/orders/{code}/steps", "code"): "ORD-M",
        "owner": bureau.pk,
    }


def data_graded(bureau: Organisation) -> Address:
    """A resource that is graded, checked, without a defect, and certified."""
    content = b"name\nsample\n"
    file = store_file("rows.csv", content, organisation_id=bureau.pk, actor=CLI)
    source = Source.objects.create(name="rows", kind="file", organisation=bureau, file=file)
    resource = Resource.objects.create(
        code="RES-SAMPLE", holder=bureau, title="样例资源", state="listed", source=source
    )
    field = DataField.objects.create(resource=resource, position=0, name="name", type="text")
    grade_resources([resource.code], actor=CLI)
    proposal = GradeProposal.objects.get(field=field)
    decide_grades([Answer(field.pk, proposal.digest)], actor=CLI)
    rules = (
        "version: '1'\nrules:\n- {code: n, dimension: completeness, check: present, fields: [name]}"
    )
    set_quality_rules(resource.code, rules, number=0, actor=CLI)
    check_quality(resource.code, actor=CLI)
    answers = dict.fromkeys((each.code for each in datasheet().questions), "样例")
    certificate = issue_certificate(
        resource.code,
        answers,
        licence="CC-BY-4.0",
        measured=[Measured("样例", 1.0, "", "样例")],
        actor=CLI,
    )
    views = ("grading_resource", "quality_resource", "certificate_issue")
    return {
        **{(f"data:{view}", "code"): resource.code for view in views},
        ("/data/grades/{code}", "code"): resource.code,
        ("/data/quality/{code}", "code"): resource.code,
        ("data:certificate", "code"): certificate.code,
        ("data:certificate_jsonld", "code"): certificate.code,
        ("/data/certificates/{code}/croissant", "code"): certificate.code,
    }


def data_catalogue(bureau: Organisation) -> Address:
    """A resource, one department's request for it to another, and a catalogue that is harvested."""
    Resource.objects.create(code="RES-C", holder=bureau, title="样例", state="listed")
    asker = Organisation.objects.create(
        code="asks", name="需求部门", kind=Organisation.Kind.DEPARTMENT
    )
    asks = Actor(None, "asks", frozenset({Role.LIAISON}), asker.pk, frozenset({asker.pk}))
    case = ask_for_data(
        Wanted("样例", "样例", "样例", "样例", "样例", "样例", resource="RES-C"),
        asker=asker.pk,
        actor=asks,
    )
    harvested = Source.objects.create(
        name="样例目录", kind="ckan", organisation=bureau, address="https://data.example"
    )
    holder = Actor(None, "holder", frozenset({Role.LIAISON}), bureau.pk, frozenset({bureau.pk}))
    sent = read_sheet("resources.csv", "资源名称\n样例二\n".encode(), actor=holder)
    return {
        **{(f"data:{view}", "pk"): sent.pk for view in ("sheet", "sheet_errors")},
        **{(f"data:{view}", "code"): case.code for view in ("request", "request_step")},
        ("data:harvest", "pk"): harvested.pk,
        ("data:source", "pk"): harvested.pk,
        **{(f"data:{view}", "code"): "RES-C" for view in ("resource", "resource_step", "describe")},
        ("data:catalogue_file", "form"): "csv",
        ("/data/catalogue/{code}", "code"): "RES-C",
        ("/data/ckan/api/3/action/package_show", "id"): "RES-C",
        ("/data/evidence/consistency", "first"): 0,
        ("/data/dataset/{code}", "code"): "RES-C",
    }


def data_authority(bureau: Organisation) -> Address:
    """A resource that is registered and one that an authorisation is planned over, a grant of its
    holder, a disclosure."""
    Resource.objects.create(
        code="RES-S", holder=bureau, title="样例", state="listed", grade="general_2", modes=["api"]
    )
    holder = Actor(None, "holder", frozenset(Role), bureau.pk, frozenset({bureau.pk}))
    case = open_registration(
        "resource_registration", "RES-S", "样例", applicant=bureau.pk, actor=holder
    )
    planned = plan_authorisation(
        "样例",
        resources=["RES-S"],
        mode="whole",
        scenario="样例",
        limits={},
        plan={},
        applicant=bureau.pk,
        actor=holder,
    )
    planned.operator = bureau
    planned.save()
    grant = Grant.objects.create(
        code="GRT-S", right="hold", giver="bureau", taker="bureau", things=["RES-S"],
        start=date(2025, 1, 1), end=date(2027, 1, 1), basis=[case.code], by="sample",
    )  # fmt: skip
    told = Disclosure.objects.create(
        authorisation=planned, year=2025, kind="disclosure", on=date(2026, 3, 1), by="sample"
    )
    cases = ("authorisation", "authorisation_plan", "authorisation_step")
    plans = (*cases, "authorisation_agreement", "authorisation_prices", "price_fix", "price_actual")
    return {
        **{(f"data:{view}", "code"): planned.case.code for view in plans},
        **{(f"data:{view}", "code"): case.code for view in ("registration", "registration_step")},
        ("data:grant", "code"): grant.code,
        "disclosure_id": told.pk,
        ("data:list_download", "name"): "resources",
        ("data:list_download", "form"): "csv",
        ("/data/registrations/{code}", "code"): case.code,
        ("/data/registrations/{code}/steps", "code"): case.code,
        ("/data/authorisations/{code}", "code"): planned.case.code,
        ("/data/authorisations/{code}/steps", "code"): planned.case.code,
        ("/data/grants/{code}", "code"): grant.code,
        ("/data/lists/{name}", "name"): "resources",
    }
