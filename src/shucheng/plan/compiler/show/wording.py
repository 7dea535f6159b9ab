"""How the named values of a finding are said, in English and in Chinese.

Values stay plain data (JSON): a number, a phrase, a list, a figure
(`{"comparator": ">", "value": 3000.0, "unit": "亿元"}`), a place
(`{"place": "work", "at": "6"}`), a wording and its places (`{"said": "家", "in": [...]}`)
or a date (`{"date": "2025-09-09"}`); each language puts them into words here.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from shucheng.plan.compiler.language.numerals import print_number

Language = Literal["en", "zh"]

_FIGURES_ZH = {
    ">": "超{}",
    ">=": "{}以上",
    "=": "{}",
    "~": "{}左右",
    "<=": "{}以下",
    "<": "低于{}",
}
_FIGURES_EN = {
    ">": "over {}",
    ">=": "at least {}",
    "=": "{}",
    "~": "about {}",
    "<=": "at most {}",
    "<": "below {}",
}
_PLACES_ZH = {"text": "正文{}", "annex": "附件指标{}", "work": "工作要点{}", "task": "任务{}"}
_PLACES_EN = {
    "text": "text {}",
    "annex": "indicator {}",
    "work": "work point {}",
    "task": "task {}",
}


def say(value: Any, language: Language) -> str:
    """One value in words."""
    if value is None:
        return "—"
    if isinstance(value, int | float):
        return print_number(value)
    if isinstance(value, Mapping):
        return _compound(value, language)
    if isinstance(value, list | tuple):
        return ("、" if language == "zh" else ", ").join(say(part, language) for part in value)
    return str(value)


def fill(template: str, values: Mapping[str, Any], language: Language) -> str:
    """A template with its named values in words."""
    return template.format_map(_Spoken(values, lambda value: say(value, language)))


class _Spoken(dict[str, str]):
    """Named values, put into words when a template asks for them."""

    def __init__(self, values: Mapping[str, Any], speak: Callable[[Any], str]) -> None:
        super().__init__({name: speak(value) for name, value in values.items() if name != "items"})


def _compound(value: Mapping[str, Any], language: Language) -> str:
    if "comparator" in value:
        return _figure(value, language)
    if "date" in value:
        year, month, day = str(value["date"]).split("-")
        return f"{year}年{int(month)}月{int(day)}日" if language == "zh" else str(value["date"])
    if "said" in value:
        places = say(value["in"], language)
        return f"{value['said']}（{places}）" if language == "zh" else f"{value['said']} ({places})"
    return _place(value, language)


def _figure(figure: Mapping[str, Any], language: Language) -> str:
    amount = print_number(figure["value"])
    if figure.get("max") is not None:
        amount += f"–{print_number(figure['max'])}"
    unit = str(figure["unit"])
    gap = "" if language == "zh" or unit in {"", "%", "‰"} else " "
    frames = _FIGURES_ZH if language == "zh" else _FIGURES_EN
    said = frames[figure["comparator"]].format(f"{amount}{gap}{unit}")
    if figure.get("change"):
        said = f"幅度{said}" if language == "zh" else f"a change of {said}"
    if "year" not in figure:
        return said
    return f"{figure['year']}年{said}" if language == "zh" else f"{said} in {figure['year']}"


def _place(place: Mapping[str, Any], language: Language) -> str:
    frames = _PLACES_ZH if language == "zh" else _PLACES_EN
    return frames[place["place"]].format(place["at"]).strip()
