"""Small helpers for WordprocessingML. Names go without namespace: the strict form has another."""

from collections.abc import Iterator
from io import BytesIO

from lxml import etree
from lxml.etree import _Element

from shucheng.plan.compiler.errors import PlanUnreadable

_BODY_TAGS = tuple(
    f"{{*}}{name}" for name in ("p", "tbl", "sdt", "customXml", "ins", "moveTo", "AlternateContent")
)


def name_of(node: _Element) -> str:
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(node: _Element, name: str) -> Iterator[_Element]:
    return (found for found in node if name_of(found) == name)


def child(node: _Element | None, name: str) -> _Element | None:
    return None if node is None else next(children(node, name), None)


def value(node: _Element, name: str) -> str:
    """An attribute of the node, whatever its namespace; empty where it has none."""
    for key, held in node.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(held)
    return ""


def value_of(node: _Element | None, name: str) -> str:
    """`val` of the node's child of that name."""
    found = child(node, name)
    return "" if found is None else value(found, "val")


def is_on(node: _Element | None, name: str) -> bool:
    """Whether a switch such as <w:vanish/> is set."""
    found = child(node, name)
    return found is not None and value(found, "val") not in ("0", "false", "off")


def parse(data: bytes, part: str) -> _Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.parse(BytesIO(data), parser).getroot()
    except (etree.XMLSyntaxError, ValueError) as error:
        raise PlanUnreadable("plan.docx_damaged", reason=f"{part} is not sound XML") from error


def stream_body(data: bytes, part: str) -> Iterator[_Element]:
    """The children of the document's body one by one; each is freed after its turn."""
    events = etree.iterparse(
        BytesIO(data), tag=_BODY_TAGS, resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        for _, node in events:
            parent = node.getparent()
            if parent is None or name_of(parent) != "body" or parent.getparent() is None:
                continue
            yield node
            node.clear(keep_tail=False)
            while node.getprevious() is not None:
                del parent[0]
    except (etree.XMLSyntaxError, ValueError) as error:
        raise PlanUnreadable("plan.docx_damaged", reason=f"{part} is not sound XML") from error
