"""Templates that people make: filled, checked, and kept from everything else."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import docx
import pytest
from jinja2.exceptions import SecurityError, TemplateError
from PIL import Image

from shucheng.plan.briefings.engine.compose import compose
from shucheng.plan.briefings.engine.own_docx import REQUIRED, check_docx, fill_docx
from shucheng.plan.briefings.engine.own_typst import check_typst
from shucheng.plan.briefings.engine.plain_jinja import PlainEnvironment
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


def picture(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "PNG")
    return out.getvalue()


def repacked(package: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The Word file with its document's XML changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == "word/document.xml" else content)
    return out.getvalue()


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


def test_pictures_stand_where_the_template_has_them_in_the_text_and_in_the_header() -> None:
    made = docx.Document()
    made.sections[0].header.paragraphs[0].text = "{{ charts[0] }}"
    for line in (
        f"{_TOLD} {{{{ charts|length }}}} charts",
        "{%p for chart in charts %}",
        "{{ loop.index }} of {{ loop.length }}: {{ chart }}",
        "{%p endfor %}",
    ):
        made.add_paragraph(line)
    out = io.BytesIO()
    made.save(out)
    assert check_docx(out.getvalue()) == ([], [])
    filled = fill_docx(out.getvalue(), DOCUMENT, [picture("red"), picture("blue")], AS_OF)
    opened = docx.Document(io.BytesIO(filled))
    assert len(opened.inline_shapes) == 2
    assert "2 charts" in text_of(filled)
    assert "2 of 2: " in text_of(filled)
    assert "r:embed" in opened.sections[0].header._element.xml
    assert fill_docx(out.getvalue(), DOCUMENT, [picture("red"), picture("blue")], AS_OF) == filled


def test_what_somebody_wrote_puts_no_picture_anywhere() -> None:
    marked = replace(EDITION, next_steps="见图\ue0000\ue001。")
    filled = fill_docx(
        word("{{ next_steps }}"), compose(sample_facts(), marked), [picture("red")], AS_OF
    )
    assert text_of(filled) == "见图0。"


ATTACKS = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ title.__init__.__globals__ }}",
    "{{ sections.append(1) }}",
    "{{ '%s'|format(title.__class__) }}{{ ''['__cla' + 'ss__'].__mro__ }}",
    "{{ self._TemplateReference__context }}",
    "{% for i in range(10**9) %}x{% endfor %}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{% include '/etc/passwd' %}",
    "{% import '/etc/passwd' as x %}",
    "{{ charts[0].tpl.replace_zipname('docProps/core.xml', 'SECRET') }}",
    "{{ charts[0].tpl.docx.save('OUTSIDE') }}",
    "{{ charts[0]['tpl'].docx.save('OUTSIDE') }}",
    "{{ (charts|first).tpl.get_docx().save('OUTSIDE') }}",
    "{{ (charts[0]|attr('tpl')).docx.save('OUTSIDE') }}",
    "{{ charts|map(attribute='tpl.docx')|list }}",
    "{% for c in charts %}{{ c.tpl.write_xml('OUTSIDE') }}{% endfor %}",
    "{{ title.upper() }}",
    "{{ '{0.__class__}'.format(title) }}",
    "{{ sections[0].items() }}",
    "{{ sections|map('attr', 'append')|list }}",
    "{% macro m() %}x{% endmacro %}{{ m() }}",
    "{% macro m() %}x{% endmacro %}{{ m.name }}",
    "{% for s in sections recursive %}{{ loop(s.paragraphs) }}{% endfor %}",
    "{% for s in sections %}{{ loop.cycle(1, 2) }}{{ loop._iterator }}{% endfor %}",
    "{{ lipsum() }}",
    "{{ namespace(a=1) }}",
    "{{ '\ue00099999\ue001' }}",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_word_template_cannot_reach_beyond_its_words(attack: str, tmp_path: Path) -> None:
    outside, secret = tmp_path / "outside.docx", tmp_path / "secret.txt"
    secret.write_text("of the server")
    attack = attack.replace("OUTSIDE", str(outside)).replace("SECRET", str(secret))
    with pytest.raises(TemplateRefused):
        fill_docx(word(attack), DOCUMENT, [picture("red")], AS_OF)
    assert not outside.exists()


@dataclass
class Thing:
    """An object that must be of no use to a template, should one be handed over some day."""

    name: str = "a"

    def change(self) -> str:
        self.name = "b"
        return self.name


@pytest.mark.parametrize(
    "attack",
    [
        *(
            "{{ thing.name }}",
            "{{ thing['name'] }}",
            "{{ thing.change() }}",
            "{{ things[0].name }}",
        ),
        *("{{ call() }}", "{{ things|join(attribute='name') }}", "{{ thing|attr('name') }}"),
        *("{% if thing is sameas thing %}1{% endif %}", "{{ things|map('string')|first }}"),
    ],
)
def test_an_object_that_is_no_plain_data_is_of_no_use(attack: str) -> None:
    thing = Thing()
    context: dict[str, Any] = {"thing": thing, "things": [thing], "call": thing.change}
    with pytest.raises((SecurityError, TemplateError)):
        PlainEnvironment().from_string(attack).render(context)
    assert thing.name == "a"


def test_a_word_file_with_entities_or_that_unpacks_without_end_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    evil = repacked(word(_TOLD), lambda xml: xml.replace(b"<w:document", entity + b"<w:document"))
    for data in (evil, repacked(word(_TOLD), lambda xml: (entity.decode()).encode("utf-16"))):
        with pytest.raises(TemplateRefused, match="document type"):
            check_docx(data)
        with pytest.raises(TemplateRefused, match="document type"):
            fill_docx(data, DOCUMENT, [], AS_OF)
    monkeypatch.setattr("shucheng.plan.briefings.engine.own_docx._LARGEST_UNPACKED", 1000)
    with pytest.raises(TemplateRefused, match="unpacks"):
        check_docx(word(_TOLD))


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
        '#read("/proc/self/environ")',
        '#plugin("/etc/passwd")',
        "#image(bytes(\"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><image "
        "width='9' height='9' href='/etc/hostname'/></svg>\"))",
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
