"""An agreement with data, for tests: holder → operator's product (Parquet) → offer → order → bank.

Made of rows and of `give_grants`, without the pages of other rooms."""

import tempfile
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from shucheng.bays.data.actions.granting import give_grants
from shucheng.bays.data.engine.authority.book import Grant, Thing
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.market import Agreement, Offer, Order, Product
from shucheng.bays.data.tests.conftest import Cast
from shucheng.kernel.public import StoredFile, store_file, system_actor
from shucheng.lib import duck

FIRMS = """SELECT range AS id, 'firm ' || range AS name,
    CAST(320902 + range % 2 AS VARCHAR) AS area, CAST(range * 10 AS DECIMAL(18, 2)) AS income,
    '139' || lpad(CAST(range AS VARCHAR), 8, '0') AS phone, DATE '2025-01-01' + CAST(range AS INT)
    AS opened, 'secret ' || range AS note FROM range({rows})"""
PURPOSE = "credit"
SHOWS: dict[str, Any] = {
    "columns": {
        "id": "show", "name": {"as": "cut", "keep": 4}, "area": "show", "income": "show",
        "phone": "hash", "opened": "show",
    },
}  # fmt: skip
MODES = ("api", "sandbox", "aggregate", "download", "intersection")


@dataclass(frozen=True)
class Deal:
    agreement: Agreement
    resource: str = "RES-2026-000001"
    process: str = "GRT-2026-000002"
    operate: str = "GRT-2026-000003"

    @property
    def code(self) -> str:
        return self.agreement.code


def deal(
    cast: Cast,
    *,
    number: int = 1,
    rows: int = 40,
    shows: dict[str, Any] | None = None,
    quota: dict[str, int] | None = None,
    epsilon: str | None = None,
    modes: tuple[str, ...] = MODES,
    basis: str = "call",
    more: list[dict[str, Any]] | None = None,
    duties: list[str] | None = None,
    simulated: bool = False,
) -> Deal:
    """The `number`th agreement; `more`: constraints of its policy beyond purpose and mode."""
    today = timezone.localdate()
    product = Product.objects.filter(code="PRD-2026-000001").first() or made(cast, rows, today)
    policy = {
        "@type": "Agreement",
        "@id": f"urn:agreement:{number}",
        "assignee": "ORG-B",
        "target": "PRD-2026-000001@1",
        "permission": [
            {
                "action": "use",
                "constraint": [
                    constraint("odrl:purpose", "eq", PURPOSE),
                    constraint("odrl:deliveryChannel", "isAnyOf", list(modes)),
                    *(more or []),
                ],
                "duty": [{"action": each} for each in duties or []],
            }
        ],
    }
    terms = {"policy": policy, "shows": SHOWS if shows is None else shows, "quota": quota or {}}
    terms |= {"price": {"basis": basis}, "epsilon": epsilon}
    offer = Offer.objects.create(code=f"OFR-2026-{number:06d}", product=product, **terms)
    order = Order.objects.create(
        code=f"ORD-2026-{number:06d}",
        offer=offer,
        buyer_id=cast.buyer.organisation_id,
        purpose=PURPOSE,
        first=today - timedelta(days=30),
        last=today + timedelta(days=30),
        state="delivering",
    )
    agreement = Agreement.objects.create(
        code=f"AGR-2026-{number:06d}",
        order=order,
        grants=[Deal.operate],
        first=order.first,
        last=order.last,
        by="operator",
        simulated=simulated,
        **terms,
    )
    agreement.refresh_from_db()
    return Deal(agreement)


def constraint(operand: str, operator: str, value: Any) -> dict[str, Any]:
    return {"leftOperand": operand, "operator": operator, "rightOperand": value}


def made(cast: Cast, rows: int, today: date) -> Product:
    """The operator's product of the holder's resource, with the three grants under it."""
    Resource.objects.create(
        code=Deal.resource,
        title="企业登记信息",
        holder_id=cast.holder.organisation_id,
        state=Resource.State.LISTED,
    )
    thing = frozenset({Thing(Deal.resource)})
    hold = Grant(
        "GRT-2026-000001", "hold", "CITY", "ORG-M", thing,
        today - timedelta(days=100), today + timedelta(days=100), ("REG-1",), may_pass_on=True,
    )  # fmt: skip
    process = replace(
        hold, code=Deal.process, right="process", giver="ORG-M", taker="ORG-O",
        under=(hold.code,), may_pass_on=False,
    )  # fmt: skip
    operate = replace(process, code=Deal.operate, right="operate")
    give_grants([hold, process, operate], actor=cast.bureau)
    return Product.objects.create(
        code="PRD-2026-000001",
        title="企业经营画像",
        kind=Product.Kind.DATASET,
        variety="企业",
        maker_id=cast.operator.organisation_id,
        made_from=[Deal.resource],
        under=[Deal.process],
        data=parquet(FIRMS.format(rows=rows)),
        grade="general_2",
        modes=sorted(MODES),
        state=Product.State.LISTED,
    )


def parquet(sql: str) -> StoredFile:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "product.parquet"
        connection = duck.connect(threads=1)
        connection.execute(f"COPY ({sql}) TO '{file}' (FORMAT parquet)")
        connection.close()
        return store_file("product.parquet", file.read_bytes(), actor=system_actor("job"))
