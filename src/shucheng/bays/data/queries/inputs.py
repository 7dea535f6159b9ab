"""The inputs of a product: what each is, which columns it has, where its rows are read, how it may
be delivered; and which products have a thing for an input."""

from collections.abc import Collection
from dataclasses import dataclass

from shucheng.bays.data.engine.grading.derived import Judged, Ways, permitted, strictest
from shucheng.bays.data.engine.making import table_name
from shucheng.bays.data.engine.reading import FileInput, Input, TableInput
from shucheng.bays.data.models.catalogue import Field, Resource, Source
from shucheng.bays.data.models.market import Product
from shucheng.bays.data.queries.book import thing
from shucheng.bays.data.queries.sources import may_be_read
from shucheng.kernel.public import StoredFile


@dataclass(frozen=True, slots=True)
class InputOf:
    """A resource or product that another is made from; `name`: what SQL calls it."""

    thing: str
    name: str
    title: str
    columns: tuple[str, ...]
    grade: str
    modes: tuple[str, ...]
    version: str
    resource: Resource | None = None
    product: Product | None = None

    @property
    def ways(self) -> Ways:
        return Ways(self.grade, self.modes)

    @property
    def simulated(self) -> bool:
        of = self.resource or self.product
        return of is not None and of.simulated

    @property
    def readable(self) -> bool:
        return self.source is not None

    @property
    def source(self) -> Input | None:
        """Where its rows are; None where the platform has none, or may not read them."""
        if self.product:
            return _file(self.product.data)
        return where_rows_are(self.resource) if self.resource else None


def where_rows_are(resource: Resource) -> Input | None:
    """The table or file of a resource; None where the platform has none, or may not read it."""
    source = resource.source
    if source is None or not may_be_read(source):
        return None
    if source.kind == Source.Kind.POSTGRESQL and resource.table:
        return TableInput(source.address, source.username, source.password, resource.table)
    return _file(source.file) if source.kind == Source.Kind.FILE else None


def input_of(said: str) -> InputOf | None:
    """What a code names (`code`, `code@version`); None where there is nothing of that name."""
    wanted = thing(said)
    resource = (
        Resource.objects.select_related("source__file", "holder").filter(code=wanted.code).first()
    )
    if resource:
        names = Field.objects.filter(resource=resource, dropped=False)
        columns = tuple(names.order_by("position").values_list("name", flat=True))
        return InputOf(
            said,
            table_name(resource.code),
            resource.title,
            columns,
            resource.grade,
            mode_codes(resource.modes),
            str(resource.number),
            resource=resource,
        )
    products = Product.objects.select_related("data").filter(code=wanted.code)
    if wanted.version:
        products = products.filter(version=wanted.version)
    product = products.order_by("-id").first()
    if product is None:
        return None
    return InputOf(
        said,
        table_name(product.code),
        product.title,
        tuple(column[0] for column in product.columns),
        product.grade,
        mode_codes(product.modes),
        product.version,
        product=product,
    )


def ways_of(product: Product) -> Ways:
    """What a product may be delivered by, as its inputs are graded now and as it was judged."""
    return permitted(inputs_permit(product), _judged(product))


def inputs_permit(product: Product) -> Ways:
    """What its inputs permit together; nothing where one of them is gone."""
    found = [input_of(code) for code in product.made_from]
    return strictest([each.ways if each else Ways() for each in found])


def made_from(codes: Collection[str]) -> set[int]:
    """The products that are made from these things, directly or through others."""
    rows = [
        (pk, code, {thing(each).code for each in inputs})
        for pk, code, inputs in Product.objects.values_list("pk", "code", "made_from")
    ]
    known, found = set(codes), set[int]()
    while more := [(pk, code) for pk, code, of in rows if pk not in found and of & known]:
        found |= {pk for pk, _code in more}
        known |= {code for _pk, code in more}
    return found


def _judged(product: Product) -> Judged | None:
    said = product.judged
    if not said:
        return None
    over = said["over"]
    return Judged(
        Ways(said["grade"], tuple(said["modes"])), Ways(over["grade"], tuple(over["modes"]))
    )


def mode_codes(said: list[object]) -> tuple[str, ...]:
    """Ways of delivery by code, whether stored as codes or with their conditions beside them."""
    codes = []
    for each in said:
        if isinstance(each, dict):
            codes.append(str(each.get("mode") or each.get("code") or ""))
        elif isinstance(each, list | tuple) and each:
            codes.append(str(each[0]))
        else:
            codes.append(str(each))
    return tuple(code for code in codes if code)


def _file(stored: StoredFile | None) -> FileInput | None:
    if stored is None or stored.kind not in ("csv", "parquet"):
        return None
    return FileInput(stored.in_place(), stored.kind)
