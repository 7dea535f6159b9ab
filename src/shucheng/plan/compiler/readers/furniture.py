"""What stands on a page and is not the plan: page numbers, print marks, tables of contents."""

import re
from collections.abc import Iterable

_LONGEST_MARK = 100

_PAGE_NUMBER = re.compile(
    r"[\s\-—–－─_·.~*]*(?:第\s*)?\d{1,4}\s*(?:页)?(?:\s*[/／,，]?\s*(?:共\s*)?\d{1,4}\s*页?)?[\s\-—–－─_·.~*]*"
)
_CONTENTS_LINE = re.compile(r".{2,80}?(?:[.．·…‥]\s?){4,}\s*[(（\-—]?\s*\d{1,4}\s*[)）\-—]?")

_BUTTON = (
    r"打印(?:本页|此页|文章|内容)?|关闭(?:窗口|本页|页面)?|返回(?:顶部|首页|上一页|上页)?|分享(?:到|至)?|收藏(?:本页)?"
    r"|字号|字体(?:大小)?|[大中小]|默认|繁體|繁体|简体|无障碍(?:浏览|阅读)?|长者(?:版|模式)|适老化|微信(?:好友)?|微博"
    r"|新浪微博|QQ(?:空间|好友)?|朋友圈|复制(?:链接|网址)?|(?:正文|文件|全文|PDF|Word)?下载|我要纠错|纠错|扫一扫\S{0,20}"
    r"|手机(?:查看|扫码)\S{0,12}|语音播报|RSS(?:订阅)?|首页|网站首页|TOP|A[+-]|登录|注册|相关(?:文章|链接|阅读|解读|附件)"
    r"|(?:政策|文字|图片)?解读|[+\-]"
)
_BUTTONS = re.compile(
    rf"(?:[\s\[\]【】()（）|｜/·:：>＞»，、]*(?:{_BUTTON}))+[\s\[\]【】()（）|｜/·:：>＞»]*"
)
_RECORD = re.compile(
    r"[\[【(（]?\s*(?:发布(?:日期|时间|机构|单位)|发文日期|更新时间|来源|信息来源|文章来源|稿件来源|作者|编辑|责任编辑|责编|审核"
    r"|浏览(?:次数|量)?|点击(?:数|量|率|次数)?|阅读(?:次数|量)?|访问(?:量|次数)|打印(?:日期|时间)|您?(?:当前|现在)的?(?:所在)?位置"
    r"|您所在的位置|索\s*引\s*号|主题分类|公开方式|有效性|信息分类|主题词)\s*[:：]"
)
_TRAIL = re.compile(r"(?:网站)?首页\s*[>＞»/\-]")
_NEIGHBOUR = re.compile(r"[上下]一[篇条页]\s*(?:[:：]|\Z)")
_OWNER = re.compile(
    r"(?:版权所有|\S{0,12}ICP备|\S{0,6}公网安备|网站标识码|网站地图|技术支持\s*[:：]|建议使用\S{0,20}浏览|联系我们|Copyright)",
    re.I,
)
_WEEKDAY = re.compile(r"(?:今天是)?\s*\d{4}年\d{1,2}月\d{1,2}日\s*星期[一二三四五六日天].{0,12}")
_PRINTED = re.compile(
    r"(?:打印|下载)?(?:日期|时间)?\s*[:：]?\s*\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?\s+\d{1,2}:\d{2}.{0,40}"
)
_RECORD_CELL = re.compile(
    r"索\s*引\s*号|主题分类|发布机构|公开(?:方式|时限|范围)|发文字号|成文日期|有\s*效\s*性"
)


def is_page_number(line: str) -> bool:
    """`— 3 —`, `-3-`, `3`, `第3页 共12页`, `3/12`."""
    return len(line) < 24 and _PAGE_NUMBER.fullmatch(line) is not None


def is_contents_line(line: str) -> bool:
    """A line of a table of contents: a title, dots and a page number."""
    return len(line) < 160 and _CONTENTS_LINE.fullmatch(line) is not None


def is_page_mark(line: str) -> bool:
    """A line that a web page adds to the article: buttons, print dates, where one is."""
    if len(line) > _LONGEST_MARK:
        return False
    if _BUTTONS.fullmatch(line) or _WEEKDAY.fullmatch(line) or _PRINTED.fullmatch(line):
        return True
    return any(mark.match(line) for mark in (_RECORD, _TRAIL, _NEIGHBOUR, _OWNER))


def is_page_record(cells: Iterable[str]) -> bool:
    """A table that files the document (索引号, 主题分类, 发布机构) instead of saying anything."""
    return sum(bool(_RECORD_CELL.search(cell)) for cell in cells if len(cell) < 40) >= 2
