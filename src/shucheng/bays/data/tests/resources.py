"""Resources with fields, by holder, for tests of rooms that need some in the catalogue."""

from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb

from shucheng.bays.data.models.catalogue import Field, Resource, Source
from shucheng.kernel.public import Actor, StoredFile, store_file, system_actor

PEOPLE = ("xingming:姓名", "sfzh:身份证号", "lxdh:联系电话", "nd:年度")
FIRMS = ("qymc:企业名称", "tyshxydm:统一社会信用代码", "nd:年度")


def resource(
    holder: Actor, code: str = "RES-1", *fields: str, title: str = "", **more: Any
) -> Resource:
    """A listed resource; a field is `name` or `name:title`."""
    more.setdefault("state", Resource.State.LISTED)
    made = Resource.objects.create(
        code=code, holder_id=holder.organisation_id, title=title or f"资源{code}", **more
    )
    add_fields(made, *(fields or FIRMS))
    return made


def add_fields(to: Resource, *fields: str) -> None:
    at = Field.objects.filter(resource=to).count()
    for position, said in enumerate(fields, at):
        name, _, title = said.partition(":")
        Field.objects.create(resource=to, position=position, name=name, title=title, type="text")


def with_file(to: Resource, sql: str, folder: Path, kind: str = "parquet") -> StoredFile:
    """Give a resource the rows of a DuckDB statement as a stored file."""
    path = folder / f"{to.code}.{kind}"
    with duckdb.connect() as connection:
        options = "FORMAT parquet" if kind == "parquet" else "FORMAT csv, HEADER"
        connection.execute(f"COPY ({sql}) TO '{path}' ({options})")
    stored = store_file(
        path.name, BytesIO(path.read_bytes()).getvalue(), actor=system_actor("cli"),
        organisation_id=to.holder_id, made_here=True,
    )  # fmt: skip
    source = Source.objects.create(
        name=to.title, kind=Source.Kind.FILE, organisation_id=to.holder_id, file=stored
    )
    to.source = source
    to.save(update_fields=["source"])
    return stored
