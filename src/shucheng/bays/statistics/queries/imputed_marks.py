"""Which figures count late firms by imputed returns, so that each is marked wherever it stands.

Of what is published that is known of the core in each area and of each industry; of a class, a size
or an industry in an area only that one of the month may be in it: then it is marked.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from shucheng.bays.statistics.engine.cells import Dimension, Scheme, place
from shucheng.bays.statistics.engine.classification import CORE
from shucheng.bays.statistics.engine.counted import CITY
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.models import Publication
from shucheng.bays.statistics.queries.choices import period_words
from shucheng.bays.statistics.queries.micro import ask


def imputed_months(versions: Mapping[str, str]) -> list[int]:
    """The months (yyyymm) in which late firms are counted by imputed returns."""
    return [int(month) for month in str(versions.get("imputation") or "").split(", ") if month]


def imputed_words(versions: Mapping[str, str]) -> str:
    """The same as people read them."""
    return _(", ").join(period_words(month) for month in imputed_months(versions))


@dataclass(frozen=True, slots=True)
class Marks:
    """Of one publication: `counts` are firms counted by an imputed return, by (class, area)."""

    imputed: bool
    counts: Mapping[tuple[str, str], int]

    def of(self, code: str, area: str = CITY) -> bool:
        """Whether a figure has, or may have, imputed firms in it."""
        wider = [(code, area), (code, CITY)]
        if code.isdigit():
            wider += [(CORE, area), (CORE, CITY)]
        return self.imputed and all(self.counts.get(key, 1) > 0 for key in wider)


def marks_of(found: Publication) -> Marks:
    behind = found.beside.get("behind", ())
    counts = {(code, area): imputed for code, area, _firms, imputed, *_rest in behind}
    # What firms told as estimated is marked like what is imputed.
    told = found.period in imputed_months(found.versions) or any(counts.values())
    return Marks(told, counts)


def imputed_keys(period: int, scheme: Scheme, by: tuple[Dimension, ...]) -> frozenset[object]:
    """Classes or areas whose sum since January has an imputed return in it, as known now; of no
    dimension: an empty one, if there is any."""

    def asked(micro: Micro) -> frozenset[object]:
        place(micro.connection, scheme, by, designated=True)
        sql = f"""SELECT DISTINCT {by[0] if by else "''"} FROM newest
            JOIN places USING (firm) JOIN cells USING (cell)
            WHERE period = $period AND status <> 'reported' AND period BETWEEN since AND until"""  # noqa: S608
        rows = micro.connection.execute(sql, {"period": period}).fetchall()
        return frozenset(key for (key,) in rows)

    return ask(asked, "imputed keys", period, scheme, by)
