"""Who answers for each promise of a plan, by the codes of a proposed pack."""

from collections.abc import Callable, Sequence

from shucheng.plan.city.model import Organisation
from shucheng.plan.compiler.model import CompiledPlan, Indicator, Target
from shucheng.plan.compiler.organisations.names import canonical

# Organisation codes, the first leads; empty where the plan says none.
Leads = Callable[[Indicator | Target], Sequence[str]]


def leads_of(compiled: CompiledPlan, organisations: Sequence[Organisation], city: str) -> Leads:
    """Who answers for a row or target: its lead column, else the task or work point around it."""
    codes: dict[str, str] = {}
    for each in organisations:
        for name in each.names:
            codes.setdefault(name, each.code)
            codes.setdefault(canonical(name, city), each.code)
    of_target = {ref: point.lead for point in compiled.work_points for ref in point.targets}

    def leads(source: Indicator | Target) -> list[str]:
        if isinstance(source, Indicator):
            names = source.lead
        else:
            names = of_target.get(source.id) or next(
                (
                    task.lead or task.responsible[:1]
                    for task in compiled.tasks
                    if task.span[0] <= source.span[0] < task.span[1]
                ),
                (),
            )
        found = (codes.get(name) or codes.get(canonical(name, city)) for name in names)
        return list(dict.fromkeys(code for code in found if code))

    return leads
