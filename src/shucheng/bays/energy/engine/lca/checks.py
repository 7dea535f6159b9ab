"""What is wrong with a background set, before any matrix is built of it."""

from collections.abc import Mapping
from math import isfinite

from .errors import LcaRefused
from .model import Background, Exchange, Flow, Process


def makers(background: Background) -> dict[str, int]:
    """For each product the position of the one process that makes it.

    Raises `LcaRefused` (`empty`, `two-makers`, `withdrawn`, `output-not-positive`,
    `years-reversed`, `id-twice`).
    """
    if not background.processes:
        raise LcaRefused("empty", f"{background.id} has no processes; add some")
    found: dict[str, int] = {}
    for position, process in enumerate(background.processes):
        if process.product in found:
            first = background.processes[found[process.product]].id
            raise LcaRefused(
                "two-makers",
                f"{process.product} is made by {first} and by {process.id}; keep one, or make a "
                "market of both that has a product of its own",
                product=process.product,
                processes=(first, process.id),
            )
        if process.review == "withdrawn":
            raise LcaRefused(
                "withdrawn",
                f"{process.id} was withdrawn; leave it out or use a version that stands",
                process=process.id,
            )
        if not (isfinite(process.output) and process.output > 0):
            raise LcaRefused(
                "output-not-positive",
                f"{process.id} makes {process.output} of its product; it must be more than 0",
                process=process.id,
            )
        if process.since > process.until:
            raise LcaRefused(
                "years-reversed",
                f"{process.id} stands for {process.since} until {process.until}; turn them round",
                process=process.id,
            )
        found[process.product] = position
    ids = [each.id for each in background.processes]
    _once(ids, "process")
    _once([each.id for each in background.flows], "flow")
    return found


def check_processes(background: Background, made: Mapping[str, int]) -> None:
    """Raises `LcaRefused` for the first exchange that cannot stand: `nobody-makes`,
    `unit-differs`, `flow-unknown`, `not-finite`, `no-source`, or kinds of factors mixed
    (`factors-mixed`, `no-footprint`)."""
    flows = {each.id: each for each in background.flows}
    for process in background.processes:
        for each in process.inputs:
            _check_number(process, each)
            if each.of not in made:
                raise LcaRefused(
                    "nobody-makes",
                    f"{process.id} takes {each.of}, which no process makes; add one that does, "
                    "or a footprint factor of it",
                    process=process.id,
                    product=each.of,
                )
            if each.factor:
                raise LcaRefused(
                    "factors-mixed",
                    f"{process.id} takes {each.of} with a factor of kind {each.factor}; factors "
                    "belong to elementary flows",
                    process=process.id,
                )
            _same_unit(process, each, background.processes[made[each.of]].unit)
        for each in process.elementary:
            _check_number(process, each)
            if each.of not in flows:
                raise LcaRefused(
                    "flow-unknown",
                    f"{process.id} has {each.of}, which is no flow of the set; add it to the flows",
                    process=process.id,
                    flow=each.of,
                )
            _same_unit(process, each, flows[each.of].unit)
        _check_kinds(process, flows)


def _check_kinds(process: Process, flows: Mapping[str, Flow]) -> None:
    """排放因子 and 碳足迹因子 are never mixed: the one leaves out what the other has in it."""
    kinds = {each.factor for each in process.elementary}
    if "footprint" in kinds and (kinds != {"footprint"} or process.inputs):
        raise LcaRefused(
            "factors-mixed",
            f"{process.id} has a footprint factor (碳足迹因子), which has everything upstream in "
            "it, and inputs or other emissions beside it, which would count twice; keep one",
            process=process.id,
        )
    for each in process.elementary:
        if (flows[each.of].kind == "life_cycle") != (each.factor == "footprint"):
            raise LcaRefused(
                "factors-mixed",
                f"{process.id} has {each.of} ({flows[each.of].kind}) as a number of kind "
                f"{each.factor or 'amount'}: a footprint factor fills a life-cycle flow, and "
                "nothing else does",
                process=process.id,
                flow=each.of,
            )
    if kinds == {"emission"} and not process.inputs:
        raise LcaRefused(
            "no-footprint",
            f"{process.product} is known by an emission factor (排放因子) alone, which leaves out "
            "its upstream; use its footprint factor (碳足迹因子), or say what it takes",
            process=process.id,
            product=process.product,
        )


def _check_number(process: Process, exchange: Exchange) -> None:
    if not isfinite(exchange.amount) or not exchange.basic >= 0 or not isfinite(exchange.basic):
        raise LcaRefused(
            "not-finite",
            f"{process.id}: amount and basic variance of {exchange.of} must be finite, the "
            "variance at least 0",
            process=process.id,
        )
    if not exchange.source and not exchange.estimate:
        raise LcaRefused(
            "no-source",
            f"{process.id}: the amount of {exchange.of} needs a source, or has to be marked as "
            "an estimate",
            process=process.id,
            of=exchange.of,
        )


def _same_unit(process: Process, exchange: Exchange, unit: str) -> None:
    if exchange.unit != unit:
        raise LcaRefused(
            "unit-differs",
            f"{process.id} has {exchange.of} in {exchange.unit}, which is counted in {unit}; "
            f"convert the amount to {unit}",
            process=process.id,
            of=exchange.of,
        )


def _once(ids: list[str], kind: str) -> None:
    if len(set(ids)) < len(ids):
        twice = next(each for each in ids if ids.count(each) > 1)
        raise LcaRefused("id-twice", f"the {kind} {twice} is there twice; keep one", id=twice)
