"""A new city's pack, written from its compiled plan; `DECIDE.md` lists what is left to a person."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from shucheng.plan.city.model import CityPack
from shucheng.plan.city.pack import read_pack
from shucheng.plan.city.proposal.decisions import decide_text
from shucheng.plan.city.proposal.files import pack_files
from shucheng.plan.city.proposal.leads import leads_of
from shucheng.plan.city.proposal.metrics import Decision, propose
from shucheng.plan.city.proposal.place import propose_place
from shucheng.plan.city.resolving import Unresolved, resolve_bindings
from shucheng.plan.compiler.model import CompiledPlan


class PackExists(ValueError):
    """The folder for a new pack is there already and is not overwritten."""

    code = "pack-exists"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path.name} is there already; choose another name, or delete the folder first"
        )
        self.path = path


@dataclass(frozen=True, slots=True)
class NewPack:
    """The pack as read back, what a person must decide, and what of the plan it does not answer."""

    pack: CityPack
    decisions: tuple[Decision, ...]
    unresolved: tuple[Unresolved, ...]


def new_city_pack(
    name: str, compiled: CompiledPlan, text: str, out_dir: Path, adcode: str | None = None
) -> NewPack:
    """Write the pack of a city from its plan to the folder `out_dir/name`, and read it back.

    `name` is the city's code (small letters, digits, hyphens), `text` the plan's text; `adcode`
    is needed only where title and issuer do not name the city. Raises `PackExists`, `ValueError`
    for a bad name or adcode. Nothing is left behind when it fails.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", name, re.ASCII):
        raise ValueError(f"{name!r} is no code: write small letters, digits and hyphens")
    folder = out_dir / name
    if folder.exists():
        raise PackExists(folder)
    place = propose_place(name, compiled, adcode)
    leads = leads_of(compiled, place.organisations, place.name)
    proposals = propose(compiled, leads, place.office, by_area=len(place.areas) > 1)
    files = pack_files(name, compiled, place, proposals) | {"plan.txt": text}
    partial = out_dir / f".{name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        for file, body in files.items():
            _write(partial / file, body)
        _, unresolved = resolve_bindings(read_pack(partial).bindings, compiled)
        _write(partial / "DECIDE.md", decide_text(place, proposals, unresolved))
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return NewPack(read_pack(folder), tuple(proposals.decisions), unresolved)


def _write(path: Path, text: str) -> None:
    # newline="": the plan's own line ends stay, so that spans keep their place.
    path.write_text(text, encoding="utf-8", newline="")
