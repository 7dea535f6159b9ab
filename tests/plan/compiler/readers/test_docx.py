"""Word files: numbers that Word draws, tables with merged cells, changes as if accepted."""

import docx
import pytest
from tests.plan.compiler.readers.renderings import saved, word_file, word_paragraph, zipped

from shucheng.plan.compiler.document import Document
from shucheng.plan.compiler.readers.numbering import written_number
from shucheng.plan.compiler.readers.read import read_bytes


def read(body: str, **others: str) -> Document:
    return read_bytes(word_file(body, **others), "plan.docx")


def lines(body: str, **others: str) -> list[str]:
    return read(body, **others).text.splitlines()


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def test_headings_by_style_and_by_outline_level() -> None:
    document = docx.Document()
    document.add_heading("行动计划", 0)
    document.add_heading("一、总体目标", 1)
    document.add_paragraph("到2027年。")
    found = read_bytes(saved(document), "plan.docx").blocks
    assert [(block.kind, block.level) for block in found] == [
        ("heading", 0),
        ("heading", 1),
        ("paragraph", None),
    ]
    outlined = read(word_paragraph("（一）目标", '<w:outlineLvl w:val="1"/>'))
    assert [(block.kind, block.level) for block in outlined.blocks] == [("heading", 2)]


LIST = (
    '<w:abstractNum w:abstractNumId="5">'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
    '<w:lvlText w:val="%1、"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
    '<w:lvlText w:val="（%2）"/></w:lvl>'
    '<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
    '<w:lvlText w:val="%3."/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="5"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="5"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
)


def listed(text: str, level: int, number: int) -> str:
    properties = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return word_paragraph(text, properties)


def test_automatic_numbers_are_written_and_begin_again_below_a_higher_one() -> None:
    items = [
        ("总体目标", 0, 1),
        ("重点任务", 0, 1),
        ("做强产业", 1, 1),
        ("建园区", 2, 1),
        ("引企业", 2, 1),
        ("深化赋能", 1, 1),
        ("改工厂", 2, 1),
        ("附则", 0, 2),
    ]
    body = "".join(listed(*item) for item in items)
    assert lines(body, numbering=LIST) == [
        "一、总体目标",
        "二、重点任务",
        "（一）做强产业",
        "1.建园区",
        "2.引企业",
        "（二）深化赋能",
        "1.改工厂",
        "一、附则",
    ]


def test_a_number_can_come_from_the_style() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="a"><w:name w:val="heading 1"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="b"><w:basedOn w:val="a"/></w:style>'
    )
    document = read(word_paragraph("目标", '<w:pStyle w:val="b"/>'), numbering=LIST, styles=styles)
    assert document.text == "一、目标\n"
    assert document.blocks[0].level == 1


@pytest.mark.parametrize(
    ("form", "number", "written"),
    [
        ("chineseCounting", 10, "十"),
        ("chineseCountingThousand", 12, "十二"),
        ("chineseCounting", 21, "二十一"),
        ("chineseCounting", 105, "一百零五"),
        ("chineseLegalSimplified", 12, "壹拾贰"),
        ("ideographDigital", 12, "一二"),
        ("ideographTraditional", 3, "丙"),
        ("decimalEnclosedCircle", 3, "③"),
        ("decimalZero", 7, "07"),
        ("upperRoman", 14, "XIV"),
        ("lowerLetter", 28, "bb"),
        ("somethingNew", 4, "4"),
    ],
)
def test_number_formats(form: str, number: int, written: str) -> None:
    assert written_number(number, form) == written


def test_tracked_changes_read_as_accepted() -> None:
    changed = (
        f"<w:p>{run('达到')}<w:del><w:r><w:delText>800</w:delText></w:r></w:del>"
        f"<w:ins>{run('900')}</w:ins>{run('亿元')}<w:moveFrom>{run('左右')}</w:moveFrom></w:p>"
    )
    joined = (
        f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{run('前半')}</w:p><w:p>{run('后半')}</w:p>"
    )
    assert lines(changed + joined) == ["达到900亿元", "前半后半"]


def test_boxes_hidden_words_fields_and_contents_are_not_read() -> None:
    inner = f"<w:txbxContent><w:p>{run('框')}</w:p></w:txbxContent>"
    box = f"<w:r><w:pict>{inner}</w:pict></w:r>"
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r>"
    code = "<w:r><w:instrText>PAGE</w:instrText></w:r>"
    styles = '<w:style w:type="paragraph" w:styleId="t"><w:name w:val="toc 1"/></w:style>'
    contents = word_paragraph("一、总体目标 1", '<w:pStyle w:val="t"/>')
    typed = word_paragraph("二、重点任务………………………… 3")
    body = f"<w:p>{run('正文')}{box}{hidden}{code}</w:p>{contents}{typed}"
    assert lines(body, styles=styles) == ["正文"]


def test_a_soft_return_parts_paragraphs() -> None:
    assert lines(f"<w:p>{run('一、目标')}<w:r><w:br/></w:r>{run('到2027年。')}</w:p>") == [
        "一、目标",
        "到2027年。",
    ]


def cell(text: str, properties: str = "") -> str:
    inner = "".join(f"<w:p>{run(line)}</w:p>" for line in text.split("\n"))
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def test_merged_cells_point_to_their_owner() -> None:
    start, on, wide = '<w:vMerge w:val="restart"/>', "<w:vMerge/>", '<w:gridSpan w:val="2"/>'
    document = read(
        "<w:tbl>"
        f"<w:tr>{cell('序号')}{cell('类别')}{cell('目标', wide)}</w:tr>"
        f"<w:tr>{cell('1')}{cell('产业', start)}{cell('480')}{cell('620')}</w:tr>"
        f"<w:tr>{cell('2')}{cell('', on)}{cell('650')}{cell('800')}</w:tr>"
        f"<w:tr><w:trPr><w:del/></w:trPr>{cell('3')}{cell('', on)}{cell('0')}{cell('0')}</w:tr>"
        "</w:tbl>"
    )
    rows = document.blocks[0].rows
    assert [[(document.slice(one.span), one.covered) for one in row] for row in rows] == [
        [("序号", False), ("类别", False), ("目标", False), ("目标", True)],
        [("1", False), ("产业", False), ("480", False), ("620", False)],
        [("2", False), ("产业", True), ("650", False), ("800", False)],
    ]


def test_names_below_one_another_in_a_cell_stay_apart() -> None:
    names = cell("市数据局\n市工信局")
    table = f"<w:tbl><w:tr>{cell('1')}{names}</w:tr></w:tbl>"
    assert lines(table) == ["1 | 市数据局 市工信局 |"]


def test_a_frame_around_text_is_no_table() -> None:
    framed = cell("专栏1\n建设园区10个。")
    document = read(f"<w:tbl><w:tr>{framed}</w:tr></w:tbl>")
    assert [block.kind for block in document.blocks] == ["paragraph", "paragraph"]


def test_the_strict_form_of_word_is_read() -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    paragraph = word_paragraph("一、目标")
    body = f'<w:document xmlns:w="{strict}"><w:body>{paragraph}</w:body></w:document>'
    data = zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": body})
    assert read_bytes(data, "a.docx").text == "一、目标\n"
