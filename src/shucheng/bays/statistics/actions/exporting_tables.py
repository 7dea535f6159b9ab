"""Taking the other tables out as files: register, growth, industries, ladder, an index. Who took
what is on record; a figure that is withheld on the page has no value in the file."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from shucheng.bays.statistics.engine.table_files import FORMS, Column, Row, Sheet
from shucheng.bays.statistics.metrics import FIGURES
from shucheng.bays.statistics.queries.behind import firms_behind
from shucheng.bays.statistics.queries.choices import DIVISIONS, period_words
from shucheng.bays.statistics.queries.exchanging import codes_of
from shucheng.bays.statistics.queries.firms import MOST_SAVED, any_simulated, firms_saved
from shucheng.bays.statistics.queries.firms_behind import firms_behind as cell_firms
from shucheng.bays.statistics.queries.growing import PARTS, growth_page
from shucheng.bays.statistics.queries.index_area import area_page
from shucheng.bays.statistics.queries.indexes import index_page
from shucheng.bays.statistics.queries.ladder import COUNTED, ladder_page
from shucheng.bays.statistics.queries.late import late_page
from shucheng.bays.statistics.queries.plan_industries import industries_page
from shucheng.bays.statistics.queries.seeing import require_firms
from shucheng.kernel.public import Actor, Invalid, NotFound, action, record_export
from shucheng.lib.numbers import whole_number

Asked = Mapping[str, str]
_WAN, _YI = "DECIMAL(18, 1)", "DECIMAL(29, 5)"  # 万元 and 亿元, to the thousand yuan
_WAN_EXACT, _SHARE = "DECIMAL(29, 5)", "DECIMAL(9, 4)"
_RATE = "DECIMAL(18, 1)"
MOST_IN_A_WORKBOOK = 20_000
MOST_FIRMS = 100_000


@action
def export_table(name: str, asked: Asked, form: str, *, actor: Actor) -> tuple[str, bytes]:
    """The table of a page (see `TABLES`) as it was asked for and as the actor may see it: the
    file's name and content."""
    if name not in TABLES or form not in FORMS:
        raise NotFound(_("The file"))
    sheet = TABLES[name](asked, actor)
    if form == "xlsx" and len(sheet.rows) > MOST_IN_A_WORKBOOK:
        raise Invalid(
            "statistics.workbook_too_long",
            _("A workbook of %(rows)s rows would take minutes to make and to open."),
            _("Narrow the list, or take CSV or Parquet."),
            rows=len(sheet.rows),
        )
    record_export(f"statistics.{name}", len(sheet.rows), actor=actor, form=form, asked=dict(asked))
    return f"{name}.{form}", sheet.file(form)


def _firms(asked: Asked, actor: Actor) -> Sheet:
    lines = firms_saved(asked, actor=actor)
    codes = codes_of(line.code for line in lines)
    columns = (
        Column("firm", _("Unified social credit code")),
        Column("name", _("Name of the firm")),
        Column("industry", _("Industry code (GB/T 4754)")),
        Column("area", _("Code of the area")),
        Column("area_name", _("Area")),
        Column("park", _("Park")),
        Column("size", _("Size")),
        Column("designated", _("Above designated size or not"), "BOOLEAN"),
        Column("in_business", _("In business"), "BOOLEAN"),
        Column("revenue", f"{_('Revenue since January')} ({_('10,000 yuan')})", _WAN),
        Column("status", _("State of the return")),
        Column("honours", _("Honours")),
    )
    rows: list[Row] = [
        (
            *(each.code, each.name, each.industry, codes.get(each.code, {}).get("area", "")),
            *(each.area, each.park, each.size, each.designated, each.in_business, each.revenue),
            *(each.status, _(", ").join(each.honours)),
        )
        for each in lines
    ]
    return _sheet(_("Register of firms"), columns, rows, [], simulated=any_simulated())


def _late(asked: Asked, actor: Actor) -> Sheet:
    page = late_page(asked, actor=actor)
    if page is None:
        raise NotFound(_("The late firms"))
    columns = (
        Column("period", _("Period"), "INTEGER"),
        Column("firm", _("Unified social credit code")),
        Column("name", _("Name of the firm")),
        Column("industry", _("Industry code (GB/T 4754)")),
        Column("area", _("Code of the area")),
        Column("area_name", _("Area")),
        Column("park", _("Park")),
        Column("last", _("Month last reported"), "INTEGER"),
        Column("revenue", f"{_('Revenue then reported')} ({_('10,000 yuan')})", _WAN),
        Column("imputed", _("Counted by an imputed return"), "BOOLEAN"),
    )
    rows: list[Row] = [
        (
            *(page.period, each.code, each.name, each.industry, each.area_code, each.area),
            *(each.park, each.last, each.revenue, each.imputed),
        )
        for each in page.firms
    ]
    notes = [*_period(page.period), (_("Class"), page.class_name), (_("Area"), page.area_name)]
    notes.append((_("Classification"), page.version))
    return _sheet(_("Late firms"), columns, rows, notes, simulated=page.simulated)


def _firm_columns() -> list[Column]:
    return [
        Column("firm", _("Unified social credit code")),
        Column("name", _("Name of the firm")),
        Column("industry", _("Industry code (GB/T 4754)")),
        Column("area_name", _("Area")),
        Column("share_lower", _("Share that counts, at least"), _SHARE),
        Column("share_upper", _("Share that counts, at most"), _SHARE),
    ]


def _behind(asked: Asked, actor: Actor) -> Sheet:
    """The firms of a figure that the bay told (`observation` of `asked`), and their total."""
    counted = {figure.code: figure.counted for figure in FIGURES}
    found = firms_behind(whole_number(asked.get("observation", "")) or 0, counted, actor=actor)
    observation = found.observation
    metric = observation.metric_version.metric.name
    wan = f" ({_('10,000 yuan')})"
    columns, money = _firm_columns(), found.money
    if money:
        columns += [
            Column("amount", _("Amount") + wan, _WAN),
            Column("lower", _("Counted, at least") + wan, _WAN_EXACT),
            Column("upper", _("Counted, at most") + wan, _WAN_EXACT),
        ]
    rows: list[Row] = [
        (
            *(each.code, each.name, each.industry, each.area, each.share_lower, each.share_upper),
            *((each.amount, each.lower, each.upper) if money else ()),
        )
        for each in found.firms
    ]
    total = (None, found.lower, found.upper) if money else ()
    rows.append(("", _("Total"), "", "", None, None, *total))
    unit = f" ({observation.metric_version.unit})"
    notes: list[Row] = [
        (metric, f"{observation.area.label} {observation.period}"),
        (_("The figure as told") + unit, observation.value),
    ]
    if found.whole:
        notes.append((_("What the firms add up to now") + unit, found.now))
    else:
        notes.append((_("Note"), _("Only firms of your area; the figure counts others as well.")))
    notes += [(_("Since then"), text) for text in found.since]
    return _sheet(metric, columns, rows, notes, simulated=observation.is_simulated)


def _accounts_firms(asked: Asked, actor: Actor) -> Sheet:
    """The firms of a cell of an account: its choices, `class` and `member` of `asked`."""
    found = cell_firms(asked, actor=actor, most=MOST_SAVED)
    if found is None:
        raise NotFound(_("The account"))
    measured = found.choice.measured
    unit = f" ({measured.unit})"
    columns = [
        *_firm_columns(),
        Column("lower", measured.name + _(", at least") + unit, "DECIMAL(29, 8)"),
        Column("upper", measured.name + _(", at most") + unit, "DECIMAL(29, 8)"),
        Column("status", _("How it is known")),
    ]
    rows: list[Row] = [
        (
            *(each.code, each.name, each.industry, each.area, each.share_lower, each.share_upper),
            *(each.lower, each.upper, each.status_text),
        )
        for each in found.firms
    ]
    rows.append(("", _("Total"), "", "", None, None, found.lower, found.upper, ""))
    notes: list[Row] = [
        (_("Class"), found.name),
        (_("Period"), found.choice.words),
        *([(str(DIVISIONS[found.choice.by]), found.member)] if found.member else []),
    ]
    return _sheet(found.name, columns, rows, notes, simulated=found.simulated)


def _growth(asked: Asked, actor: Actor) -> Sheet:
    page = growth_page(asked, actor=actor)
    if page is None:
        raise NotFound(_("The growth"))
    yi = f" ({_('100 million yuan')})"
    columns = [
        Column("period", _("Period"), "INTEGER"),
        Column("code", _("Code")),
        Column("name", str(page.view_name)),
        Column("now", _("This period") + yi, _YI),
        Column("before", _("Same period of last year") + yi, _YI),
        Column("nominal", _("Nominal growth (%)"), _RATE),
        Column("comparable", _("Growth at comparable scope (%)"), _RATE),
        Column("withheld", _("withheld"), "BOOLEAN"),
    ]
    if page.everything:
        columns += [Column(code, str(word) + yi, _YI) for code, word in PARTS.items()]
    rows: list[Row] = [
        (
            *(page.period, each.code, each.name, each.now, each.before),
            *(each.nominal, each.comparable, each.withheld),
            *(each.parts or [None] * len(PARTS) if page.everything else ()),
        )
        for each in (*page.lines, page.whole)
    ]
    notes = [*_period(page.period), (_("Classification"), page.versions["classification"])]
    notes += _imputed(page.versions)
    return _sheet(_("Growth"), columns, rows, notes, simulated=page.simulated)


def _industries(asked: Asked, actor: Actor) -> Sheet:
    page = industries_page(asked, actor=actor)
    if page is None:
        raise NotFound(_("The industries"))
    columns = (
        Column("period", _("Period"), "INTEGER"),
        Column("code", _("Code")),
        Column("name", _("Industry")),
        Column("firms", _("Firms"), "INTEGER"),
        Column("revenue", f"{_('Revenue')} ({_('100 million yuan')})", _YI),
        Column("nominal", _("Nominal growth (%)"), _RATE),
        Column("comparable", _("Growth at comparable scope (%)"), _RATE),
        Column("withheld", _("withheld"), "BOOLEAN"),
    )
    rows: list[Row] = [
        (
            *(page.period, each.code, each.name, each.firms, each.revenue),
            *(each.nominal, each.comparable, each.withheld),
        )
        for each in page.lines
    ]
    notes = [*_period(page.period), (_("Industries of the plan"), page.versions["industries"])]
    notes += _imputed(page.versions)
    return _sheet(_("Industries"), columns, rows, notes, simulated=page.simulated)


def _ladder(asked: Asked, actor: Actor) -> Sheet:
    page = ladder_page(asked, actor=actor)
    if page is None:
        raise NotFound(_("The ladder"))
    numbers = {
        "held": _("Hold it"),
        "expiring": _("End within a year"),
        "met": _("Meet all"),
        "open": _("Meet all known"),
        "one_short": _("One step short"),
        "one_open": _("One not met, rest open"),
        "unknown": _("No figures"),
    }
    columns = (
        Column("rung", _("Code")),
        Column("name", _("Rung")),
        Column("area", _("Code of the area")),
        Column("area_name", _("Area")),
        *(Column(code, numbers[code], "INTEGER") for code in COUNTED),
    )
    rows: list[Row] = [
        (
            *(line.rung.code, line.name, stock.area, page.areas.get(stock.area, _("Total"))),
            # Of a rung of which a register tells next to nothing only the holders are known.
            *(
                getattr(stock, code) if line.pipeline or code in ("held", "expiring") else None
                for code in COUNTED
            ),
        )
        for line in page.lines
        for stock in (*line.areas, line.whole)
    ]
    notes: list[Row] = [(_("Day"), page.on.isoformat()), (_("Ladder of firms"), page.version)]
    return _sheet(_("Ladder of firms"), columns, rows, notes, simulated=page.simulated)


def _rung(asked: Asked, actor: Actor) -> Sheet:
    """Firms at a rung or near it, as the ladder's page lists them, all of them."""
    require_firms(actor)
    page = ladder_page(asked, actor=actor, size=MOST_FIRMS)
    if page is None:
        raise NotFound(_("The ladder"))
    columns = (
        Column("firm", _("Unified social credit code")),
        Column("name", _("Name of the firm")),
        Column("area", _("Area")),
        Column("revenue", str(_("Revenue of the year (10,000 yuan)")), _WAN),
        Column("state", _("State")),
        Column("until", _("Holds it until")),
        Column("unmet", _("Lacks")),
        Column("unknown", _("To be asked")),
    )
    rows: list[Row] = [
        (
            *(each.firm, each.name, each.area, each.revenue, each.state_name),
            each.until.isoformat() if each.until else None,
            *(_(", ").join(each.unmet), _(", ").join(each.unknown)),
        )
        for each in page.candidates
    ]
    notes: list[Row] = [
        (_("Rung"), page.chosen_name),
        (_("Day"), page.on.isoformat()),
        (_("Ladder of firms"), page.version),
    ]
    return _sheet(page.chosen_name, columns, rows, notes, simulated=page.simulated)


def _index(asked: Asked, actor: Actor) -> Sheet:
    """`code` and `period` of `asked`; a row an area, with how firm its rank is."""
    page = index_page(asked.get("code", ""), asked.get("period", ""), actor=actor)
    run = page.run
    if run is None:
        raise NotFound(_("The result"))
    columns = [
        Column("area", _("Code of the area")),
        Column("name", _("Area")),
        Column("rank", _("Rank"), "INTEGER"),
        Column("score", _("Score"), "DOUBLE"),
        Column("low", _("Rank, from (90%)"), "INTEGER"),
        Column("high", _("Rank, to (90%)"), "INTEGER"),
        Column("stable", _("Stability of the rank (%)"), "DOUBLE"),
    ]
    columns += [Column(f"part_{at}", name, "DOUBLE") for at, name in enumerate(page.dimensions, 1)]
    rows: list[Row] = [
        (
            *(each.code, each.name, each.rank, round(each.score, 4), each.low, each.high),
            None if each.stable is None else round(each.stable, 2),
            *(round(part.score, 4) for part in each.parts),
        )
        for each in page.areas
    ]
    study = run.result["study"] or {}
    notes: list[Row] = [
        (_("Index"), page.in_force.name),
        (_("Period"), page.period),
        (_("Number of the definition"), run.definition),
        (_("Draws"), study.get("draws")),
    ]
    if page.left_out:
        names = _(", ").join(name for _area, name in page.left_out)
        notes.append((_("Not ranked, as nothing is known there"), names))
    return _sheet(page.in_force.name, columns, rows, notes, simulated=run.simulated)


def _index_area(asked: Asked, actor: Actor) -> Sheet:
    """`code`, `area` and `period` of `asked`; a row a part of the score."""
    found = area_page(
        asked.get("code", ""), asked.get("area", ""), asked.get("period", ""), actor=actor
    )
    columns = (
        Column("indicator", _("Indicator")),
        Column("dimension", _("Dimension")),
        Column("raw", _("Raw value"), "DOUBLE"),
        Column("unit", _("Unit")),
        Column("normalised", _("Normalised"), "DOUBLE"),
        Column("weight", f"{_('Weight')} (%)", "DOUBLE"),
        Column("contribution", _("Contribution"), "DECIMAL(9, 2)"),
    )
    rows: list[Row] = [
        (
            *(step.name, step.dimension, step.raw, step.unit),
            *(round(step.normalised, 4), round(step.weight, 4), step.contribution),
        )
        for step in found.steps
    ]
    rows += [
        (_("%(name)s: uneven parts") % {"name": one.name}, "", None, "", None, None, one.value)
        for one in found.deductions
    ]
    rows.append((_("Score"), "", None, "", None, None, found.score))
    notes: list[Row] = [
        (_("Index"), found.page.in_force.name),
        (_("Area"), found.line.name),
        (_("Rank"), found.line.rank),
        (_("Period"), found.page.period),
    ]
    simulated = bool(found.run and found.run.simulated)
    return _sheet(found.line.name, columns, rows, notes, simulated=simulated)


TABLES: dict[str, Callable[[Asked, Actor], Sheet]] = {
    "firms": _firms,
    "late": _late,
    "behind": _behind,
    "accounts_firms": _accounts_firms,
    "growth": _growth,
    "industries": _industries,
    "ladder": _ladder,
    "rung": _rung,
    "index": _index,
    "index_area": _index_area,
}


def _period(period: int) -> list[Row]:
    return [(_("Period"), period_words(period))]


def _imputed(versions: Mapping[str, str]) -> list[Row]:
    """In which months late firms are counted by imputed returns; nothing where in none."""
    months = versions.get("imputation")
    return [(_("Months with imputed returns"), months)] if months else []


def _sheet(
    title: str, columns: list[Column] | tuple[Column, ...], rows: list[Row], notes: list[Row],
    *, simulated: bool,
) -> Sheet:  # fmt: skip
    if simulated:
        notes = [(_("Note"), _("Simulated data. Not figures of the real city.")), *notes]
    return Sheet(title, columns, rows, (_("no"), _("yes")), _("About"), notes)
