"""What a plan's text says of its place: city, counties, organisations and their kinds.

Guesses for a new pack: a person looks at each (`DECIDE.md` says which are uncertain).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from shucheng.lib.geography import Place, children_of, find_place, place
from shucheng.plan.city.model import Area, AreaKind, Organisation, OrganisationKind
from shucheng.plan.compiler.model import CompiledPlan
from shucheng.plan.compiler.organisations.names import (
    canonical,
    is_collective,
    is_government_body,
    names_nobody,
)

# The code a department gets in a new pack, by a stem of its full name; the first that fits.
_DEPARTMENT_CODES = {
    "人民政府办公": "government-office",
    "人民政府国有": "state-assets",
    "人民政府": "government",
    "发展和改革": "development-reform",
    "工业信息化": "industry",
    "工业和信息化": "industry",
    "经济和信息化": "industry",
    "科学技术": "science",
    "教育": "education",
    "数据": "data",
    "商务": "commerce",
    "农业农村": "agriculture",
    "文化": "culture-tourism",
    "交通运输": "transport",
    "住房": "housing",
    "公安": "public-security",
    "市场监督": "market-regulation",
    "应急": "emergency",
    "卫生健康": "health",
    "民政": "civil-affairs",
    "人力资源": "human-resources",
    "财政": "finance",
    "统计": "statistics",
    "生态环境": "ecology",
    "自然资源": "natural-resources",
    "城市管理": "urban-management",
    "水利": "water",
    "水务": "water",
    "医疗保障": "medical-insurance",
    "国有资产": "state-assets",
    "金融": "local-finance",
    "政务服务": "government-services",
    "行政审批": "government-services",
    "司法": "justice",
    "税务": "taxation",
    "通信": "telecom",
    "网络安全": "cyberspace",
    "宣传": "publicity",
    "组织": "personnel",
    "密码": "cryptography",
    "能源": "energy",
    "知识产权": "intellectual-property",
    "投资促进": "investment-promotion",
    "供电": "power-grid",
}

# Tried in this order: 大数据中心 is a centre, 高新区管委会 a functional zone, 软件产业园 a park.
_KIND_ENDINGS: tuple[tuple[OrganisationKind, str], ...] = (
    (
        "functional_zone",
        r"(?:开发区|高新区|高新技术产业区|经开区|新区|综保区|保税区|试验区|示范区|管委会|管理委员会)",
    ),
    ("company", r"(?:公司|集团|银行|分行|支行|控股|企业|电信|移动|联通|铁塔|供电)"),
    ("park", r"(?:产业园|园区|科技园|软件园|基地|园)"),
    ("centre", r"中心"),
    ("department", r"(?:局|委|办|厅|部|室|政府|总队|支队|大队|委员会|法院|检察院)"),
)

_ISSUER_PLACE = re.compile(
    r"(?:^|[\s,，、]|中共)(?!中共)([一-鿿]{2,9}?(?:自治区|自治州|省|市|州|盟|县|区|旗))"
    r"(?=人民政府|政府|委|数字|[一-鿿]{0,4}[局办厅部])"
)
_TITLE_PLACE = re.compile(r"([一-鿿]{2,9}?(?:自治区|自治州|省|市|州|盟|县|旗))")


@dataclass(frozen=True, slots=True)
class ProposedPlace:
    """A plan's place with its areas and organisations; `office` is the code of who runs it all.

    `has_code` says whether the place is one of China's with a GB/T 2260 code.
    """

    name: str
    has_code: bool
    areas: tuple[Area, ...]
    organisations: tuple[Organisation, ...]
    office: str


def propose_place(code: str, compiled: CompiledPlan, adcode: str | None) -> ProposedPlace:
    """The place of a plan; `code` stands in for its areas' codes where it has none itself.

    Raises `ValueError` for an adcode that no place has.
    """
    name, known = _city_of(compiled, adcode)
    areas = _areas_of(code, name, known)
    organisations = _organisations_of(compiled, name, areas)
    areas += _zones(areas[0].code, organisations)
    settled = tuple(_settled(each, areas) for each in organisations)
    return ProposedPlace(name, known is not None, tuple(areas), settled, _office(settled))


def _city_of(compiled: CompiledPlan, adcode: str | None) -> tuple[str, Place | None]:
    """The name of the plan's place, and its entry among the places of China if it has one."""
    if adcode is not None:
        found = place(adcode)
        if not found:
            raise ValueError(
                f"no place has the GB/T 2260 code {adcode!r}; leave it out or correct it"
            )
        return found.name, found
    found = find_place(compiled.issuer) or find_place(compiled.title)
    if found:
        return found.name, found
    named = _ISSUER_PLACE.search(compiled.issuer) or _TITLE_PLACE.search(compiled.title)
    return (named[1] if named else compiled.issuer or compiled.title), None


def _areas_of(city_code: str, name: str, known: Place | None) -> list[Area]:
    """The place itself and what lies directly in it; only itself where it has no code."""
    if not known:
        return [Area(city_code, name, "", _area_kind(name, None), None, False)]
    areas = [Area(known.code, known.name, "", _area_kind(known.name, known), None, True)]
    for child in children_of(known.code):
        kind = _area_kind(child.name, child)
        areas.append(Area(child.code, child.name, "", kind, known.code, True))
    return areas


def _organisations_of(
    compiled: CompiledPlan, city_name: str, areas: Sequence[Area]
) -> list[Organisation]:
    """The organisations a plan names, and the governments of its counties.

    Collective names (各县(市、区), 市各有关部门) are left out.
    """
    found = _Found()
    top = areas[0].code
    for area in areas[1:]:
        if area.kind != "functional_zone":
            county = (area.name, f"{area.name}人民政府", f"{area.name}政府")
            found.add(f"area-{area.code}", county, "county_government", area.code)
    for mention in compiled.organisations:
        name = mention.name
        if is_collective(name) or names_nobody(name) or name in found.owners:
            continue
        key = canonical(name, city_name)
        full = _full_name(key, city_name)
        names = (name, full, key, *mention.aliases)
        kind = kind_of(name)
        found.add(_code(key, kind, len(found.rows) + 1), names, kind, top)
    if not found.rows:
        government = (f"{city_name}人民政府", f"{city_name}政府")
        found.add("government", government, "department", top)
    return found.rows


def kind_of(name: str) -> OrganisationKind:
    """What an organisation probably is, by how its name ends."""
    plain = re.sub(r"[(（][^()（）]*[)）]$", "", name)
    for kind, ending in _KIND_ENDINGS:
        if re.search(f"{ending}$", plain):
            if kind == "functional_zone" and is_government_body(plain) and plain.endswith("委员会"):
                break
            return kind
    return "department" if is_government_body(plain) else "other"


class _Found:
    """Organisations so far; a name that is taken and a code that is used stay with the first."""

    def __init__(self) -> None:
        self.rows: list[Organisation] = []
        self.owners: dict[str, str] = {}

    def add(
        self, code: str, names: Iterable[str], kind: OrganisationKind, area: str | None
    ) -> None:
        name, full, *aliases = names
        codes = {row.code for row in self.rows}
        unique = next(each for each in _numbered(code) if each not in codes)
        free = tuple(
            alias
            for alias in dict.fromkeys(aliases)
            if alias not in self.owners and alias not in (name, full)
        )
        if full in self.owners:
            full = name
        for each in (name, full, *free):
            self.owners[each] = unique
        self.rows.append(Organisation(unique, name, full, free, kind, None, area, ""))


def _numbered(code: str) -> Iterable[str]:
    yield code
    yield from (f"{code}-{number}" for number in range(2, 10_000))


def _full_name(key: str, city_name: str) -> str:
    """市工业和信息化局 of 澜川市 is 澜川市工业和信息化局; 市委宣传部 is 中共澜川市委宣传部."""
    level = city_name[-1]
    if not key.startswith(level) or len(key) < 3:
        return key
    return ("中共" if key.startswith(f"{level}委") else "") + city_name + key[1:]


def _code(key: str, kind: OrganisationKind, number: int) -> str:
    if kind in ("department", "company"):
        for stem, code in _DEPARTMENT_CODES.items():
            if stem in key:
                return code
    prefix = "zone" if kind == "functional_zone" else kind
    return f"{prefix}-{number}"


def _area_kind(name: str, known: Place | None) -> AreaKind:
    if known and known.level == "province":
        return "province"
    if known and known.level == "city":
        return "city"
    if name.endswith(("省", "自治区")):
        return "province"
    if name.endswith("市"):
        return "county_level_city" if known else "city"
    return "district" if name.endswith("区") else "county"


def _zones(city: str, organisations: Sequence[Organisation]) -> list[Area]:
    zones = dict.fromkeys(_zone_name(each) for each in organisations if _is_zone(each))
    return [
        Area(f"{city}-z{number}", name, "", "functional_zone", city, False)
        for number, name in enumerate(zones, 1)
    ]


def _is_zone(organisation: Organisation) -> bool:
    return organisation.kind == "functional_zone"


def _zone_name(organisation: Organisation) -> str:
    return re.sub(r"(?:党工委|管委会|管理委员会)$", "", organisation.name)


def _settled(organisation: Organisation, areas: Iterable[Area]) -> Organisation:
    """A functional zone's organisation sits in the area of its own name."""
    zones = {area.name: area.code for area in areas if area.kind == "functional_zone"}
    if not _is_zone(organisation):
        return organisation
    return replace(organisation, area=zones[_zone_name(organisation)])


def _office(organisations: Sequence[Organisation]) -> str:
    codes = [each.code for each in organisations]
    usual = ("data", "industry", "development-reform", "government-office")
    departments = [each.code for each in organisations if each.kind == "department"]
    return next((code for code in usual if code in codes), (departments or codes)[0])
