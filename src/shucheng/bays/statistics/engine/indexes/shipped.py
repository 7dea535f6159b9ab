"""The definitions that come with the package: a start, to be confirmed and changed as versions."""

from pathlib import Path

from shucheng.lib.indexes.definition import Index, read_index, read_yaml
from shucheng.lib.indexes.questionnaire import Questionnaire, read_questionnaire

FOLDER = Path(__file__).parents[2] / "data" / "indexes"


def shipped() -> dict[str, str]:
    """The YAML text of each definition by its code, which is also the file's name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml"))}


def read(text: str) -> Index | Questionnaire:
    """A definition of either kind, by its `schema`. Refused: `index.unreadable`,
    `index.malformed`."""
    kind = str(read_yaml(text).get("schema", ""))
    if kind.startswith("shucheng.questionnaire/"):
        return read_questionnaire(text)
    return read_index(text)
