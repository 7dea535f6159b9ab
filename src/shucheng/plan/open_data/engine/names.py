"""The names of the structure: one place says how the data flow, its parts and codes are called."""

from shucheng.plan.open_data.engine.model import Text

VERSION = "1.0.0"
FLOW, STRUCTURE = "DF_INDICATORS", "DSD_INDICATORS"
CONCEPTS = "CS_INDICATORS"
TITLE = Text("数字经济指标", "Indicators of the digital economy")
LANGUAGES = ["zh", "en"]

# Concept → its name; dimensions in the order of the key, then the measure, then attributes.
DIMENSIONS: dict[str, Text] = {
    "FREQ": Text("频率", "Frequency"),
    "INDICATOR": Text("指标", "Indicator"),
    "REF_AREA": Text("地区", "Reference area"),
}
TIME = "TIME_PERIOD"
MEASURE = "OBS_VALUE"
SERIES_ATTRIBUTES: dict[str, Text] = {
    "UNIT_MEASURE": Text("计量单位", "Unit of measure"),
    "LICENCE": Text("许可", "Licence"),
    "LAST_UPDATE": Text("最近更新", "Last update"),
}
VALUE_ATTRIBUTES: dict[str, Text] = {
    "OBS_STATUS": Text("数据状态", "Observation status"),
    "SOURCE": Text("来源", "Source"),
}
CONCEPT_NAMES: dict[str, Text] = {
    **DIMENSIONS,
    TIME: Text("报告期", "Time period"),
    MEASURE: Text("数值", "Observation value"),
    **SERIES_ATTRIBUTES,
    **VALUE_ATTRIBUTES,
}
CODELISTS = {
    "FREQ": "CL_FREQ",
    "INDICATOR": "CL_INDICATOR",
    "REF_AREA": "CL_AREA",
    "OBS_STATUS": "CL_OBS_STATUS",
    "SOURCE": "CL_SOURCE",
}
FREQUENCIES: dict[str, Text] = {
    "A": Text("年度", "Annual"),
    "S": Text("半年度", "Half-yearly"),
    "Q": Text("季度", "Quarterly"),
    "M": Text("月度", "Monthly"),
    "D": Text("每日", "Daily"),
}
STATUS_NAMES: dict[str, Text] = {
    "A": Text("正常值", "Normal value"),
    "B": Text("序列中断", "Time series break"),
    "D": Text("定义不同", "Definition differs"),
    "E": Text("估计值", "Estimated value"),
    "F": Text("预测值", "Forecast value"),
    "I": Text("插补值", "Imputed value"),
    "P": Text("初步值", "Provisional value"),
    "U": Text("可靠性低", "Low reliability"),
    "V": Text("未核实", "Unvalidated value"),
    "L": Text("缺失：存在但未采集", "Missing value; data exist but were not collected"),
    "M": Text("缺失：不可能存在", "Missing value; data cannot exist"),
    "O": Text("缺失", "Missing value"),
    "Q": Text("缺失：不公布", "Missing value; suppressed"),
}
SOURCES: dict[str, Text] = {
    "observed": Text("实际报送或计算", "Reported or computed"),
    "simulation": Text(
        "模拟数据，非真实统计数据", "Simulated for demonstration; not a real figure"
    ),
}


def urn(kind: str, agency: str, name: str, item: str = "") -> str:
    """An SDMX URN: `kind` is package.Class, as datastructure.Dataflow."""
    end = f".{item}" if item else ""
    return f"urn:sdmx:org.sdmx.infomodel.{kind}={agency}:{name}({VERSION}){end}"
