"""What python-docx has no words for: fonts by script, borders, fields, first-line indents."""

from typing import Any, Final, Literal

from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

Face = Literal["title", "body", "sans", "kai"]

# The families that offices use, and what Word takes where one is not installed.
FACES: Final[dict[Face, tuple[str, str]]] = {
    "title": ("方正小标宋简体", "STZhongsong;Noto Serif CJK SC;SimSun"),
    "body": ("仿宋_GB2312", "FangSong;STFangsong;Noto Serif CJK SC"),
    "sans": ("黑体", "SimHei;STHeiti;Noto Sans CJK SC"),
    "kai": ("楷体_GB2312", "KaiTi;STKaiti;Noto Serif CJK SC"),
}
LATIN: Final = "Times New Roman"


def face(run: Any, kind: Face, size: float, *, bold: bool = False, colour: str = "") -> None:
    """Set a run's fonts for both scripts, its size in points and its colour (RRGGBB)."""
    run.font.size = Pt(size)
    run.font.bold = bold
    run.font.name = LATIN
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), FACES[kind][0])
    fonts.set(qn("w:hAnsi"), LATIN)
    fonts.set(qn("w:hint"), "eastAsia")
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)


def spaced(
    paragraph: Any, line: float, *, before: float = 0, after: float = 0, least: bool = False
) -> None:
    """Lines of a fixed height in points (or at `least` of it), and the space around the paragraph.

    In tables use `least`: LibreOffice loses rows that follow a page break behind fixed lines.
    """
    form = paragraph.paragraph_format
    form.line_spacing_rule = WD_LINE_SPACING.AT_LEAST if least else WD_LINE_SPACING.EXACTLY
    form.line_spacing = Pt(line)
    form.space_before, form.space_after = Pt(before), Pt(after)


def indented(paragraph: Any, characters: int = 2) -> None:
    """The first line begins so many characters later, whatever the size."""
    indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:firstLineChars"), str(characters * 100))
    indent.set(qn("w:firstLine"), str(characters * 320))


def ruled(paragraph: Any, colour: str, eighths: int) -> None:
    """A line below the paragraph, its width in eighths of a point."""
    borders = _element("w:pBdr", {})
    width = {"w:val": "single", "w:sz": str(eighths), "w:space": "4", "w:color": colour}
    borders.append(_element("w:bottom", width))
    _ordered(paragraph._p.get_or_add_pPr(), borders)


def numbered(paragraph: Any, size: float) -> None:
    """— page number —, as official documents have it."""
    for text in ("— ", None, " —"):
        run = paragraph.add_run(text or "")
        face(run, "body", size)
        if text is None:
            for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
                if kind:
                    run._r.append(_element("w:fldChar", {"w:fldCharType": kind}))
                else:
                    field = _element("w:instrText", {"xml:space": "preserve"})
                    field.text = words
                    run._r.append(field)


def in_one_line(run: Any, text: str) -> None:
    """Text that is not broken at its hyphens: 2026-Q3 is one word."""
    for at, part in enumerate(text.split("-")):
        if at:
            run._r.append(_element("w:noBreakHyphen", {}))
        run.add_text(part)


def open_table(table: Any, widths: list[int]) -> None:
    """Lines above, below and between rows, none at the sides; columns of fixed widths (twips)."""
    properties = table._tbl.tblPr
    borders = _element("w:tblBorders", {})
    for side, size, colour in (
        ("top", 8, "17202B"),
        ("bottom", 8, "17202B"),
        ("insideH", 4, "BFC7D0"),
    ):
        line = {"w:val": "single", "w:sz": str(size), "w:space": "0", "w:color": colour}
        borders.append(_element(f"w:{side}", line))
    layout = _element("w:tblLayout", {"w:type": "fixed"})
    margins = _element("w:tblCellMar", {})
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", {"w:w": "50", "w:type": "dxa"}))
    look = properties.find(qn("w:tblLook"))
    for made in (borders, layout, margins):  # the schema has them in this order, before the look
        look.addprevious(made)
    total = properties.find(qn("w:tblW"))
    total.set(qn("w:w"), str(sum(widths)))
    total.set(qn("w:type"), "dxa")
    for column, width in zip(table._tbl.tblGrid.findall(qn("w:gridCol")), widths, strict=True):
        column.set(qn("w:w"), str(width))


def kept_together(row: Any, *, heading: bool = False) -> None:
    """A row is not broken over pages; a heading row is repeated on each."""
    properties = row._tr.get_or_add_trPr()
    properties.append(_element("w:cantSplit", {}))
    if heading:
        properties.append(_element("w:tblHeader", {}))


def chinese(document: Any) -> None:
    """Mainland forms of characters and punctuation; what Word takes where a font is missing."""
    styles = document.styles.element
    defaults = styles.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    language = defaults.find(qn("w:lang"))
    if language is None:
        language = _element("w:lang", {})
        defaults.append(language)
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    for key, rel in list(document.part.rels.items()):
        if rel.reltype.endswith("/stylesWithEffects"):  # a second copy of the styles for Word 2010
            document.part.rels.pop(key)
    part = next(
        (rel.target_part for rel in document.part.rels.values() if "fontTable" in rel.reltype), None
    )
    if part is None:
        return
    told = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{instead}"/><w:charset w:val="86"/>'
        '<w:family w:val="auto"/></w:font>'
        for name, instead in FACES.values()
    )
    part._blob = part.blob.replace(b"</w:fonts>", told.encode() + b"</w:fonts>")


def _element(name: str, attributes: dict[str, str]) -> Any:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(key), value)
    return made


def _ordered(properties: Any, borders: Any) -> None:
    """Borders stand before spacing and indents in the schema's order."""
    later = ("w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr")
    for child in properties:
        if child.tag in {qn(name) for name in later}:
            child.addprevious(borders)
            return
    properties.append(borders)
