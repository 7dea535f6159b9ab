"""What the `shucheng` command does to a platform: one function a command."""

import argparse
import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
from functools import partial
from importlib.metadata import version
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command, execute_from_command_line

django.setup()

from shucheng.kernel.public import (  # noqa: E402 - models can be imported only after setup
    ShuchengError,
    export_entries,
    rotate_field_keys,
    run_worker,
    set_up_administrator,
    system_actor,
    verify_chain,
)
from shucheng.lib.crypto import PROVIDERS  # noqa: E402
from shucheng.lib.signatures import (  # noqa: E402
    SignatureError,
    new_signing_key,
    read_signing_key,
    write_signing_key,
)
from shucheng.plan.public import (  # noqa: E402
    CityPack,
    compare_areas,
    load_city_pack,
    read_pack,
)
from shucheng.web.preflight import note_children  # noqa: E402


def manage(options: argparse.Namespace) -> None:
    execute_from_command_line(["shucheng manage", *options.rest])


def migrate(options: argparse.Namespace | None = None) -> None:
    """Bring the database to this version; safe to repeat."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def load_city(folder: Path) -> str:
    from shucheng.web.cockpit.map import city_map
    from shucheng.web.demo import told

    pack: CityPack = read_pack(folder)
    migrate()
    actor = system_actor("cli")
    counts = load_city_pack(pack, actor=actor)
    city_map(compare_areas("", actor=actor))  # drawn now, kept for the first page
    return f"{pack.city.name}: {told(counts)}"


def evidence(options: argparse.Namespace) -> int:
    """The log of evidence, for whoever runs the platform; a witness's file lies elsewhere."""
    from shucheng.bays.data.actions.evidence import append_evidence
    from shucheng.bays.data.actions.witness import show_witness
    from shucheng.bays.data.queries.evidence import check_log

    try:
        match options.verb:
            case "append":
                print(f"{append_evidence(actor=system_actor('cli'))} leaves appended")
            case "check":
                print(check_log())
            case _ if options.file is None:
                print("shucheng: name the witness's file", file=sys.stderr)
                return 2
            case _:
                head = show_witness(options.file, options.name, actor=system_actor("cli"))
                print(f"{options.name} has the head of {head.size} leaves: {head.root.hex()}")
    except ShuchengError as error:
        print(f"shucheng: {error}", file=sys.stderr)
        return 1
    return 0


def setup_admin(options: argparse.Namespace) -> int:
    migrate()
    try:
        person, password = set_up_administrator(
            options.username, options.username, actor=system_actor("cli")
        )
    except ShuchengError as error:
        print(f"shucheng: {error}", file=sys.stderr)
        return 2
    print(f"{person.username} is the administrator. One-time password, shown only now: {password}")
    return 0


def demo(options: argparse.Namespace) -> int:
    from shucheng.web.demo import fill

    say = partial(print, flush=True)
    if not options.no_plan:
        say("Filling the demonstration step by step: a few minutes.")
    migrate()
    fill(options.plan, say=say, with_plan=not options.no_plan)
    if options.no_serve:
        return 0
    print(f"\nThe cockpit: http://127.0.0.1:{options.port}/   (stop with Ctrl+C)")
    return serve(
        argparse.Namespace(port=options.port, host="127.0.0.1", workers=1, no_worker=False)
    )


def serve(options: argparse.Namespace) -> int:
    """Web processes and a worker, until one of them ends or a signal comes."""
    migrate()
    call_command("collectstatic", verbosity=0, interactive=False)
    web = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi"),
        *("--host", options.host, "--port", str(options.port)),
        *("--workers", str(options.workers), "--blocking-threads", "4", "--backpressure", "64"),
        # A web process that dies is replaced; the others go on answering.
        *("--respawn-failed-workers", "--workers-kill-timeout", "20"),
        *("--log-level", "warning", "--no-ws", "shucheng.web.wsgi:application"),
    ]
    commands = [web]
    if not options.no_worker:
        commands.append([sys.executable, "-m", "shucheng.cli", "worker"])
    # Here the web processes count their requests together (see operations/metrics.py).
    counts = tempfile.TemporaryDirectory(prefix="shucheng-metrics-")
    environment = {"PROMETHEUS_MULTIPROC_DIR": counts.name, **os.environ}
    here = os.getpid()
    running = [
        subprocess.Popen(command, env=environment, preexec_fn=lambda: _end_with(here))  # noqa: S603
        for command in commands
    ]
    note_children(process.pid for process in running)

    def stop(*_: object) -> None:
        for process in running:
            process.terminate()

    signal.signal(signal.SIGTERM, stop)
    try:
        while all(process.poll() is None for process in running):
            try:
                running[0].wait(timeout=1)
            except subprocess.TimeoutExpired:
                continue
    except KeyboardInterrupt:
        pass
    stop()
    codes = [process.wait(timeout=30) for process in running]
    counts.cleanup()
    return max((code for code in codes if code > 0), default=0)


_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def _end_with(parent: int) -> None:
    """In a child, before it begins: end when the parent ends, however it ends. Linux only."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended in between
        os._exit(1)


def worker(options: argparse.Namespace) -> None:
    from shucheng.kernel.operations.start import start
    from shucheng.web.environment import configured

    start(configured())
    run_worker(burst=options.burst)


def check(options: argparse.Namespace) -> int:
    """Exit code 1 when something must be mended before the platform may serve."""
    from shucheng.kernel.operations.check import check_deployment

    findings = check_deployment()
    for finding in findings:
        print(f"[{finding.severity}] {finding.code}: {finding.message} {finding.next_step}")
    if not findings:
        print("Nothing to mend.")
    return 1 if any(finding.severity == "error" for finding in findings) else 0


def sbom(options: argparse.Namespace) -> int:
    """Exit code 1 when a flaw is known of something that is installed."""
    from shucheng.kernel.operations.advisories import Unreadable, examine
    from shucheng.kernel.operations.components import bill_of_materials, components
    from shucheng.kernel.operations.trust import lock_file

    found = components(lock_file())
    document = json.dumps(bill_of_materials(found, version("shucheng")), indent=1)
    if options.out:
        options.out.write_text(document + "\n", encoding="utf-8")
        print(f"{options.out}: {len(found)} packages.", file=sys.stderr)
    else:
        print(document)
    if not options.advisories:
        return 0
    try:
        examined = examine(found, options.advisories)
    except Unreadable as error:
        print(f"shucheng: {error}", file=sys.stderr)
        return 2
    for flaw in examined.flaws:
        print(flaw, file=sys.stderr)
    print(
        f"{len(examined.flaws)} known flaws; {examined.advisories} advisories were read, "
        f"the newest of {examined.newest:%Y-%m-%d}."
        if examined.newest
        else f"{len(examined.flaws)} known flaws; {examined.advisories} advisories were read.",
        file=sys.stderr,
    )
    return 1 if examined.flaws else 0


def release_key(options: argparse.Namespace) -> int:
    try:
        write_signing_key(
            options.file, new_signing_key(PROVIDERS[settings.FIELD_KEYS_PROVIDER].signatures)
        )
    except OSError as error:
        print(f"shucheng: {options.file}: {error.strerror}", file=sys.stderr)
        return 2
    print(f"Keep {options.file} away from the servers. Deployments set:")
    print(f"SHUCHENG_RELEASE_KEY={read_signing_key(options.file).public}")
    return 0


def release_manifest(options: argparse.Namespace) -> int:
    from shucheng.kernel.operations.release import NAME, make_manifest

    try:
        key = read_signing_key(options.key)
    except (OSError, SignatureError) as error:
        print(f"shucheng: {error}", file=sys.stderr)
        return 2
    package = Path(settings.PACKAGE)
    manifest = make_manifest(package, key)
    (package / NAME).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    files, packages = len(manifest["files"]), len(manifest["packages"])
    print(f"{package / NAME}: {files} files and {packages} packages, signed by {key.public}")
    return 0


def backup(options: argparse.Namespace) -> int:
    from shucheng.kernel.operations.backup import backup_platform
    from shucheng.kernel.operations.shelf import dated, remove_old

    shelf = Path(settings.BACKUP_FOLDER) if settings.BACKUP_FOLDER else None
    target: Path | None = options.target or (dated(shelf) if shelf else None)
    if target is None:
        print("shucheng: name a folder, or set SHUCHENG_BACKUP_FOLDER", file=sys.stderr)
        return 2
    try:
        manifest = backup_platform(target, with_secrets=options.with_secrets)
    except ShuchengError as error:
        print(f"shucheng: {error}", file=sys.stderr)
        return 2
    print(f"{target}: {len(manifest.files)} files, {manifest.bytes} bytes, verified.")
    if options.keep and shelf:
        for old in remove_old(shelf, options.keep):
            print(f"{old}: removed.")
    if manifest.incomplete:
        names = " ".join(manifest.incomplete)
        print(f"shucheng: stored files missing or changed on the disk: {names}", file=sys.stderr)
        return 1
    return 0


def restore(options: argparse.Namespace) -> int:
    from shucheng.kernel.operations.restore import restore_platform

    try:
        restored = restore_platform(options.source, replace=options.replace)
    except ShuchengError as error:
        print(f"shucheng: {error}", file=sys.stderr)
        return 2
    print(f"Restored and verified: {restored}")
    return 0


def rotate_keys(options: argparse.Namespace) -> None:
    """Seal what is stored encrypted with a new key; the old one stays readable until then."""
    count = rotate_field_keys(actor=system_actor("cli"))
    print(f"{count} values are sealed with the new key.")


def audit(options: argparse.Namespace) -> int:
    """Exit code 1 when the chain is broken."""
    from shucheng.kernel.audit.actions import sign_chain
    from shucheng.kernel.audit.signing import signing_key
    from shucheng.kernel.audit.verify import parse_head

    if options.verb == "export":
        target = options.out or Path("audit.jsonl")
        with target.open("w", encoding="utf-8") as out:
            count = export_entries(out, actor=system_actor("cli"))
        print(f"{count} entries written to {target}")
        return 0
    if options.verb == "sign":
        print(sign_chain("by hand", actor=system_actor("cli")))
        return 0
    if options.verb == "public-key":
        print(signing_key().public)
        return 0
    try:
        known = parse_head(options.head) if options.head else None
    except ValueError as error:
        print(f"shucheng: {error}", file=sys.stderr)
        return 2
    outcome = verify_chain(known, tuple(options.public_key))
    print(outcome)
    return 0 if outcome.intact else 1


def recompute(options: argparse.Namespace) -> None:
    """The stored values are a cache: this fills it again, whatever was in it."""
    from shucheng.plan.public import recompute_all

    print(f"Values computed: {recompute_all(actor=system_actor('cli'))}")


def archive_plan(options: argparse.Namespace) -> int:
    from shucheng.plan.public import archive_plan as archive

    try:
        folder = archive(options.version, options.folder, actor=system_actor("cli"))
    except ShuchengError as error:
        print(f"shucheng: {error}", file=sys.stderr)
        return 2
    print(f"{folder}: verify it with {folder}/verify/verify_package.py")
    return 0


def messages(options: argparse.Namespace) -> None:
    """Compile every .po file; `--collect` first gathers texts from code and templates."""
    import polib

    package = Path(settings.PACKAGE)
    if options.collect:
        layers = [Path(folder).parent for folder in settings.LOCALE_PATHS]
        for layer in (*layers, *(path.parent for path in package.glob("bays/*/bay.py"))):
            layer_locale = layer / "locale"
            layer_locale.mkdir(exist_ok=True)
            here = Path.cwd()
            os.chdir(layer)
            try:
                call_command(
                    "makemessages",
                    locale=["zh_Hans"],
                    no_location=True,
                    no_wrap=True,
                    verbosity=0,
                    ignore_patterns=["tests/*"],
                )
            finally:
                os.chdir(here)
    for source in package.rglob("locale/*/LC_MESSAGES/django.po"):
        polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))


def docs(options: argparse.Namespace) -> None:
    from shucheng.web.reference import write_reference

    for path in write_reference(Path.cwd() / "docs" / "reference", options.parser()):
        print(path)
