"""How uncertain an exchange is, from the scores of its data quality.

Amounts are lognormal; the amount given is the median. The variance of the logarithm is the basic
one plus one for each score: Weidema et al. 2013, Overview and methodology, Data quality guideline
for the ecoinvent database version 3, 10.2 and table 10.5 (default added variances). They are the
factors U of Frischknecht et al. 2007 (ecoinvent report 1, table 7.2) as (ln U / 2)².
"""

from dataclasses import astuple
from math import sqrt

from .errors import LcaRefused
from .model import Exchange

# By indicator in the order of `Quality`: the added variance of scores 1 to 5.
ADDED_VARIANCE = (
    (0.0, 0.0006, 0.002, 0.008, 0.04),
    (0.0, 0.0001, 0.0006, 0.002, 0.008),
    (0.0, 0.0002, 0.002, 0.008, 0.04),
    (0.0, 0.000025, 0.0001, 0.0006, 0.002),
    (0.0, 0.0006, 0.008, 0.04, 0.12),
)


def sigma(exchange: Exchange) -> float:
    """The standard deviation of the logarithm of an amount; 0 where nothing is known of it.

    Raises `LcaRefused` (`score-outside`).
    """
    variance = exchange.basic
    if exchange.quality is not None:
        for scores, score in zip(ADDED_VARIANCE, astuple(exchange.quality), strict=True):
            if not 1 <= score <= len(scores):
                raise LcaRefused(
                    "score-outside",
                    f"a data quality score of {exchange.of} is {score}; scores are 1 to 5",
                    of=exchange.of,
                )
            variance += scores[score - 1]
    return sqrt(variance)
