"""Saved web pages: the article is read, the site around it is not."""

from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from shucheng.plan.compiler.document import Document
from shucheng.plan.compiler.readers.read import read_bytes

TEXT = [
    "为深入实施数字强市战略，结合我市实际，制定本行动计划，请认真组织实施。",
    "一、总体目标",
    "到2027年，数字经济核心产业增加值突破900亿元，规模以上数字企业达到1500家。",
]
ARTICLE = f"<p>　　{TEXT[0]}</p><p>&nbsp;<b>{TEXT[1]}</b></p><p>{TEXT[2]}</p>"
ARTICLE = ARTICLE.replace("900", "<span>900</span>")


def read(body: str, head: str = "") -> Document:
    page = f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"
    return read_bytes(page.encode(), "page.html")


def lines(body: str, head: str = "") -> list[str]:
    return read(body, head).text.splitlines()


@pytest.mark.parametrize(
    "chrome",
    [
        "<ul class='nav'><li><a>首页</a></li><li><a>政务公开</a></li></ul>",
        "<div class='bdsharebuttonbox'>分享到：微信，微博，空间。</div>",
        "<p>您当前的位置：首页 &gt; 政策文件 &gt; 正文</p>",
        "<p>发布日期：2025-09-10 16:30 来源：市政府办公室 浏览次数：33 字号：[大 中 小]</p>",
        "<p>【打印本页】 【关闭窗口】</p>",
        "<p>打印时间：2025-11-02 10:33:01</p>",
        "<p>2025年11月2日 星期日</p>",
        "<p>上一篇：关于印发某方案的通知</p>",
        "<div class='footer'><p>主办单位：市人民政府办公室，地址：世纪大道1号。</p></div>",
        "<p>版权所有：某市人民政府</p>",
        "<script>document.write('到2030年，达到1亿元。')</script>",
        "<div style='display: none'>到2030年，达到1亿元。</div>",
        "<table><tr><td>索 引 号</td><td>0143</td></tr>"
        "<tr><td>发布机构</td><td>市政府</td></tr></table>",
        f"<div>{'<a href=x>某市发布新的数字经济政策，欢迎查看。</a>' * 6}</div>",
    ],
)
@pytest.mark.parametrize("before", [True, False], ids=["above", "below"])
def test_what_belongs_to_the_site_is_left_out(chrome: str, before: bool) -> None:
    inside = chrome + ARTICLE if before else ARTICLE + chrome
    assert lines(f"<div class='content'>{inside}</div>") == TEXT
    around = f"{chrome}<div>{ARTICLE}</div>" if before else f"<div>{ARTICLE}</div>{chrome}"
    assert lines(f"<div class='main'>{around}</div>") == TEXT


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("<h1>关于印发数字经济行动计划的通知</h1>", ""),
        ("", "<meta name='ArticleTitle' content='关于印发数字经济行动计划的通知'>"),
        ("", "<title>关于印发数字经济行动计划的通知_某市人民政府</title>"),
    ],
)
def test_a_title_outside_the_article_comes_first(body: str, head: str) -> None:
    document = read(f"<div><div>{body}</div><div>{ARTICLE}</div></div>", head)
    assert document.text.splitlines() == ["关于印发数字经济行动计划的通知", *TEXT]
    assert document.blocks[0].kind == "heading"


def test_a_page_laid_out_with_tables_is_read() -> None:
    menu = "".join(f"<td><a href=x>栏目{at}</a></td>" for at in range(9))
    page = f"<table><tr>{menu}</tr></table><table><tr><td>左栏</td><td>{ARTICLE}</td></tr></table>"
    assert lines(page) == TEXT


def test_line_breaks_part_paragraphs_but_not_sentences() -> None:
    assert lines(f"<div>{ARTICLE}一、目标<br>到2027年，<br>达到900亿元。<br>\n二、任务</div>")[
        3:
    ] == [
        "一、目标",
        "到2027年，达到900亿元。",
        "二、任务",
    ]


def test_numbered_lists_show_their_numbers() -> None:
    items = "<ol start='2'><li>做强产业，提质增效。</li><li>做优环境，改善服务。</li></ol>"
    assert lines(f"<div>{ARTICLE}{items}</div>")[3:] == [
        "2.做强产业，提质增效。",
        "3.做优环境，改善服务。",
    ]


def test_merged_cells_point_to_their_owner() -> None:
    table = (
        "<table><tr><th>序号</th><th>类别</th><th colspan='2'>目标</th></tr>"
        "<tr><td>1</td><td rowspan='2'>产业</td><td>480</td><td>620</td></tr>"
        "<tr><td>2</td><td>650</td><td>800</td></tr></table>"
    )
    document = read(f"<div>{ARTICLE}{table}</div>")
    rows = document.blocks[-1].rows
    assert [[(document.slice(cell.span), cell.covered) for cell in row] for row in rows] == [
        [("序号", False), ("类别", False), ("目标", False), ("目标", True)],
        [("1", False), ("产业", False), ("480", False), ("620", False)],
        [("2", False), ("产业", True), ("650", False), ("800", False)],
    ]
    assert document.text.splitlines()[-1] == "2 | 650 | 800 |"


@pytest.mark.parametrize("declared", ["gb2312", "gbk", "GB18030"])
def test_older_pages_are_decoded_by_what_they_declare(declared: str) -> None:
    page = f"<html><head><meta charset={declared}></head><body><div>{ARTICLE}</div></body></html>"
    assert read_bytes(page.encode("gb18030"), "x.htm").text.splitlines() == TEXT


def test_a_page_is_known_by_its_content() -> None:
    page = f"<!-- saved from url=(0020)http://a.cn -->\n<html><body>{ARTICLE}</body></html>"
    assert read_bytes(page.encode(), "plan.txt").format == "html"


@pytest.mark.parametrize("encoding", ["utf-8", "gb2312"])
def test_a_page_saved_as_a_single_file(encoding: str) -> None:
    letter = MIMEMultipart("related")
    letter["From"] = "<Saved by a browser>"
    page = f"<html><body><div class='content'>{ARTICLE}</div></body></html>"
    letter.attach(MIMEText(page, "html", encoding))
    letter.attach(MIMEText("p {color: red}", "css"))
    document = read_bytes(letter.as_bytes(), "plan.mhtml")
    assert document.text.splitlines() == TEXT
