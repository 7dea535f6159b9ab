"""Entries of a catalogue for tests: one that is whole, and a strategy for any."""

import string
from datetime import date

from hypothesis import strategies as st

from shucheng.bays.data.engine.catalogue.model import Distribution, Field, Holder, Resource, words

WHOLE = Resource(
    code="320900-fgw/0001",
    title="企业信用信息",
    description="法人和其他组织的公共信用信息，供有关部门和社会查询。",
    holder=Holder("320900-fgw", "盐城市发展和改革委员会"),
    themes=("信用服务",),
    keywords=("信用", "企业"),
    legal_basis="《江苏省社会信用条例》",
    fields=(
        Field("tyshxydm", "统一社会信用代码", "string", "18 位", nullable=False, key=True),
        Field("qymc", "企业名称", "string"),
        Field("score", "信用分", "integer", "0 至 1000"),
    ),
    frequency="MONTHLY",
    region="320900",
    starts=date(2020, 1, 1),
    ends=date(2025, 12, 31),
    sharing="unconditional",
    opening="conditional",
    opening_terms="签订协议，限信用评价用途。",
    licence="https://data.example/licence",
    version="1.2",
    derived_from=("320900-scjg/0007",),
    distributions=(
        Distribution("api", "https://data.example/api/credit", "查询接口"),
        Distribution("csv", "https://data.example/files/credit.csv"),
    ),
    conforms_to=("GB/T 39441",),
    grade="general_2",
)

# What a person can type; the characters that no XML can hold are not among them.
texts = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"
    ),
    max_size=30,
)
filled = texts.filter(lambda each: bool(each.strip()))
codes = st.text(string.ascii_letters + string.digits, min_size=1, max_size=12)
days = st.dates(date(1990, 1, 1), date(2035, 1, 1))


def tuples(of: st.SearchStrategy, most: int = 3) -> st.SearchStrategy:
    """In no order, each once: RDF keeps neither."""
    return st.lists(of, max_size=most, unique=True).map(lambda many: tuple(sorted(many)))


fields = st.builds(
    Field,
    name=filled,
    title=texts,
    type=st.sampled_from(sorted(words().types)),
    comment=texts,
    nullable=st.booleans(),
    key=st.booleans(),
)
distributions = st.builds(
    Distribution,
    format=st.sampled_from(["api", "csv", "xlsx", "pdf"]),
    url=st.sampled_from(["", "https://data.example/a", "https://data.example/b?c=1&d=2"]),
    title=texts,
)
resources = st.builds(
    Resource,
    code=codes,
    title=filled,
    description=texts,
    holder=st.builds(Holder, codes, filled),
    themes=tuples(filled),
    keywords=tuples(filled),
    legal_basis=texts,
    fields=st.lists(fields, max_size=4, unique_by=lambda each: each.name).map(tuple),
    frequency=st.sampled_from(sorted(words().frequencies)),
    region=st.sampled_from(["", "320900", "320902"]),
    starts=st.none() | days,
    ends=st.none() | days,
    sharing=st.sampled_from(sorted(words().sharing)),
    sharing_terms=texts,
    opening=st.sampled_from(sorted(words().opening)),
    opening_terms=texts,
    licence=st.sampled_from(["", "https://data.example/licence"]),
    version=texts,
    derived_from=tuples(codes),
    distributions=st.lists(distributions, max_size=3).map(tuple),
    conforms_to=tuples(filled),
    grade=st.sampled_from(["", "general_1", "general_3", "core"]),
)
