"""From a department's table to money, a stop and a proof, by four people in one browser."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Platform
from tests.e2e.data_steps import (
    become,
    call,
    done,
    get_token,
    go,
    last_part,
    let_days_pass,
    let_month_end,
    revoke,
    take,
    verify,
    wait_for,
)
from tests.postgres import start_cluster

pytestmark = pytest.mark.browser

TITLE = "企业用能汇总（模拟）"
PRODUCT = "园区用能强度（模拟）"
TABLE = """
    create table energy_use (
        area text not null, month date not null, trade text, kwh numeric(14, 2), firms integer
    );
    comment on table energy_use is '企业用能汇总（模拟）';
    comment on column energy_use.area is '园区名称';
    comment on column energy_use.month is '统计月份';
    comment on column energy_use.trade is '行业门类';
    comment on column energy_use.kwh is '用电量（千瓦时）';
    comment on column energy_use.firms is '企业数量';
    insert into energy_use
    select '模拟园区' || (n % 4 + 1), date '2025-01-01' + (n % 12) * 31, '制造业', n * 100.5, n + 5
    from generate_series(1, 240) as n;
    analyze energy_use;
"""
SCENARIO = "园区节能服务"
# In percent: of 9.99 yuan none of these is whole.
SHARES = {"holder": "33.33", "operator": "51.67", "platform": "15"}
REVENUE = {"市工信局": "3.33", "公共数据运营公司（模拟）": "5.16", "市数据局": "1.50"}
FIRMS = sum(n + 5 for n in range(1, 241))  # of all rows of the table
SQL = 'SELECT area, sum(kwh) AS kwh, sum(firms) AS firms FROM "{name}" GROUP BY area'


@pytest.fixture(scope="module")
def table() -> Iterator[str]:
    """A department's own database; what is in it is made up and says so."""
    with start_cluster() as url:
        with psycopg.connect(url) as connection:
            connection.execute(TABLE)
        parts = urlsplit(url)
        yield f"{parts.hostname}:{parts.port}{parts.path}"


def test_a_table_becomes_revenue_until_the_bureau_revokes(
    page: Page, demo: Platform, table: str, tmp_path: Path
) -> None:
    """By pages, with today's dates, but for two waits. A registration's public notice runs ten
    working days: that no code is issued before is shown; then the registration's clocks are set
    thirty days back in the platform's folder, and the code is issued by page. And a month is
    settled when it is over: that the page refuses it before is shown; then it is settled as on the
    first of the next one."""
    resource = _described(page, demo, table)
    _graded(page, demo, resource)
    _registered(page, demo, resource)
    _authorised(page, demo, resource)
    product = _made(page, demo, resource)
    offer = _offered(page, demo, product)
    order, agreement = _agreed(page, demo, offer)

    become(page, demo, "buyer")
    go(page, demo, f"delivery/{agreement}/")
    token, purpose = get_token(page, "api")
    for _number in range(3):
        status, answer = call(page, demo, f"{agreement}/rows", token, {"purpose": purpose})
        assert (status, len(answer["rows"])) == (200, 4), answer
    firms = [each["name"] for each in answer["columns"]].index("firms")
    assert sum(int(row[firms]) for row in answer["rows"]) == FIRMS
    page.reload()
    expect(page.locator("main")).to_contain_text("已交付 3 次")
    _settled(page, demo, order, agreement)
    _paid(page, demo, agreement)

    revoke(page, demo, agreement)
    status, answer = call(page, demo, f"{agreement}/rows", token, {"purpose": purpose})
    assert (status, answer["code"]) == (403, "delivery.agreement-revoked")
    verify(page, demo, agreement, tmp_path)


def _described(page: Page, demo: Platform, table: str) -> str:
    """The holder has its database's schema read and a table of it in the catalogue."""
    become(page, demo, "liaison")
    go(page, demo, "sources/")
    page.fill("#name", "用能数据库（模拟）")
    page.select_option("#kind", "postgresql")
    page.fill("#address", table)
    page.fill("#username", "shucheng")
    page.get_by_role("button", name="登记并读取").click()
    row = page.locator("tbody tr", has_text="energy_use")
    expect(row).to_contain_text(TITLE)
    row.locator("input[name=tables]").check()
    page.locator("button[name=step][value=take]").click()
    done(page)
    page.get_by_role("link", name=TITLE).click()
    code = last_part(page)
    go(page, demo, f"catalogue/{code}/change/")
    page.fill("#summary", "按园区、月份汇总的企业用电量，模拟数据。")
    page.fill("#basis", "统计职责（模拟）")
    page.select_option("#frequency", "MONTHLY")
    page.select_option("#area", "320900")
    page.fill("#people", "0")
    page.fill("#sharing_terms", "按职责需要申请")
    page.locator("main form button.button-primary").click()
    expect(page.locator("h1")).to_have_text(TITLE)
    page.get_by_role("button", name="编入目录").click()
    expect(page.locator(".heading, main").first).to_contain_text("已编目")
    return code


def _graded(page: Page, demo: Platform, resource: str) -> None:
    """The department's reviewer decides what the rules propose."""
    become(page, demo, "department")
    go(page, demo, f"grading/resources/{resource}/")
    page.locator("button[name=what][value=propose]").click()
    wait_for(page, page.locator("input[name=shown]"))
    page.locator("button[name=what][value=accept_all]").click()
    expect(page.locator("main")).to_contain_text("人工已确定")


def _registered(page: Page, demo: Platform, resource: str) -> None:
    become(page, demo, "liaison")
    go(page, demo, f"catalogue/{resource}/")
    page.get_by_role("link", name="申请登记").click()
    expect(page.locator("#thing")).to_have_value(f"resource_registration|{resource}")
    page.fill("#title", TITLE)
    page.locator("main form button.button-primary").click()
    code = last_part(page)
    take(page, "submit")
    become(page, demo, "plan-office")
    go(page, demo, f"registrations/{code}/")
    take(page, "accept")
    take(page, "pass")
    expect(page.locator("main")).to_contain_text("公示中")
    waiting = page.locator("details.step", has_text="赋码")
    expect(waiting.locator("form")).to_have_count(0)
    let_days_pass(demo, code, 30)
    page.reload()
    take(page, "issue_code")
    expect(page.locator("main")).to_contain_text("已登记")


def _authorised(page: Page, demo: Platform, resource: str) -> None:
    """The holder plans, the leader decides, the agreement with the chosen operator takes effect."""
    become(page, demo, "liaison")
    go(page, demo, "authorisations/new/")
    page.fill("#title", "企业用能数据授权运营（模拟）")
    page.select_option("#mode", "scenario")
    page.fill("#scenario", SCENARIO)
    page.select_option("#resources", [resource])
    _write_heads(page)
    page.get_by_role("button", name="保存方案").click()
    code = last_part(page)
    take(page, "submit_plan")
    become(page, demo, "leader")
    go(page, demo, f"authorisations/{code}/")
    take(page, "approve_plan")
    become(page, demo, "liaison")
    go(page, demo, f"authorisations/{code}/")
    take(page, "call")
    take(page, "select", operator="公共数据运营公司（模拟）")
    _write_heads(page.locator("#agreement-form"))
    page.locator("#agreement-form button").click()
    done(page)
    take(page, "sign", until=str(date.today() + timedelta(days=700)))
    take(page, "take_effect")
    expect(page.locator("main")).to_contain_text("运营中")


def _write_heads(where: Page | Locator) -> None:
    for each in where.locator("textarea[name^=head-]").all():
        each.fill("（模拟）见附件。")


def _made(page: Page, demo: Platform, resource: str) -> str:
    """The operator has SQL run over the table where it lies; the bureau puts what it made on the
    market."""
    become(page, demo, "operator")
    go(page, demo, "products/new/")
    page.fill("#title", PRODUCT)
    page.select_option("#kind", "api")
    page.fill("#variety", "用能")
    page.locator(f"input[name=made_from][value^='{resource}']").check()
    page.fill("#sql", SQL.format(name=resource.replace("-", "_").lower()))
    page.fill("#meanings", "area：园区\nkwh：用电量\nfirms：企业数量")
    page.locator("input[name=use-purpose][value=industry-development]").check()
    page.fill("#use-scenario", SCENARIO)
    page.get_by_role("button", name="保存产品").click()
    done(page)
    code = last_part(page)
    wait_for(page, page.get_by_text("4 行"))
    page.locator("button[name=event][value=submit]").click()
    done(page)
    become(page, demo, "plan-office")
    go(page, demo, f"products/{code}/")
    page.locator("button[name=event][value=list]").click()
    done(page)
    return code


def _offered(page: Page, demo: Platform, product: str) -> str:
    become(page, demo, "operator")
    go(page, demo, f"products/{product}/offer/")
    page.locator("input[name=purposes][value=industry-development]").check()
    page.locator("input[name=modes][value=api]").check()
    page.fill("#first", str(date.today()))
    page.fill("#last", str(date.today() + timedelta(days=90)))
    page.select_option("#pricing", "call")
    page.fill("#price", "3.33")
    page.fill("#quota-calls", "100")
    for role, share in SHARES.items():
        row = page.locator(f"tr:has(input[name=share_role][value={role}])").first
        row.locator("input[name=share_percent]").fill(share)
    page.locator("main form button.button-primary").click()
    done(page)
    return last_part(page)


def _agreed(page: Page, demo: Platform, offer: str) -> tuple[str, str]:
    """The buyer orders, the operator accepts and begins to deliver."""
    become(page, demo, "buyer")
    go(page, demo, "market/")
    page.get_by_role("link", name=PRODUCT).first.click()
    go(page, demo, f"market/offers/{offer}/")
    page.select_option("#purpose", "industry-development")
    page.fill("#first", str(date.today()))
    page.fill("#last", str(date.today() + timedelta(days=60)))
    page.fill("#text", "园区贷后管理（模拟）")
    page.locator("main form button.button-primary").click()
    done(page)
    order = last_part(page)
    become(page, demo, "operator")
    go(page, demo, f"orders/{order}/")
    page.locator("button[name=event][value=accept]").click()
    done(page)
    page.locator("button[name=event][value=deliver]").click()
    done(page)
    page.get_by_role("link", name="查看交付").click()
    return order, last_part(page)


def _settled(page: Page, demo: Platform, order: str, agreement: str) -> None:
    """Three calls at 3.33 yuan, shared to the 分; each of the parties sees it."""
    become(page, demo, "plan-office")
    go(page, demo, "settlements/")
    page.fill("#settle-period", f"{date.today():%Y-%m}")
    page.locator("form:has(#settle-period) button").click()
    expect(page.locator("main")).to_contain_text("尚未结束")
    let_month_end(demo, agreement)
    for who in ("plan-office", "liaison", "operator", "buyer"):
        become(page, demo, who)
        go(page, demo, f"orders/{order}/")
        expect(page.locator("main")).to_contain_text("已用 3，共 100")
        page.locator(f"a[href*='/settlements/{agreement}.']").first.click()
        rows = page.locator("table:has(tfoot) tbody tr").all()
        told = {(of := each.locator("td").all_inner_texts())[1]: Decimal(of[2]) for each in rows}
        total = page.locator("table tfoot td.number").inner_text()
        assert told == {party: Decimal(fen) for party, fen in REVENUE.items()}
        assert Decimal(total) == sum(told.values()) == Decimal("9.99")


def _paid(page: Page, demo: Platform, agreement: str) -> None:
    """What the buyers paid is booked, and each party's share is paid out. All of them pay all that
    they owe: what comes in meets the oldest bills first, and a party that was paid for what is now
    in dispute waits for as much."""
    become(page, demo, "plan-office")
    go(page, demo, "settlements/books/")
    owing = [
        (str(option.get_attribute("value")), option.inner_text().rpartition("(")[2].strip(") "))
        for option in page.locator("#buyer option").all()
    ]
    for buyer, fen in owing:
        if fen.startswith("−") or not Decimal(fen.replace(",", "")):
            continue
        page.select_option("#buyer", buyer)
        page.fill("#paid", fen.replace(",", ""))
        page.fill("#reference", f"模拟流水 {buyer} {agreement}")
        page.locator("form:has(#paid) button").click()
        done(page)
    for party, amount in REVENUE.items():
        _choose(page, "#account", party)
        page.fill("#paid-out", amount)
        page.locator("form:has(#paid-out) button").click()
        done(page)


def _choose(page: Page, select: str, text: str) -> None:
    option = page.locator(f"{select} option", has_text=text).first
    page.select_option(select, str(option.get_attribute("value")))
