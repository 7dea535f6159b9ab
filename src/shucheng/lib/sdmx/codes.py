"""Code lists that SDMX itself keeps (https://sdmx.org, cross-domain code lists), in both languages.

A list may be taken in part: what a flow does not use stays away.
"""

from collections.abc import Iterable

from shucheng.lib.sdmx.model import Code, Codelist, Text

# CL_FREQ 2.1
FREQUENCIES: dict[str, Text] = {
    "A": Text("年度", "Annual"),
    "S": Text("半年度", "Half-yearly"),
    "Q": Text("季度", "Quarterly"),
    "M": Text("月度", "Monthly"),
    "D": Text("每日", "Daily"),
}
# CL_OBS_STATUS 2.2
STATUSES: dict[str, Text] = {
    "A": Text("正常值", "Normal value"),
    "B": Text("序列中断", "Time series break"),
    "D": Text("定义不同", "Definition differs"),
    "E": Text("估计值", "Estimated value"),
    "F": Text("预测值", "Forecast value"),
    "I": Text("插补值", "Imputed value"),
    "P": Text("初步值", "Provisional value"),
    "U": Text("可靠性低", "Low reliability"),
    "V": Text("未核实", "Unvalidated value"),
    "K": Text("并入其他报告期", "Data included in another category"),
    "L": Text("缺失：存在但未采集", "Missing value; data exist but were not collected"),
    "M": Text("缺失：不可能存在", "Missing value; data cannot exist"),
    "O": Text("缺失", "Missing value"),
    "Q": Text("缺失：不公布", "Missing value; suppressed"),
}
# CL_CONF_STATUS 1.2
CONFIDENTIALITY: dict[str, Text] = {
    "F": Text("可公布", "Free (free for publication)"),
    "N": Text("仅限内部使用", "Not for publication, restricted for internal use only"),
    "C": Text("统计保密", "Confidential statistical information"),
}
# Not of SDMX: whether a figure was made up for demonstration.
SOURCES: dict[str, Text] = {
    "observed": Text("实际报送或计算", "Reported or computed"),
    "simulation": Text(
        "模拟数据，非真实统计数据", "Simulated for demonstration; not a real figure"
    ),
}


def codelist(name: str, title: Text, codes: dict[str, Text], only: Iterable[str] = ()) -> Codelist:
    """A list of codes without order among them; all, or `only` those."""
    kept = set(only) or codes.keys()
    return Codelist(name, title, tuple(Code(id, text) for id, text in codes.items() if id in kept))
