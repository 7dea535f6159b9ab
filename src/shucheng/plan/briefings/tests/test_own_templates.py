"""Templates that people make: filled, checked, and kept from everything else."""

import io
from pathlib import Path

import docx
import pytest

from shucheng.plan.briefings.engine.compose import compose
from shucheng.plan.briefings.engine.own_docx import REQUIRED, check_docx, fill_docx
from shucheng.plan.briefings.engine.own_typst import check_typst
from shucheng.plan.briefings.engine.sample import AS_OF, EDITION, sample_facts
from shucheng.plan.briefings.engine.typesetting import TemplateRefused, set_pdf

FONTS = [Path("/usr/share/fonts")]
DOCUMENT = compose(sample_facts(), EDITION)
_TOLD = " ".join(f"{{{{ {name} }}}}" for name in REQUIRED)


def word(*lines: str) -> bytes:
    made = docx.Document()
    for line in lines:
        made.add_paragraph(line)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def text_of(package: bytes) -> str:
    return "\n".join(each.text for each in docx.Document(io.BytesIO(package)).paragraphs)


def test_an_own_word_template_is_filled_with_words_lists_and_pictures() -> None:
    template = word(
        _TOLD,
        "{{ number }}｜{{ summary }}",
        "{%p for section in sections %}",
        "{{ section.heading }}",
        "{%p endfor %}",
        "{{ indicators[0].name }}={{ indicators[0].value }}",
    )
    assert check_docx(template) == ([], [])
    filled = fill_docx(template, DOCUMENT, [], AS_OF)
    text = text_of(filled)
    assert "〔2026〕第9期｜截至2026年9月" in text
    assert "四、滞后指标" in text
    assert "数字经济核心产业营业收入（亿元）=1890.2" in text
    assert fill_docx(template, DOCUMENT, [], AS_OF) == filled


def test_an_unknown_placeholder_and_a_missing_one_are_named() -> None:
    unknown, missing = check_docx(word("{{ title }} {{ as_of }} {{ the_weather }}"))
    assert unknown == ["the_weather"]
    assert missing == ["simulated_note", "draft_note"]


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ title.__init__.__globals__ }}",
        "{{ sections.append(1) }}",
        "{{ '%s'|format(title.__class__) }}{{ ''['__cla' + 'ss__'].__mro__ }}",
        "{{ self._TemplateReference__context }}",
        "{% for i in range(10**9) %}x{% endfor %}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{% include '/etc/passwd' %}",
    ],
)
def test_a_word_template_cannot_reach_beyond_its_words(attack: str) -> None:
    with pytest.raises(TemplateRefused):
        fill_docx(word(attack), DOCUMENT, [], AS_OF)


def test_a_word_template_that_eats_memory_is_stopped_and_the_process_lives() -> None:
    with pytest.raises(TemplateRefused):
        fill_docx(word("{{ 'a' * 9000000000 }}"), DOCUMENT, [], AS_OF)


def test_a_word_template_that_fetches_from_elsewhere_is_refused() -> None:
    made = docx.Document()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    made.part.relate_to("http://elsewhere.test/x.png", kind, is_external=True)
    out = io.BytesIO()
    made.save(out)
    with pytest.raises(TemplateRefused, match="outside"):
        check_docx(out.getvalue())


def test_a_file_that_is_no_word_file_is_refused() -> None:
    with pytest.raises(TemplateRefused):
        check_docx(b"PK\x03\x04 not really")


TYPST = (
    '#let data = json("data.json")\n#data.title #data.as_of #data.simulated_note #data.draft_note\n'
    "#for b in data.blocks [#b.type]"
)


def test_an_own_typst_template_is_checked_by_setting_it() -> None:
    assert check_typst(TYPST.encode(), DOCUMENT, FONTS) == []
    less = TYPST.replace("#data.draft_note", "")
    assert check_typst(less.encode(), DOCUMENT, FONTS) == ["draft_note"]
    with pytest.raises(TemplateRefused, match="weather"):
        check_typst((TYPST + "#data.weather").encode(), DOCUMENT, FONTS)


@pytest.mark.parametrize(
    "attack",
    [
        '#read("/etc/passwd")',
        '#read("../context.json")',
        '#read("../../../../../../etc/passwd")',
        '#image("/../../etc/hostname")',
        '#include "/etc/passwd"',
    ],
)
def test_a_typst_template_reads_no_other_file(attack: str) -> None:
    with pytest.raises(TemplateRefused):
        set_pdf(DOCUMENT, FONTS, 0, TYPST + attack)


def test_a_typst_template_gets_no_package_and_no_network() -> None:
    for package in ('#import "@preview/cetz:0.3.4"', '#import "@pre" + "view/cetz:0.3.4"'):
        with pytest.raises(TemplateRefused):
            set_pdf(DOCUMENT, FONTS, 0, TYPST + package)


def test_a_typst_template_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shucheng.plan.briefings.engine.typesetting._SECONDS", 3)
    endless = "#let n = 0\n#for i in range(2000000000) { n += 1 }"
    with pytest.raises(TemplateRefused):
        set_pdf(DOCUMENT, FONTS, 0, TYPST + endless)
