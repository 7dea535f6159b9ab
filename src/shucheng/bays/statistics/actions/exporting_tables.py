"""Taking the other tables out as files: register, growth, industries, ladder, an index. Who took
what is on record; a figure that is withheld on the page has no value in the file."""

from collections.abc import Callable
from functools import partial

from django.utils.translation import gettext as _

from shucheng.bays.statistics.engine.table_files import FORMS, Column, Row, Sheet
from shucheng.bays.statistics.metrics import FIGURES
from shucheng.bays.statistics.queries.asking import require_as_asked
from shucheng.bays.statistics.queries.firm_sheets import (
    accounts_firms_sheet,
    behind_sheet,
    firms_sheet,
    late_sheet,
    rung_sheet,
)
from shucheng.bays.statistics.queries.growing import PARTS, growth_page
from shucheng.bays.statistics.queries.index_area import area_page
from shucheng.bays.statistics.queries.indexes import index_page
from shucheng.bays.statistics.queries.ladder import COUNTED, ladder_page
from shucheng.bays.statistics.queries.plan_industries import industries_page
from shucheng.bays.statistics.queries.sheets import (
    RATE,
    YI,
    Asked,
    imputed_note,
    period_note,
    sheet,
)
from shucheng.bays.statistics.queries.version_words import number_words
from shucheng.kernel.public import Actor, Invalid, NotFound, action, record_export

MOST_IN_A_WORKBOOK = 20_000


@action
def export_table(name: str, asked: Asked, form: str, *, actor: Actor) -> tuple[str, bytes]:
    """The table of a page (see `TABLES`) as it was asked for and as the actor may see it: the
    file's name and content."""
    if name not in TABLES or form not in FORMS:
        raise NotFound(_("The file"))
    made = TABLES[name](asked, actor)
    if form == "xlsx" and len(made.rows) > MOST_IN_A_WORKBOOK:
        raise Invalid(
            "statistics.workbook_too_long",
            _("A workbook of %(rows)s rows would take minutes to make and to open."),
            _("Narrow the list, or take CSV or Parquet."),
            rows=len(made.rows),
        )
    record_export(f"statistics.{name}", len(made.rows), actor=actor, form=form, asked=dict(asked))
    return f"{name}.{form}", made.file(form)


def _growth(asked: Asked, actor: Actor) -> Sheet:
    page = growth_page(asked, actor=actor)
    if page is None:
        raise NotFound(_("The growth"))
    require_as_asked(asked, {"period": page.period, "view": page.view})
    yi = f" ({_('100 million yuan')})"
    columns = [
        Column("period", _("Period"), "INTEGER"),
        Column("code", _("Code")),
        Column("name", str(page.view_name)),
        Column("now", _("This period") + yi, YI),
        Column("before", _("Same period of last year") + yi, YI),
        Column("nominal", _("Nominal growth (%)"), RATE),
        Column("comparable", _("Growth at comparable scope (%)"), RATE),
        Column("withheld", _("withheld"), "BOOLEAN"),
    ]
    if page.everything:
        columns += [Column(code, str(word) + yi, YI) for code, word in PARTS.items()]
    rows: list[Row] = [
        (
            *(page.period, each.code, each.name, each.now, each.before),
            *(each.nominal, each.comparable, each.withheld),
            *(each.parts or [None] * len(PARTS) if page.everything else ()),
        )
        for each in (*page.lines, page.whole)
    ]
    notes = [*period_note(page.period), (_("Classification"), page.versions["classification"])]
    notes += imputed_note(page.versions)
    return sheet(_("Growth"), columns, rows, notes, simulated=page.simulated)


def _industries(asked: Asked, actor: Actor) -> Sheet:
    page = industries_page(asked, actor=actor)
    if page is None:
        raise NotFound(_("The industries"))
    require_as_asked(asked, {"period": page.period})
    columns = (
        Column("period", _("Period"), "INTEGER"),
        Column("code", _("Code")),
        Column("name", _("Industry")),
        Column("firms", _("Firms"), "INTEGER"),
        Column("revenue", f"{_('Revenue')} ({_('100 million yuan')})", YI),
        Column("nominal", _("Nominal growth (%)"), RATE),
        Column("comparable", _("Growth at comparable scope (%)"), RATE),
        Column("withheld", _("withheld"), "BOOLEAN"),
    )
    rows: list[Row] = [
        (
            *(page.period, each.code, each.name, each.firms, each.revenue),
            *(each.nominal, each.comparable, each.withheld),
        )
        for each in page.lines
    ]
    notes = [*period_note(page.period), (_("Industries of the plan"), page.versions["industries"])]
    notes += imputed_note(page.versions)
    return sheet(_("Industries"), columns, rows, notes, simulated=page.simulated)


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
    return sheet(_("Ladder of firms"), columns, rows, notes, simulated=page.simulated)


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
        (_("Number of the definition"), number_words(run.definition)),
        (_("Draws"), study.get("draws")),
    ]
    if page.left_out:
        names = _(", ").join(name for _area, name in page.left_out)
        notes.append((_("Not ranked, as nothing is known there"), names))
    return sheet(page.in_force.name, columns, rows, notes, simulated=run.simulated)


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
    return sheet(found.line.name, columns, rows, notes, simulated=simulated)


TABLES: dict[str, Callable[[Asked, Actor], Sheet]] = {
    "firms": firms_sheet,
    "late": late_sheet,
    "behind": partial(behind_sheet, figures={each.code: each.counted for each in FIGURES}),
    "accounts_firms": accounts_firms_sheet,
    "growth": _growth,
    "industries": _industries,
    "ladder": _ladder,
    "rung": rung_sheet,
    "index": _index,
    "index_area": _index_area,
}
