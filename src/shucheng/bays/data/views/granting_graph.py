"""What a grant stands on and what stands on it, drawn on the server as SVG."""

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shucheng.bays.data.queries.granting import Graph, Node

_WIDE, _HIGH, _GAP, _ROW, _MOST = 172, 44, 36, 58, 60
_PAGES = {
    "grant": "data:grant",
    "authorisation": "data:authorisation",
    "resource_registration": "data:registration",
    "product_registration": "data:registration",
}


def drawn(graph: Graph) -> SafeString:
    """Columns from what everything rests on to what is delivered; nothing where it would be too
    many boxes to read: the list beside it has them all."""
    if len(graph.nodes) > _MOST:
        return SafeString("")
    places = _places(graph)
    width = max(x for x, _y in places.values()) + _WIDE + 2
    height = max(y for _x, y in places.values()) + _HIGH + 2
    return format_html(
        '<div class="board-scroll"><svg viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" '
        'aria-label="{2}">{3}{4}</svg></div>',
        width,
        height,
        _("What the grant stands on, and what stands on it"),
        format_html_join(
            "", '<path d="{}" fill="none" stroke="var(--line-strong)"/>', _lines(graph, places)
        ),
        format_html_join("", "{}", ((_box(node, *places[node.code]),) for node in graph.nodes)),
    )


def _places(graph: Graph) -> dict[str, tuple[int, int]]:
    filled: dict[int, int] = {}
    places = {}
    for node in graph.nodes:
        row = filled.get(node.column, 0)
        filled[node.column] = row + 1
        places[node.code] = (1 + node.column * (_WIDE + _GAP), 1 + row * _ROW)
    return places


def _lines(graph: Graph, places: dict[str, tuple[int, int]]) -> list[tuple[str]]:
    drawn = []
    for lower, upper in graph.edges:
        (x, y), (to_x, to_y) = places[lower], places[upper]
        start, end, half = x + _WIDE, to_x, _GAP // 2
        y, to_y = y + _HIGH // 2, to_y + _HIGH // 2
        drawn.append((f"M{start},{y}C{start + half},{y} {end - half},{to_y} {end},{to_y}",))
    return drawn


def _box(node: Node, x: int, y: int) -> SafeString:
    edge = "var(--accent)" if node.here else "var(--line-strong)" if node.now else "var(--bad)"
    box = format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" rx="6" fill="var(--{})" stroke="{}"/>'
        '<text x="{}" y="{}" fill="var(--ink)" font-size="12">{}<title>{}</title></text>'
        '<text x="{}" y="{}" fill="var(--muted)" font-size="11">{}{}</text>',
        *(x, y, _WIDE, _HIGH, "accent-soft" if node.here else "surface", edge),
        *(x + 10, y + 18, _short(node.title), node.title),
        *(x + 10, y + 35, node.code, "" if node.now else " · " + _("stopped")),
    )
    page = _PAGES.get(node.kind)
    return format_html('<a href="{}">{}</a>', reverse(page, args=[node.code]), box) if page else box


def _short(text: str) -> str:
    """As much as fits: a Chinese sign is as wide as two others."""
    room = 23
    for at, sign in enumerate(text):
        room -= 2 if ord(sign) > 0x2E7F else 1
        if room < 0:
            return text[:at] + "…"
    return text
