"""Metrics and areas that the formula tests compute over."""

from shucheng.plan.formula.proof import MetricFacts

CITY = "320900"
AREAS = {CITY: "", "320902": CITY, "320981": CITY}

METRICS = {
    facts.code: facts
    for facts in (
        MetricFacts("revenue", "亿元", "M"),
        MetricFacts("profit", "万元", "M"),
        MetricFacts("output", "亿元", "Q"),
        MetricFacts("firms", "家", "Q", measure="stock", over_time="last"),
        MetricFacts("coverage", "%", "Q", measure="rate", over_time="mean", over_areas="none"),
        MetricFacts("people", "万人", "A", measure="stock", over_time="last"),
        MetricFacts("visits", "人次", "D"),
        MetricFacts("sales", "亿元", "M", dimensions={"industry": ("01", "02"), "size": ()}),
        MetricFacts(
            "rate",
            "%",
            "Q",
            measure="rate",
            over_time="mean",
            over_areas="weighted",
            dimensions={"industry": ("01", "02")},
        ),
        MetricFacts("satisfaction", "%", "Q", "rate", over_time="weighted", over_areas="weighted"),
    )
}
