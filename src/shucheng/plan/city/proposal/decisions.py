"""`DECIDE.md` of a new pack: every guess that a person must confirm, as a list to tick off."""

from collections.abc import Sequence

from shucheng.plan.city.model import Area, Organisation
from shucheng.plan.city.proposal.metrics import Proposals
from shucheng.plan.city.proposal.place import ProposedPlace
from shucheng.plan.city.resolving import Reason, Unresolved

_REASONS: dict[Reason, str] = {
    "no-binding": "没有指标回答它",
    "ambiguous": "有几个指标都像是回答它,请改得能分清",
    "not-in-plan": "计划里没有找到它回答的话",
}


def decide_text(
    place: ProposedPlace, proposals: Proposals, unresolved: Sequence[Unresolved]
) -> str:
    """The file as Markdown, in Chinese: the people who decide read Chinese."""
    parts = [
        f"# {place.name}:还要由人决定的事",
        "逐项定下后在所列文件里改好,删去这里的一行;全部删完就可以删去这个文件。",
        _list("城市和区域", _about_areas(place.has_code, place.areas)),
        _list("单位", _about_organisations(place.organisations)),
        _list("数据项和指标", _about_metrics(proposals)),
        _list("没有对上的", [_about(each) for each in unresolved]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _list(title: str, items: Sequence[str]) -> str:
    lines = "\n".join(f"- [ ] {item}" for item in items)
    return f"## {title}\n\n{lines}" if items else ""


def _about_areas(has_code: bool, areas: Sequence[Area]) -> list[str]:
    items = ["`city.toml`:英文名、平台名称、计划的起止年份、管理单位 `office` 对不对?"]
    if has_code:
        items.append("`city.toml`:对外展示地图须填审图号 `map_approval`。")
    else:
        items.append(
            "`areas.toml`:标题和发文单位里没有找到有 GB/T 2260 代码的地方,所以只有本级一个区域,"
            "没有地图。有代码时重新生成并给出代码,或自己补上各县(市、区)。"
        )
    zones = [area.name for area in areas if area.kind == "functional_zone"]
    if zones:
        items.append(f"`areas.toml`:功能区({'、'.join(zones)})的数是否已含在所在县(区)里?")
    return items


def _about_organisations(organisations: Sequence[Organisation]) -> list[str]:
    items = ["`organisations.toml`:全称、别名和上级 `parent` 逐个核对;类别是按名称推定的。"]
    items += [
        f"`organisations.toml` `{each.code}` {each.name}:类别没能推定,现写 other。"
        for each in organisations
        if each.kind == "other"
    ]
    return items


def _about_metrics(proposals: Proposals) -> list[str]:
    items = [
        f"`metrics.toml`:{len(proposals.metrics)} 个数据项的口径、报送频率、报送单位都是推定的,"
        "逐个确认后删去 `unconfirmed = true`。正文目标的牵头单位暂取责任单位的第一个。"
    ]
    asked: dict[tuple[str, str], list[str]] = {}
    for each in proposals.decisions:
        entries = asked.setdefault((each.question, each.file), [])
        entries.append(f"  - [ ] `{each.entry}` {each.name}")
    for (question, file), entries in asked.items():
        items.append("\n".join((f"`{file}`:{question}", *entries)))
    return items


def _about(each: Unresolved) -> str:
    among = f"({'、'.join(each.candidates)})" if each.candidates else ""
    return f"`bindings.toml` {each.ref} {each.text}:{_REASONS[each.reason]}{among}。"
