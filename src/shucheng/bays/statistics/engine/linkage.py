"""Firms registered twice, found and shown to a person: pairs with a probability and the reasons.

The same credit code is the same firm. Others are compared by name and address with the model of
Fellegi and Sunter (1969) as splink 5 fits it: how often pairs agree by chance is estimated from
random pairs, how often pairs of one firm agree by expectation maximisation; no example is needed.
A frequent name counts less than a rare one (term frequencies). Names are compared without legal
form, brackets, blanks and the city's name in front. Pairs at or above `upper` are one firm, between
`lower` and `upper` a person decides; nothing is merged here.

splink is the optional extra `statistics`.
"""

# ruff: noqa: S608 - the names in SQL are this module's own

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from shucheng.lib import duck

from .imports.cells import half_width

LEGAL_FORMS = (
    "股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "合伙企业(有限合伙)", "合伙企业",
    "分公司", "集团公司", "公司", "集团", "厂", "经营部", "工作室", "中心", "普通合伙", "有限合伙",
)  # fmt: skip
"""Endings of names that say the legal form, not who it is."""


class LinkageUnavailable(RuntimeError):
    """splink is not installed."""

    code = "splink-missing"

    def __init__(self) -> None:
        super().__init__('install the extra "statistics": pip install "shucheng[statistics]"')


@dataclass(frozen=True, slots=True)
class Firm:
    """A registration: `key` is the caller's own and unique."""

    key: str
    credit_code: str
    name: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One comparison: the two values as compared, the level they reached (0: they differ, -1: one
    is not known), and the weight it adds in bits (log2 Bayes factor; None: it decides alone)."""

    field: str
    left: str | None
    right: str | None
    level: int
    weight: float | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two registrations (left < right) and how probable it is that they are one firm."""

    left: str
    right: str
    probability: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """`lower` and `upper`: the band a person decides. `seed`: of the sample of random pairs.
    `recall`: the share of true pairs that agree on name and address alike, guessed."""

    lower: float = 0.5
    upper: float = 0.95
    seed: int = 20260101
    recall: float = 0.5
    pairs_sampled: int = 1_000_000
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Linkage:
    """`same`: pairs at or above `upper`; `review`: those a person decides; both most probable
    first. `clusters`: groups of two and more keys that `same` joins."""

    same: tuple[Pair, ...]
    review: tuple[Pair, ...]
    clusters: tuple[tuple[str, ...], ...]


def link(firms: Sequence[Firm], settings: Settings | None = None) -> Linkage:
    """Find the registrations that are one firm. The same firms, settings and seed give the same
    pairs. Raises `LinkageUnavailable`, and `ValueError` for keys that are not unique."""
    settings = settings or Settings()
    ordered = sorted(firms, key=lambda each: each.key)
    if len({each.key for each in ordered}) < len(ordered):
        raise ValueError("keys must be unique")
    told = [*_by_name(ordered, settings), *by_code(ordered)]
    found = {(each.left, each.right): each for each in told}
    pairs = sorted(found.values(), key=lambda each: (-each.probability, each.left, each.right))
    same = tuple(each for each in pairs if each.probability >= settings.upper)
    review = tuple(each for each in pairs if settings.lower <= each.probability < settings.upper)
    return Linkage(same, review, clusters(same))


def clusters(pairs: Iterable[Pair]) -> tuple[tuple[str, ...], ...]:
    """Groups of keys that pairs join, directly or through others, each in order."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for pair in pairs:
        one, other = sorted((root(pair.left), root(pair.right)))
        parent[other] = one
    groups: dict[str, list[str]] = {}
    for key in sorted(parent):
        groups.setdefault(root(key), []).append(key)
    return tuple(tuple(group) for _, group in sorted(groups.items()))


def by_code(firms: Iterable[Firm]) -> tuple[Pair, ...]:
    """The same credit code: each registration with the first one that has it. Needs no splink."""
    first: dict[str, Firm] = {}
    found = []
    for firm in sorted(firms, key=lambda each: each.key):
        code = firm.credit_code
        other = first.setdefault(code, firm)
        if code and other is not firm:
            evidence = (Evidence("credit_code", code, code, 1, None),)
            found.append(Pair(other.key, firm.key, 1.0, evidence))
    return tuple(found)


_COMPARED = ("core", "place", "digits")


def _by_name(firms: Sequence[Firm], settings: Settings) -> list[Pair]:
    if len(firms) < 2:
        return []
    try:
        import splink.comparison_library as library
        from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    except ImportError as error:
        raise LinkageUnavailable from error
    # One thread: sums in one order, the same probabilities every time.
    connection = duck.connect(threads=1, memory="4GB")
    connection.execute("SET enable_progress_bar = false")
    _make_names(connection, firms, settings)
    api = DuckDBAPI(connection)
    blocks: list[Any] = [
        block_on("core"),
        block_on("stem", "digits"),
        block_on("place", "left_half"),
        block_on("ends"),
    ]
    model = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="unique_id",
        comparisons=[
            library.JaroWinklerAtThresholds("core", [0.95, 0.88]).configure(
                term_frequency_adjustments=True
            ),
            library.LevenshteinAtThresholds("place", [1, 3]).configure(
                term_frequency_adjustments=True
            ),
            library.ExactMatch("digits"),
        ],
        blocking_rules_to_generate_predictions=blocks,
        probability_two_random_records_match=_prior(connection, len(firms), settings.recall),
        retain_intermediate_calculation_columns=True,
    )
    linker = Linker(api.register("firms"), model, log_level="ERROR")
    training = linker.training
    training.estimate_u_using_random_sampling(settings.pairs_sampled, seed=settings.seed)
    for block in (block_on("core"), block_on("place", "left_half")):
        training.estimate_parameters_using_expectation_maximisation(
            block, max_pairs=settings.pairs_sampled, record_sample_proportion=1.0
        )
    predicted = linker.inference.predict(threshold_match_probability=settings.lower)
    return [_pair(row) for row in predicted.as_record_list()]


def _prior(connection: duckdb.DuckDBPyConnection, firms: int, recall: float) -> float:
    """How probable it is that two random registrations are one firm: the pairs that agree on name
    and address, of which `recall` says what share of all they are; at least one such pair."""
    (agree,) = connection.execute("""
        SELECT coalesce(sum(n * (n - 1) / 2), 0)
        FROM (SELECT count(*) AS n FROM firms WHERE place IS NOT NULL GROUP BY core, place)
    """).fetchone() or (0,)
    return min(0.5, max(float(agree), 1.0) / recall / (firms * (firms - 1) / 2))


def _pair(row: dict[str, Any]) -> Pair:
    left, right = "l", "r"
    if row["unique_id_l"] > row["unique_id_r"]:
        left, right = right, left
    evidence = tuple(
        Evidence(
            field,
            row[f"{field}_{left}"],
            row[f"{field}_{right}"],
            row[f"gamma_{field}"],
            round(sum(row.get(f"mw_{each}{field}") or 0.0 for each in ("", "tf_adj_")), 4),
        )
        for field in _COMPARED
    )
    keys = row[f"unique_id_{left}"], row[f"unique_id_{right}"]
    return Pair(*keys, round(float(row["match_probability"]), 9), evidence)


def _make_names(
    connection: duckdb.DuckDBPyConnection, firms: Sequence[Firm], settings: Settings
) -> None:
    """The table `firms`: core (the name without form and place), stem (core without digits), ends
    (three first characters, the stem's four last), digits, place (the address), left_half."""
    rows = [[each.key, each.name, each.address] for each in firms]
    connection.execute("CREATE TEMP TABLE given (unique_id VARCHAR, name VARCHAR, address VARCHAR)")
    connection.execute(
        """INSERT INTO given SELECT r->>0, r->>1, r->>2
        FROM (SELECT unnest(CAST(? AS JSON[])) AS r)""",
        [json.dumps(rows, ensure_ascii=False)],
    )
    forms = "|".join(sorted(map(_escaped, LEGAL_FORMS), key=len, reverse=True))
    places = "|".join(sorted(map(_escaped, settings.prefixes), key=len, reverse=True)) or "(?!)"
    connection.execute(
        f"""
        CREATE TABLE firms AS
        SELECT *,
            left(core, 3) || right(stem, 4) AS ends,
            left(core, 4) AS left_half,
            nullif(regexp_replace(core, '[^0-9]', '', 'g'), '') AS digits
        FROM (
            SELECT *, regexp_replace(core, '[0-9]', '', 'g') AS stem FROM (
            SELECT unique_id,
                regexp_replace(regexp_replace(regexp_replace(
                    plain_name, $forms, ''), $places, ''), '[()·.,-]', '', 'g') AS core,
                nullif(rtrim(regexp_replace(
                    plain_address, '[号室幢栋楼#-]+', '-', 'g'), '-'), '') AS place
            FROM (
                SELECT unique_id,
                    upper(regexp_replace(name, '\\s', '', 'g')) AS plain_name,
                    upper(regexp_replace(address, '\\s', '', 'g'))
                        AS plain_address
                FROM ({half_width(["name", "address"], "unique_id", "FROM given")})
            ))
        )
        """,
        {
            "forms": f"({forms})+$",
            "places": f"^({places})|\\(({places})\\)",
        },
    )


def _escaped(text: str) -> str:
    return "".join(f"\\{each}" if each in "()[]{}.*+?|^$\\" else each for each in text)
