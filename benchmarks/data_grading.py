"""How long classifying and grading fields takes, and how well it does.

    python benchmarks/data_grading.py [--quick] [--json FILE]

2,000,000 fields by name and comment (`--quick`: 50,000), four in ten of them different, and 10,000
columns of 200 samples (`--quick`: 250), by one thread. Times are the processor's, so that others on
the machine do not count: what one core takes by itself. The bar is five minutes for both together;
what is not measured at size is taken in proportion.

Precision and recall come from three sets (`bays/data/tests`): made from a seed, one row a category;
names of public schemas that the rules were tuned on; and such names that the rules never saw. The
last says what to expect of a department's own tables.
"""

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:1] = [str(ROOT / "src"), str(ROOT)]

from benchmarks.frame import Row, arguments, row, seconds, told  # noqa: E402

from shucheng.bays.data.engine.grading.model import Field  # noqa: E402
from shucheng.bays.data.engine.grading.propose import Grader  # noqa: E402
from shucheng.bays.data.engine.grading.rules import shipped  # noqa: E402
from shucheng.bays.data.tests import grading_labelled as made  # noqa: E402
from shucheng.bays.data.tests.grading_values import AS_OF, LOOKALIKE, VALUES  # noqa: E402

NAMES, COLUMNS, SAMPLES = 2_000_000, 10_000, 200
SECONDS_BAR = 300.0
PRECISION_BAR = RECALL_BAR = 0.95


def main() -> int:
    options = arguments(__doc__)
    return told([*time_rows(options.quick), *quality_rows(options.quick)], options.json)


def time_rows(quick: bool) -> list[Row]:
    """Names and samples, each beside the least that can be done with the same input: reading it."""
    names, columns = (50_000, 250) if quick else (NAMES, COLUMNS)
    fields = list(made.many_names(3, names))
    texts = {(each.name, each.comment) for each in fields}
    by_name = took(lambda: Grader(shipped(), AS_OF).propose_all(fields))
    read = took(lambda: len({(each.name.lower(), each.comment.lower()) for each in fields}))
    sampled = list(many_columns(5, columns))
    by_sample = took(lambda: Grader(shipped(), AS_OF).propose_all(sampled))
    values = took(lambda: sum(len(str(v).upper()) for each in sampled for v in each.samples))
    both = by_name * NAMES / names + by_sample * COLUMNS / columns
    return [
        row(f"grading_names: {names:,}, {len(texts):,} different", by_name, "lower case", read),
        row(f"grading_samples: {columns:,} columns of {SAMPLES}", by_sample, "upper case", values),
        row("both at full size", both, "the bar", SECONDS_BAR, bar=1.0),
    ]


def quality_rows(quick: bool) -> list[Row]:
    """Precision and recall by category on the seeded set, over all on the names of schemas."""
    grader = Grader(shipped(), AS_OF)
    cases = list(made.labelled(11, 1_500 if quick else 10_000))
    pairs = ((each.categories, grader.propose(each.field).categories) for each in cases)
    rows = [
        each
        for category, score in sorted(made.scores(pairs).items())
        for each in score_rows(f"seeded, {category}", score, bar=True)
    ]
    for name in ("seen", "holdout"):
        found = made.scores(judged(grader, made.listed(f"grading_{name}.yaml")))
        rows += score_rows(f"{name}, names of public schemas", found["all"], bar=False)
    wrong = sum(
        grader.propose(field).categories - made.NOTHING != categories
        for field, categories, _ in made.written("grading_hostile.yaml")
    )
    return [*rows, row("hostile cases read wrongly", float(wrong), "none", 1.0, bar=0.5, unit="")]


def judged(
    grader: Grader, listed: Iterable[tuple[Field, frozenset[str]]]
) -> Iterable[tuple[frozenset[str], frozenset[str]]]:
    return ((categories, grader.propose(field).categories) for field, categories in listed)


def score_rows(name: str, score: made.Score, *, bar: bool) -> list[Row]:
    """The peer of a score is the perfect one; its bar is a least, not a most."""
    count = score.right + score.missed
    return [
        least(f"precision: {name}", score.precision, PRECISION_BAR if bar else None),
        least(f"recall: {name} ({count})", score.recall, RECALL_BAR if bar else None),
    ]


def many_columns(seed: int, count: int) -> Iterable[Field]:
    r = made.random.Random(seed)
    makes = [*VALUES.values(), *LOOKALIKE.values()]
    for number in range(count):
        make = r.choice(makes)
        yield Field(f"col_{number}", samples=tuple(make(r) for _ in range(SAMPLES)))


def took(call: Callable[[], object]) -> float:
    """Seconds of the processor."""
    return seconds(call, clock=time.process_time)


def least(name: str, value: float, bar: float | None) -> Row:
    return row(name, value, "all right", 1.0, bar=bar, unit="", at_least=True)


if __name__ == "__main__":
    sys.exit(main())
