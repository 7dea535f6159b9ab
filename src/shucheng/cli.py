"""The `shucheng` command. `plan` and `city new` need no database; the rest opens the platform."""

import argparse
import importlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from shucheng.plan.compiler.errors import PlanUnreadable

if TYPE_CHECKING:
    from shucheng.plan.city.model import CityPack


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. Errors a person can act on go to stderr."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except PlanUnreadable as error:
        print(f"shucheng: {error.message} {error.hint} [{error.code}]", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 141


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="shucheng", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _plan_commands(commands)
    _city_commands(commands)
    _platform_commands(commands)
    return top


# -- plan: the compiler, no database ------------------------------------------------------------


def _plan_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    plan = commands.add_parser("plan", help="compile, check and compare plan texts")
    verbs = plan.add_subparsers(required=True, metavar="VERB")

    compile_ = verbs.add_parser("compile", help="print what a plan's text says")
    compile_.add_argument("file", type=Path)
    compile_.add_argument("--format", choices=("json", "table"), default="json")
    compile_.add_argument("--text-out", type=Path, help="write the text that spans point into")
    compile_.set_defaults(run=_compile)

    lint = verbs.add_parser("lint", help="say where a plan contradicts itself or leaves gaps")
    lint.add_argument("file", type=Path)
    lint.add_argument("--format", choices=("json", "table"), default="table")
    lint.add_argument("--lang", choices=("zh", "en"), default="zh")
    lint.add_argument("--city", type=Path, help="city pack: names organisations it does not know")
    lint.set_defaults(run=_lint)

    diff = verbs.add_parser("diff", help="compare the targets of two plans")
    diff.add_argument("old", type=Path)
    diff.add_argument("new", type=Path)
    diff.add_argument("--format", choices=("json", "table"), default="table")
    diff.add_argument("--lang", choices=("zh", "en"), default="zh")
    diff.set_defaults(run=_diff)


def _compile(options: argparse.Namespace) -> int:
    from shucheng.plan.compiler.compile import compile_file

    document, plan = compile_file(options.file)
    if options.text_out:
        with options.text_out.open("w", encoding="utf-8", newline="") as out:
            out.write(document.text)
    if options.format == "json":
        _print_json(plan.as_json())
    else:
        from shucheng.plan.compiler.show.plan_table import plan_table

        print(plan_table(plan))
    return 0


def _lint(options: argparse.Namespace) -> int:
    """Exit code 1 when there is an error among the findings, as linters do."""
    from shucheng.plan.compiler.compile import compile_file
    from shucheng.plan.compiler.lint.report import findings_table

    known = _read_pack(options.city).organisation_names() if options.city else None
    document, plan = compile_file(options.file, known_organisations=known)
    if options.format == "json":
        _print_json({"findings": plan.as_json()["findings"]})
    else:
        print(findings_table(plan.findings, document.text, options.lang))
    return 1 if any(finding.severity == "error" for finding in plan.findings) else 0


def _diff(options: argparse.Namespace) -> int:
    from shucheng.plan.compiler.compare.diff import diff
    from shucheng.plan.compiler.compile import compile_file
    from shucheng.plan.compiler.show.diff_table import diff_table

    (_text, old), (_text, new) = compile_file(options.old), compile_file(options.new)
    found = diff(old, new)
    if options.format == "json":
        _print_json(found.as_json())
    else:
        print(diff_table(found, options.lang))
    return 0


# -- city: a pack from any plan -----------------------------------------------------------------


def _city_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    city = commands.add_parser("city", help="write, check and load city packs")
    verbs = city.add_subparsers(required=True, metavar="VERB")

    new = verbs.add_parser("new", help="write a pack from a plan's text")
    new.add_argument("name")
    new.add_argument("--plan", type=Path, required=True)
    new.add_argument("--out", type=Path, default=Path("cities"))
    new.add_argument("--adcode", help="GB/T 2260 code of the city, when its name is not enough")
    new.set_defaults(run=_city_new)

    check = verbs.add_parser("check", help="read a pack and say everything that is wrong with it")
    check.add_argument("folder", type=Path)
    check.set_defaults(run=_city_check)

    load = verbs.add_parser(
        "load", help="store a pack's organisations, areas, metrics and bindings"
    )
    load.add_argument("folder", type=Path)
    load.set_defaults(run=_city_load)


def _city_new(options: argparse.Namespace) -> int:
    from shucheng.plan.city.new import new_city_pack
    from shucheng.plan.compiler.compile import compile_file

    document, plan = compile_file(options.plan)
    try:
        new = new_city_pack(options.name, plan, document.text, options.out, adcode=options.adcode)
    except ValueError as error:
        print(f"shucheng: {error}", file=sys.stderr)
        return 2
    print(
        f"{new.pack.path} is written. {len(new.decisions)} things a person must still decide: "
        f"{new.pack.path / 'DECIDE.md'}"
    )
    return 0


def _city_check(options: argparse.Namespace) -> int:
    pack = _read_pack(options.folder)
    print(
        f"{pack.city.name}: {len(pack.organisations)} organisations, {len(pack.areas)} areas, "
        f"{len(pack.metrics)} metrics, {len(pack.bindings)} bindings. No problem found."
    )
    return 0


def _read_pack(folder: Path) -> "CityPack":
    """The pack; one that is not valid ends the command with everything that is wrong."""
    from shucheng.plan.city.model import PackInvalid
    from shucheng.plan.city.pack import read_pack

    try:
        return read_pack(folder)
    except PackInvalid as error:
        raise SystemExit(f"shucheng: {error}") from error


def _city_load(options: argparse.Namespace) -> int:
    platform = _platform()
    print(platform.load_city(options.folder))
    return 0


# -- the platform -------------------------------------------------------------------------------


def _platform_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    def command(name: str, help: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help)
        made.set_defaults(run=_run, command=name)
        return made

    demo = command("demo", "fill an empty folder with the plan and a simulated year, and serve it")
    demo.add_argument("--plan", type=Path, help="the plan's text (default: the city pack's)")
    demo.add_argument("--port", type=int, default=8000)
    demo.add_argument("--no-plan", action="store_true", help="city and people only")
    demo.add_argument("--no-serve", action="store_true", help="only fill")

    serve = command("serve", "migrate, then serve pages and run background jobs")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--workers", type=int, default=2, help="web processes")
    serve.add_argument("--no-worker", action="store_true", help="jobs run elsewhere")

    command("migrate", "bring the database to this version")
    worker = command("worker", "run background jobs and keep the clock")
    worker.add_argument("--burst", action="store_true", help="stop when nothing is left to do")
    admin = command("setup-admin", "create the first administrator; prints a one-time password")
    admin.add_argument("username")
    command("check", "say what is not right with this deployment")

    backup = command("backup", "copy the database and files while the platform runs")
    backup.add_argument(
        "target", type=Path, nargs="?", help="default: dated, in SHUCHENG_BACKUP_FOLDER"
    )
    backup.add_argument("--with-secrets", action="store_true", help="and the keys: keep it locked")
    backup.add_argument(
        "--keep", type=int, help="then remove all but the newest so many in SHUCHENG_BACKUP_FOLDER"
    )
    restore = command("restore", "verify a backup and bring it back")
    restore.add_argument("source", type=Path)
    restore.add_argument("--replace", action="store_true", help="overwrite what is there")

    sbom = command("sbom", "list what is installed (CycloneDX), and which flaws of it are known")
    sbom.add_argument("--out", type=Path, help="file to write (default: standard output)")
    sbom.add_argument(
        "--advisories", type=Path, help="copy of the OSV database; exit code 1 when a flaw is known"
    )
    release_key = command("release-key", "make the key that releases are signed with")
    release_key.add_argument("file", type=Path)
    release = command("release-manifest", "sign the program's files as they are here")
    release.add_argument("--key", type=Path, required=True, help="file made by release-key")

    command("rotate-keys", "seal what is stored encrypted with a new key")

    audit = command("audit", "verify, export or sign the audit chain; print the public key")
    audit.add_argument("verb", choices=("verify", "export", "sign", "public-key"))
    audit.add_argument("--out", type=Path, help="export: where to (default: audit.jsonl)")
    audit.add_argument("--head", default="", help="verify: SEQUENCE:HASH noted earlier, elsewhere")
    audit.add_argument(
        "--public-key", action="append", default=[], help="verify: signed by this key only"
    )

    evidence = command("evidence", "append, check or show to a witness the log of evidence")
    evidence.add_argument("verb", choices=("append", "check", "witness"))
    evidence.add_argument("file", type=Path, nargs="?", help="witness: its file, kept elsewhere")
    evidence.add_argument("--name", default="witness", help="witness: what it is called on screen")

    command("recompute", "compute every indicator's values anew from the observations")
    archive = command("archive-plan", "write a published plan and all that made it, signed")
    archive.add_argument("folder", type=Path)
    archive.add_argument("--version", type=int, help="number in the address of its page")

    docs = command("docs", "write the generated reference anew")
    docs.set_defaults(parser=parser)
    messages = command("messages", "compile translations")
    messages.add_argument("--collect", action="store_true", help="collect texts first (gettext)")
    manage = command("manage", "Django's own commands")
    manage.add_argument("rest", nargs=argparse.REMAINDER)


def _platform() -> ModuleType:
    """Open the platform: settings, apps, database. Slow to import, so only when needed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shucheng.web.settings")
    return importlib.import_module("shucheng.web.commands")


def _run(options: argparse.Namespace) -> int:
    """Run a platform command: the function of its name in `web/commands.py`."""
    if options.command == "demo":
        # A demonstration on one's own machine: no certificate, people chosen from a list.
        for name, value in DEMO_SETTINGS.items():
            os.environ.setdefault(name, value)
    if options.command in {"demo", "serve"}:
        from shucheng.web import preflight

        try:
            getattr(preflight, f"before_{options.command}")(options)
        except preflight.NotReady as error:
            print(f"shucheng: {error}", file=sys.stderr)
            return 2
    run = getattr(_platform(), options.command.replace("-", "_"))
    return int(run(options) or 0)


DEMO_SETTINGS = {
    "SHUCHENG_DEMO": "1",
    "SHUCHENG_HTTPS": "0",
    "SHUCHENG_REQUIRE_SECOND_FACTOR": "0",
    "SHUCHENG_OPEN_DATA": "1",
    "SHUCHENG_LOG_LEVEL": "WARNING",
}


def _print_json(document: object) -> None:
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    sys.exit(main())
