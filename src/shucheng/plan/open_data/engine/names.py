"""The names of the structure: one place says how the data flow, its parts and codes are called."""

from shucheng.lib.sdmx.model import Text

VERSION = "1.0.0"
FLOW, STRUCTURE = "DF_INDICATORS", "DSD_INDICATORS"
CONCEPTS = "CS_INDICATORS"
TITLE = Text("数字经济指标", "Indicators of the digital economy")

# Concept → its name; dimensions in the order of the key, then the measure, then attributes.
DIMENSIONS: dict[str, Text] = {
    "FREQ": Text("频率", "Frequency"),
    "INDICATOR": Text("指标", "Indicator"),
    "REF_AREA": Text("地区", "Reference area"),
}
TIME_NAME = Text("报告期", "Time period")
MEASURE = "OBS_VALUE"
MEASURE_NAME = Text("数值", "Observation value")
SERIES_ATTRIBUTES: dict[str, Text] = {
    "UNIT_MEASURE": Text("计量单位", "Unit of measure"),
    "LICENCE": Text("许可", "Licence"),
    "LAST_UPDATE": Text("最近更新", "Last update"),
}
VALUE_ATTRIBUTES: dict[str, Text] = {
    "OBS_STATUS": Text("数据状态", "Observation status"),
    "SOURCE": Text("来源", "Source"),
}
