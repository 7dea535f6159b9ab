"""The city's outline as SVG paths, one link an area; zones without one are listed beside it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from shucheng.kernel.public import Actor, Area, areas
from shucheng.lib.geography import outlines

WIDTH = 420.0


@dataclass(frozen=True, slots=True)
class Shape:
    code: str
    name: str
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class CityMap:
    width: float
    height: float
    shapes: tuple[Shape, ...]
    zones: tuple[Area, ...]

    @property
    def box(self) -> str:
        """The drawing's view box, with a little air for outlines at the edge."""
        return f"-4 -4 {self.width + 8:.0f} {self.height + 8:.0f}"


def city_map(*, actor: Actor) -> CityMap | None:
    """None while the city has no areas."""
    below_city = [a for a in areas(actor=actor) if a.kind not in {"province", "city"}]
    if not below_city:
        return None
    drawn = _draw(tuple(area.code for area in below_city))
    names = {area.code: area.label for area in below_city}
    return CityMap(
        WIDTH,
        drawn.height,
        tuple(Shape(s.code, names[s.code], s.path, s.x, s.y) for s in drawn.shapes),
        tuple(_without(below_city, {s.code for s in drawn.shapes})),
    )


def _without(found: Iterable[Area], drawn: set[str]) -> list[Area]:
    return [area for area in found if area.code not in drawn]


@lru_cache(maxsize=8)
def _draw(codes: tuple[str, ...]) -> CityMap:
    """Project outlines to the plane: equirectangular, true at the city's own latitude."""
    features = outlines(codes, detail=int(WIDTH)).features
    rings = {f["properties"]["code"]: list(_rings(f["geometry"])) for f in features}
    points = [point for found in rings.values() for ring in found for point in ring]
    if not points:
        return CityMap(WIDTH, 0, (), ())
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / ((east - west) * squeeze)

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return (point[0] - west) * squeeze * scale, (north - point[1]) * scale

    shapes = []
    for code, found in rings.items():
        placed = [[place(point) for point in ring] for ring in found]
        path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in placed)
        x, y = _centre(max(placed, key=len))
        shapes.append(Shape(code, "", path, x, y))
    return CityMap(WIDTH, (north - south) * scale, tuple(shapes), ())


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
