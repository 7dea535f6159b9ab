"""Why a carbon figure is not given: a code, what it speaks of, and what to do next."""

from typing import ClassVar


class CarbonRefused(ValueError):
    """`reason` is the key of the sentence that a person reads; `params` fill it in."""

    code = "carbon-refused"

    NEXT: ClassVar[dict[str, str]] = {
        "unit-unknown": "use a unit of the table in carbon/units.py",
        "unit-mixed": "give the amount in a unit that measures the same as the factor's",
        "number-inexact": "give a Decimal or a whole number, not a float",
        "factor-unknown": "name a factor of this set, or use the set's version that has it",
        "factor-invalid": "correct the row; every factor names its value, unit, gas and source",
        "factor-twice": "leave one of the two rows, or give them ids of their own",
        "kind-mixed": "use an emission factor (排放因子) in accounts, a footprint factor "
        "(碳足迹因子) in product footprints",
        "version-taken": "give the changed factors a new version",
        "digest-differs": "give the changed factors a new version and its digest",
        "set-unreadable": "correct the file at the place told",
        "no-factor": "add a factor of this carrier, region and year, or choose one by its id",
        "activity-invalid": "correct the activity",
        "activity-twice": "leave one of the two activities, or give them ids of their own",
        "periods-overlap": "report either the year or its months",
        "contract-invalid": "correct the contract or certificate",
        "contract-twice": "count each contract or certificate for one company alone",
        "grouping-unknown": "group by city, sector, park, company, scope, carrier, year or month",
        "target-invalid": "correct the target or the trajectory",
        "not-positive": "give amounts above zero",
        "factors-differ": "give every part the same factors in both years",
        "negative-value": "LMDI is for values of zero or more",
        "aggregate-zero": "a ratio to zero is not there: use the additive form",
        "definition-invalid": "correct the definition at the place told",
    }

    def __init__(self, reason: str, **params: object) -> None:
        told = "; ".join(f"{name}: {value}" for name, value in params.items())
        super().__init__(f"{reason} ({told}): {self.NEXT[reason]}")
        self.reason = reason
        self.params = params
