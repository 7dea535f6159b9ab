"""What the group robots of three messengers understand: requests, signatures, answers.

Plain functions: no network here. Formats and limits as the vendors publish them:

- WeCom 企业微信, 群机器人配置说明, https://developer.work.weixin.qq.com/document/path/91770:
  markdown of at most 4096 bytes of UTF-8; the key is part of the address; 20 messages a minute.
- DingTalk 钉钉, 自定义机器人接入 and 安全设置,
  https://open.dingtalk.com/document/orgapp/custom-robot-access and
  https://open.dingtalk.com/document/robots/customize-robot-security-settings: timestamp in
  milliseconds and signature in the address; 20 messages a minute, then silence for ten minutes.
- Feishu 飞书, 自定义机器人使用指南,
  https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: timestamp in seconds and
  signature in the body, the text to sign being the key; bodies of at most 20 kB.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

# The least of what the three take, kept for all.
MESSAGES_A_MINUTE = 20
BYTES = 4096
_SUBJECT_BYTES = 240

# A text comes from people: what would be markup in it is shown by a sign that looks like it.
_MARKUP = str.maketrans("<>[]()`*_#~|\\", "＜＞［］（）ˋ＊＿＃～｜＼")


class Vendor(StrEnum):
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"


@dataclass(frozen=True, slots=True)
class Message:
    """`link` is a full address, `link_text` the words that are clicked."""

    subject: str
    text: str
    link: str = ""
    link_text: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What is posted, as JSON in UTF-8."""

    address: str
    body: bytes


def request_of(
    vendor: Vendor, address: str, secret: str, message: Message, at: datetime
) -> Request:
    """The request that makes a robot say a message; signed where there is a secret.

    `at` is the moment of sending with its zone: a signature is taken for one hour.
    """
    if vendor is Vendor.WECOM:
        content = {"content": _markdown(message, BYTES)}
        return Request(address, _json({"msgtype": "markdown", "markdown": content}))
    if vendor is Vendor.DINGTALK:
        content = {"title": cut(plain(message.subject), 60), "text": _markdown(message, BYTES)}
        if secret:
            milliseconds = round(at.timestamp() * 1000)
            signed = {"timestamp": milliseconds, "sign": dingtalk_signature(secret, milliseconds)}
            address = _with_query(address, signed)
        return Request(address, _json({"msgtype": "markdown", "markdown": content}))
    facts: dict[str, Any] = {"msg_type": "post", "content": {"post": {"zh_cn": _post(message)}}}
    if secret:
        seconds = int(at.timestamp())
        facts = {"timestamp": str(seconds), "sign": feishu_signature(secret, seconds), **facts}
    return Request(address, _json(facts))


def dingtalk_signature(secret: str, milliseconds: int) -> str:
    """HMAC-SHA256 of "timestamp\\nsecret" under the secret, in Base64."""
    text = f"{milliseconds}\n{secret}".encode()
    return base64.b64encode(hmac.digest(secret.encode(), text, hashlib.sha256)).decode()


def feishu_signature(secret: str, seconds: int) -> str:
    """HMAC-SHA256 of nothing under "timestamp\\nsecret", in Base64."""
    key = f"{seconds}\n{secret}".encode()
    return base64.b64encode(hmac.digest(key, b"", hashlib.sha256)).decode()


def refusal(vendor: Vendor, status: int, body: bytes) -> str:
    """Why the vendor did not take it, with its code; empty where it did.

    All three answer 200 to what they refuse: the code is in the body.
    """
    if status != 200:
        return f"HTTP {status}"
    try:
        answer = json.loads(body)
    except ValueError:
        return "HTTP 200, not JSON"
    name, words = ("code", "msg") if vendor is Vendor.FEISHU else ("errcode", "errmsg")
    code = answer.get(name, answer.get("StatusCode")) if isinstance(answer, dict) else None
    if code == 0:
        return ""
    return cut(f"{name} {code}: {answer.get(words, '')}" if code is not None else "no code", 240)


def plain(text: str) -> str:
    """Text without markup of its own, on one line."""
    return " ".join(text.translate(_MARKUP).split())


def cut(text: str, size: int) -> str:
    """At most `size` bytes of UTF-8, whole signs, with an ellipsis where something is missing."""
    data = text.encode("utf-8", "replace")
    if len(data) <= size:
        return text
    return data[: size - len("…".encode())].decode("utf-8", "ignore") + "…"


def _markdown(message: Message, size: int) -> str:
    head = f"**{cut(plain(message.subject), _SUBJECT_BYTES)}**"
    foot = f"[{plain(message.link_text)}]({_in_link(message.link)})" if message.link else ""
    lines = [plain(line) for line in message.text.splitlines()]
    room = size - len(f"{head}\n\n\n\n{foot}".encode())
    # An empty line between paragraphs: a single one does not break in DingTalk.
    text = cut("\n\n".join(filter(None, lines)), room)
    return "\n\n".join(filter(None, (head, text, foot)))


def _post(message: Message) -> dict[str, Any]:
    """Rich text of Feishu: text elements are shown as they are, so that nothing is escaped."""
    text = cut(message.text, BYTES - len(message.link.encode()) - _SUBJECT_BYTES)
    lines: list[list[dict[str, str]]] = [
        [{"tag": "text", "text": line}] for line in text.splitlines() if line.strip()
    ]
    if message.link:
        lines.append([{"tag": "a", "text": message.link_text, "href": message.link}])
    return {"title": cut(" ".join(message.subject.split()), _SUBJECT_BYTES), "content": lines}


def _in_link(link: str) -> str:
    return link.replace("(", "%28").replace(")", "%29").replace(" ", "%20")


def _with_query(address: str, more: dict[str, Any]) -> str:
    parts = urlsplit(address)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *more.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
