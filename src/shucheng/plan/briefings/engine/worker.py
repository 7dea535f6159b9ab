"""The process that sets documents and fills templates that people made.

Run as `python -m shucheng.plan.briefings.engine.worker`: an order as JSON on its input, the
answer as JSON on its output; what it makes lies in the order's folder as files 0, 1, 2 ...
"""

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

_MEMORY = 2048 * 1024 * 1024
_SECONDS = 50
# Nothing listens there: whatever asks for the network is refused at once.
_NOWHERE = "http://127.0.0.1:9"


def main() -> None:
    _bound()
    order = json.load(sys.stdin)
    answer = _fill(order) if "docx" in order else _set(order)
    json.dump(answer, sys.stdout)


def _bound() -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        os.environ[name] = os.environ[name.upper()] = _NOWHERE
    for name in ("no_proxy", "NO_PROXY"):
        os.environ.pop(name, None)
    with contextlib.suppress(ImportError):  # Windows has no such limits; the parent's clock holds
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _set(order: dict[str, Any]) -> dict[str, Any]:
    import typst

    room = Path(order["room"])
    packages = room / "packages"
    packages.mkdir()
    fonts = typst.Fonts(include_system_fonts=False, font_paths=order["fonts"])
    for at, task in enumerate(order["tasks"]):
        try:
            made: Any = typst.compile(
                str(room / "root" / task["source"]),
                root=str(room / "root"),
                font_paths=fonts,
                format=task["format"],
                ppi=order["pixels"],
                sys_inputs=task["inputs"],
                package_path=str(packages),
                package_cache_path=str(packages),
                timestamp=order["timestamp"],
            )
        except typst.TypstError as error:
            return {"error": _in_words(error)}
        pages = made if isinstance(made, list) else [made]
        (room / str(at)).write_bytes(b"".join(pages[:1]))
    return {}


def _in_words(error: Any) -> str:
    hints = "; ".join(getattr(error, "hints", ()) or ())
    message = str(getattr(error, "message", "") or error)
    return f"{message} ({hints})" if hints else message


def _fill(order: dict[str, Any]) -> dict[str, Any]:
    from shucheng.plan.briefings.engine.own_docx import fill

    return fill(Path(order["room"]), order["docx"])


if __name__ == "__main__":
    main()
