"""What an index is made of, as read from YAML: a tree of dimensions and indicators, and for each
step the method chosen. Steps and their order: OECD/JRC, Handbook on Constructing Composite
Indicators (2008), part 1.

A definition holds no number of any area, and the engine no name of any index: an index is data.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError
from pydantic import model_validator as checked

from .errors import IndexRefused

NormalisationMethod = Literal["min_max", "z_score", "rank", "target"]
WeightingMethod = Literal["equal", "given", "ahp", "entropy", "critic", "pca"]
AggregationMethod = Literal["arithmetic", "geometric"]


class Part(BaseModel):
    """What is said and not used would be a step silently skipped: it is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Name(Part):
    zh: str
    en: str


class Source(Part):
    """Where an indicator's value comes from: a metric of the spine, or an item of a questionnaire;
    `per` another metric, `times` a factor for the unit."""

    metric: str = ""
    item: str = ""
    per: str = ""
    times: float = 1.0

    @checked(mode="after")
    def _one(self) -> Self:
        if bool(self.metric) == bool(self.item):
            raise ValueError("a source is either a metric or an item")
        return self


class Missing(Part):
    """What is done without a value, and the share of areas (0..1) for which it may be done.
    `worst` is the least favourable value that another area has."""

    rule: Literal["refuse", "mean", "median", "worst", "value"] = "refuse"
    value: float | None = None
    at_most: float = Field(default=0.2, gt=0, le=1)

    @checked(mode="after")
    def _complete(self) -> Self:
        if (self.rule == "value") != (self.value is not None):
            raise ValueError("`value` is given for the rule `value`, and only there")
        return self


class Normalisation(Part):
    """How values become comparable. `min_max`: over the areas' range, or over fixed `bounds` (in
    the indicator's unit, before a logarithm); `target`: value to target, or target to value where
    less is better; `capped`: beyond bound or target counts as the bound. `z_score` has its own
    `mean` and `sd`, by default the middle of the scale and a sixth of it."""

    method: NormalisationMethod = "min_max"
    bounds: tuple[float, float] | None = None
    target: float | None = None
    capped: bool = False
    mean: float | None = None
    sd: float | None = Field(default=None, gt=0)

    @checked(mode="after")
    def _fits(self) -> Self:
        if self.bounds and (self.method != "min_max" or self.bounds[0] >= self.bounds[1]):
            raise ValueError("`bounds` are for min_max, the lower one first")
        if self.target is not None and self.method != "target":
            raise ValueError("`target` is for the method target")
        if self.capped and not self.bounds and self.method != "target":
            raise ValueError("`capped` needs bounds or a target")
        if (self.mean is not None or self.sd is not None) and self.method != "z_score":
            raise ValueError("`mean` and `sd` are for z_score")
        return self


class Indicator(Part):
    code: str
    name: Name
    unit: str
    direction: Literal["up", "down"]
    source: Source
    missing: Missing = Missing()
    # Share of the areas in each tail whose values are drawn in to that quantile; done before `log`.
    winsorise: float | None = Field(default=None, gt=0, lt=0.5)
    log: bool = False
    normalisation: Normalisation | None = None
    confirmed: bool = True
    note: str = ""


class Weights(Part):
    """How the parts of a node are weighted. `given`: numbers by code that add up to 1; `ahp`:
    pairwise comparisons in the order of the parts; the others follow from the data."""

    method: WeightingMethod = "equal"
    given: dict[str, Annotated[float, Field(gt=0)]] = {}
    matrix: tuple[tuple[float | str, ...], ...] = ()
    confirmed: bool = True
    note: str = ""

    @checked(mode="after")
    def _used(self) -> Self:
        if self.given and self.method != "given":
            raise ValueError("`given` is for the method given")
        if self.matrix and self.method != "ahp":
            raise ValueError("`matrix` is for the method ahp")
        return self

    @property
    def comparisons(self) -> list[list[float]]:
        return [[float(Fraction(str(cell))) for cell in row] for row in self.matrix]


def _kind(part: Any) -> str:
    return "node" if isinstance(part, Node | dict) and "children" in dict(part) else "indicator"


class Node(Part):
    """A dimension, or the index itself. `penalty` takes off what a compensating mean hides:
    Mazziotta and Pareto (2016), standard deviation times coefficient of variation of the parts.
    (With it, an area that gains in its strongest part alone can lose: that is its purpose.)"""

    code: str
    name: Name
    children: tuple[
        Annotated[
            Annotated["Node", Tag("node")] | Annotated[Indicator, Tag("indicator")],
            Discriminator(_kind),
        ],
        ...,
    ] = Field(min_length=1)
    weights: Weights = Weights()
    aggregation: AggregationMethod = "arithmetic"
    penalty: Literal["mazziotta_pareto"] | None = None

    @checked(mode="after")
    def _fits(self) -> Self:
        codes = [child.code for child in self.children]
        if self.weights.method == "given" and set(self.weights.given) != set(codes):
            raise ValueError(f"{self.code}: given weights must name exactly {', '.join(codes)}")
        if self.weights.method == "ahp":
            try:
                rows = self.weights.comparisons
            except (ValueError, ZeroDivisionError):
                raise ValueError(
                    f"{self.code}: a comparison is a number such as 3 or 1/3"
                ) from None
            if len(rows) != len(codes) or any(len(row) != len(codes) for row in rows):
                raise ValueError(f"{self.code}: the matrix needs {len(codes)} rows and columns")
            if any(cell <= 0 for row in rows for cell in row):
                raise ValueError(f"{self.code}: comparisons are positive")
        if self.penalty and self.aggregation != "arithmetic":
            raise ValueError(f"{self.code}: the penalty belongs to an arithmetic mean")
        return self

    def nodes(self) -> "Iterator[Node]":
        """This node and those under it, parents first."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.nodes()

    def indicators(self) -> Iterator[Indicator]:
        for child in self.children:
            if isinstance(child, Node):
                yield from child.indicators()
            else:
                yield child


class Study(Part):
    """The choices that could have been made otherwise, for the uncertainty of scores and ranks.
    `weight_spread`: each weight up or down by at most this share; `data_error`: standard deviation
    of an error relative to the value; `drop_one`: one indicator left out, or none. A mean that
    stands in for the defined one is taken in every node, without penalty."""

    normalisations: tuple[Literal["as_defined", "min_max", "z_score", "rank"], ...] = (
        "as_defined",
    )
    weightings: tuple[Literal["as_defined", "equal", "entropy", "critic", "pca"], ...] = (
        "as_defined",
    )
    aggregations: tuple[Literal["as_defined", "arithmetic", "geometric"], ...] = ("as_defined",)
    weight_spread: float = Field(default=0.0, ge=0, lt=1)
    data_error: float = Field(default=0.0, ge=0, lt=1)
    data_errors: dict[str, float] = {}
    drop_one: bool = False

    @checked(mode="after")
    def _chosen(self) -> Self:
        if not (self.normalisations and self.weightings and self.aggregations):
            raise ValueError("each list of choices needs at least one")
        return self


class Index(Part):
    """A composite index: `scale` is where normalised values lie, and so the result."""

    schema_: Literal["shucheng.index/1"] = Field(alias="schema")
    code: str
    version: str
    name: Name
    tree: Node
    scale: tuple[float, float] = (0.0, 100.0)
    normalisation: Normalisation = Normalisation()
    uncertainty: Study = Study()
    sources: tuple[str, ...] = ()
    unconfirmed: tuple[Name | str, ...] = ()

    @checked(mode="after")
    def _fits(self) -> Self:
        codes = [i.code for i in self.indicators] + [n.code for n in self.tree.nodes()]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"codes are there twice: {', '.join(twice)}")
        unknown = sorted(set(self.uncertainty.data_errors) - {i.code for i in self.indicators})
        if unknown:
            raise ValueError(f"data_errors name no indicator: {', '.join(unknown)}")
        logged = [
            one.code
            for one in self.indicators
            if one.log and (one.normalisation or self.normalisation).method == "target"
        ]
        if logged:
            raise ValueError(f"a distance to target takes no logarithm: {', '.join(logged)}")
        if self.scale[0] >= self.scale[1]:
            raise ValueError("the scale's lower end comes first")
        return self

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """In the order of the tree: the rows of every array of the engine."""
        return tuple(self.tree.indicators())

    @cached_property
    def slots(self) -> dict[str, int]:
        """A place for each part of each node: the columns of changes to weights."""
        parts = [child.code for node in self.tree.nodes() for child in node.children]
        return {code: place for place, code in enumerate(parts)}


def read_index(text: str) -> Index:
    """The index of a YAML text. Refused (`index.unreadable`, `index.malformed`) with the place and
    the reason: an unknown key is an error, for it would be a step silently skipped."""
    data = read_yaml(text)
    try:
        return Index.model_validate(data)
    except ValidationError as error:
        raise malformed(data, error) from None


def read_yaml(text: str) -> dict[str, Any]:
    try:
        data = yaml.load(text, Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise IndexRefused(
            "index.unreadable",
            reason=str(error).replace("\n", " "),
            line=mark.line + 1 if mark else 1,
            column=mark.column + 1 if mark else 1,
        ) from None
    if not isinstance(data, dict):
        raise IndexRefused("index.unreadable", reason="not a mapping", line=1, column=1)
    return data


class Loader(yaml.SafeLoader):
    """Of two equal keys YAML would take the last: here they are an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key} is there twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


def malformed(data: dict[str, Any], error: ValidationError) -> IndexRefused:
    first = error.errors()[0]
    return IndexRefused(
        "index.malformed",
        definition=data.get("code", "?"),
        step=".".join(str(step) for step in first["loc"]) or "definition",
        reason=first["msg"].removeprefix("Value error, "),
        form=first["type"],
    )
