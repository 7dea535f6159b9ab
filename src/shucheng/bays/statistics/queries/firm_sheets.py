"""Sheets of single firms: the register, who is late, who is behind a figure or cell, a rung."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from shucheng.bays.statistics.engine.table_files import Column, Row, Sheet
from shucheng.bays.statistics.queries.behind import Counted, firms_behind
from shucheng.bays.statistics.queries.choices import DIVISIONS
from shucheng.bays.statistics.queries.exchanging import codes_of
from shucheng.bays.statistics.queries.firms import MOST_SAVED, any_simulated, firms_saved
from shucheng.bays.statistics.queries.firms_behind import firms_behind as cell_firms
from shucheng.bays.statistics.queries.ladder import ladder_page
from shucheng.bays.statistics.queries.late import late_page
from shucheng.bays.statistics.queries.return_words import return_words
from shucheng.bays.statistics.queries.seeing import require_firms
from shucheng.bays.statistics.queries.sheets import (
    SHARE,
    WAN,
    WAN_EXACT,
    Asked,
    period_note,
    sheet,
)
from shucheng.kernel.public import Actor, NotFound
from shucheng.lib.numbers import whole_number

MOST_FIRMS = 100_000


def firms_sheet(asked: Asked, actor: Actor) -> Sheet:
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
        Column("revenue", f"{_('Revenue since January')} ({_('10,000 yuan')})", WAN),
        Column("status", _("State of the return")),
        Column("honours", _("Honours")),
    )
    rows: list[Row] = [
        (
            *(each.code, each.name, each.industry, codes.get(each.code, {}).get("area", "")),
            *(each.area, each.park, each.size, each.designated, each.in_business, each.revenue),
            *(return_words(each.status), _(", ").join(each.honours)),
        )
        for each in lines
    ]
    return sheet(_("Register of firms"), columns, rows, [], simulated=any_simulated())


def late_sheet(asked: Asked, actor: Actor) -> Sheet:
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
        Column("revenue", f"{_('Revenue then reported')} ({_('10,000 yuan')})", WAN),
        Column("imputed", _("Counted by an imputed return"), "BOOLEAN"),
    )
    rows: list[Row] = [
        (
            *(page.period, each.code, each.name, each.industry, each.area_code, each.area),
            *(each.park, each.last, each.revenue, each.imputed),
        )
        for each in page.firms
    ]
    notes = [*period_note(page.period), (_("Class"), page.class_name), (_("Area"), page.area_name)]
    notes.append((_("Classification"), page.version))
    return sheet(_("Late firms"), columns, rows, notes, simulated=page.simulated)


def _firm_columns() -> list[Column]:
    return [
        Column("firm", _("Unified social credit code")),
        Column("name", _("Name of the firm")),
        Column("industry", _("Industry code (GB/T 4754)")),
        Column("area_name", _("Area")),
        Column("share_lower", _("Share that counts, at least"), SHARE),
        Column("share_upper", _("Share that counts, at most"), SHARE),
    ]


def behind_sheet(asked: Asked, actor: Actor, *, figures: Mapping[str, Counted]) -> Sheet:
    """The firms of a figure that the bay told (`observation` of `asked`), and their total."""
    found = firms_behind(whole_number(asked.get("observation", "")) or 0, figures, actor=actor)
    observation = found.observation
    metric = observation.metric_version.metric.name
    wan = f" ({_('10,000 yuan')})"
    columns, money = _firm_columns(), found.money
    if money:
        columns += [
            Column("amount", _("Amount") + wan, WAN),
            Column("lower", _("Counted, at least") + wan, WAN_EXACT),
            Column("upper", _("Counted, at most") + wan, WAN_EXACT),
            Column("imputed", _("Counted by an imputed return"), "BOOLEAN"),
        ]
    rows: list[Row] = [
        (
            *(each.code, each.name, each.industry, each.area, each.share_lower, each.share_upper),
            *((each.amount, each.lower, each.upper, each.imputed) if money else ()),
        )
        for each in found.firms
    ]
    total = (None, found.lower, found.upper, None) if money else ()
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
    return sheet(metric, columns, rows, notes, simulated=observation.is_simulated)


def accounts_firms_sheet(asked: Asked, actor: Actor) -> Sheet:
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
    return sheet(found.name, columns, rows, notes, simulated=found.simulated)


def rung_sheet(asked: Asked, actor: Actor) -> Sheet:
    """Firms at a rung or near it, as the ladder's page lists them, all of them."""
    require_firms(actor)
    page = ladder_page(asked, actor=actor, size=MOST_FIRMS)
    if page is None:
        raise NotFound(_("The ladder"))
    columns = (
        Column("firm", _("Unified social credit code")),
        Column("name", _("Name of the firm")),
        Column("area", _("Area")),
        Column("revenue", str(_("Revenue of the year (10,000 yuan)")), WAN),
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
    return sheet(page.chosen_name, columns, rows, notes, simulated=page.simulated)
