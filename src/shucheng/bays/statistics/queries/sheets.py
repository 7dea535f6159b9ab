"""What the sheets of tables that leave have in common."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from shucheng.bays.statistics.engine.table_files import Column, Row, Sheet
from shucheng.bays.statistics.queries.choices import period_words
from shucheng.bays.statistics.queries.imputed_marks import imputed_words

Asked = Mapping[str, str]
WAN, YI = "DECIMAL(18, 1)", "DECIMAL(29, 5)"  # 万元 and 亿元, to the thousand yuan
WAN_EXACT, SHARE = "DECIMAL(29, 5)", "DECIMAL(9, 4)"
RATE = "DECIMAL(18, 1)"


def period_note(period: int) -> list[Row]:
    return [(_("Period"), period_words(period))]


def imputed_note(versions: Mapping[str, str]) -> list[Row]:
    """In which months late firms are counted by imputed returns; nothing where in none."""
    months = imputed_words(versions)
    return [(_("Months with imputed returns"), months)] if months else []


def sheet(
    title: str, columns: list[Column] | tuple[Column, ...], rows: list[Row], notes: list[Row],
    *, simulated: bool,
) -> Sheet:  # fmt: skip
    if simulated:
        notes = [(_("Note"), _("Simulated data. Not figures of the real city.")), *notes]
    return Sheet(title, columns, rows, (_("no"), _("yes")), _("About"), notes)
