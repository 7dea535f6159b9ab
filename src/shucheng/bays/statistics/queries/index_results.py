"""An index computed and kept as data: every number on the way, for all areas.

What is stored is what a page needs to explain one area without computing again; the text of the
definition is part of it, so that a run tells of itself whatever was published later.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from shucheng.bays.statistics.models import IndexRun
from shucheng.bays.statistics.queries.index_values import Gathered, left_out
from shucheng.lib.indexes.definition import Index
from shucheng.lib.indexes.errors import IndexRefused
from shucheng.lib.indexes.score import Scored, score
from shucheng.lib.indexes.sensitivity import sensitivity
from shucheng.lib.indexes.uncertainty import uncertainty
from shucheng.lib.indexes.values import values_from
from shucheng.lib.periods import Period


def newest_run(code: str, period: str) -> IndexRun | None:
    return IndexRun.objects.filter(code=code, period=period).order_by("-pk").first()


def opening_run(code: str) -> IndexRun | None:
    """What a page opens with: the newest period whose result has most areas, else the newest."""
    runs = [run for period in run_periods(code) if (run := newest_run(code, period))]
    whole = (run for run in runs if len(run.result["areas"]) > len(left_out(run.result["areas"])))
    return next(whole, runs[0] if runs else None)


def run_periods(code: str) -> list[str]:
    """The periods that were computed, the newest first."""
    found = IndexRun.objects.filter(code=code).values_list("period", flat=True).distinct()
    return sorted(found.order_by(), key=Period.parse, reverse=True)


def computed(index: Index, gathered: Gathered) -> dict[str, Any]:
    """Scores, ranks, every step, what the ranks hang on. Refused: as the engine refuses."""
    scored = score(index, values_from(index, gathered.areas, gathered.numbers()))
    return _steps(scored) | {"study": _study(scored)}


def _steps(scored: Scored) -> dict[str, Any]:
    codes = [one.code for one in scored.index.indicators]
    nodes = list(scored.index.tree.nodes())
    return {
        "areas": list(scored.areas),
        "scores": _plain(scored.scores),
        "ranks": scored.ranks.tolist(),
        "raw": _rows(codes, scored.raw),
        "imputed": dict(zip(codes, scored.treated.imputed.tolist(), strict=True)),
        "filled": _rows(codes, scored.treated.filled),
        "limits": _rows(codes, scored.treated.limits),
        "treated": _rows(codes, scored.treated.values),
        "normalised": _rows(codes, scored.normalised),
        "weights": dict(zip(codes, scored.overall_weights.tolist(), strict=True)),
        "contributions": _rows(codes, scored.contributions),
        "deductions": {code: _plain(loss) for code, loss in scored.deductions.items()},
        "nodes": {code: _plain(row) for code, row in scored.nodes.scores.items()},
        "node_weights": {
            node.code: dict(
                zip(
                    [part.code for part in node.children],
                    scored.nodes.weights[node.code].tolist(),
                    strict=True,
                )
            )
            for node in nodes
        },
        "consistency": {code: one.consistency_ratio for code, one in scored.judged.items()},
    }


def _study(scored: Scored) -> dict[str, Any] | None:
    """None where the definition varies nothing."""
    try:
        drawn = uncertainty(scored)
        moved = sensitivity(scored)
    except IndexRefused as error:
        if error.code != "index.nothing_varied":
            raise
        return None
    return {
        "draws": drawn.draws,
        "seed": drawn.seed,
        "tolerance": drawn.tolerance,
        "stability": _plain(drawn.stability),
        "rank_levels": drawn.rank_levels.astype(int).tolist(),
        "score_levels": drawn.score_levels.tolist(),
        "factors": list(moved.factors),
        "base": moved.base,
        "mean_shift": moved.mean_shift,
        "first": _plain(moved.shift.first),
        "total": _plain(moved.shift.total),
        "total_error": _plain(moved.shift.total_error),
    }


def _rows(codes: list[str], table: Any) -> Mapping[str, list[float | None]]:
    return {code: _plain(row) for code, row in zip(codes, table, strict=True)}


def _plain(row: Any) -> list[float | None]:
    """JSON has neither NaN nor infinity."""
    return [float(value) if np.isfinite(value) else None for value in row]
