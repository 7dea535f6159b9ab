"""Every setting of a deployment, read from environment variables, described in one place.

`docs/reference/settings.md` is generated from `SETTINGS`; a test fails when it is stale.
"""

import contextlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlparse


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting("SHUCHENG_DATA", "var", "Folder of the embedded database, stored files and backups."),
    Setting(
        "SHUCHENG_DATABASE_URL",
        "",
        "postgresql://user:password@host:port/name; empty for SQLite inside SHUCHENG_DATA.",
    ),
    Setting(
        "SHUCHENG_ENGINE_MEMORY_MB",
        "1024",
        "Memory that computing indicators may take in a process; what is more goes to disk.",
    ),
    Setting("SHUCHENG_ENGINE_THREADS", "2", "Threads that reading all observations may use."),
    Setting(
        "SHUCHENG_SECRET_KEY",
        "",
        "Secret of sessions and tokens; empty: one is made once and kept in SHUCHENG_DATA.",
    ),
    Setting("SHUCHENG_HOSTS", "localhost,127.0.0.1,[::1]", "Host names served, comma-separated."),
    Setting("SHUCHENG_DEBUG", "0", "1 shows Django's error pages; never in production."),
    Setting(
        "SHUCHENG_HTTPS",
        "1",
        "1: secure cookies, redirect to https, HSTS. 0 only behind nothing, on one's own machine.",
    ),
    Setting(
        "SHUCHENG_ADMIN_NETWORKS", "", "CIDR ranges that may open management pages; empty: all."
    ),
    Setting("SHUCHENG_TRUSTED_PROXIES", "", "CIDR ranges whose X-Forwarded-For is believed."),
    Setting("SHUCHENG_REQUIRE_SECOND_FACTOR", "1", "1: management roles need a second factor."),
    Setting(
        "SHUCHENG_OPERATOR",
        "",
        "Name and contact of whoever runs the platform, for the privacy page.",
    ),
    Setting(
        "SHUCHENG_CRYPTO", "sm", "Algorithms of new field keys: sm (SM3, SM4) or international."
    ),
    Setting("SHUCHENG_OIDC_ISSUER", "", "Address of the OpenID Connect provider; empty: none."),
    Setting("SHUCHENG_OIDC_CLIENT_ID", "", "Client id at that provider."),
    Setting("SHUCHENG_OIDC_CLIENT_SECRET", "", "Client secret at that provider."),
    Setting("SHUCHENG_OIDC_NAME", "统一身份认证", "Text of the provider's button."),
    Setting(
        "SHUCHENG_EMAIL_URL",
        "",
        "smtp://user:password@host:port, smtp+tls:// for STARTTLS, smtps:// for TLS; empty: none.",
    ),
    Setting(
        "SHUCHENG_EMAIL_FROM", "", "Sender of mail; empty: shucheng@ and the first of the hosts."
    ),
    Setting(
        "SHUCHENG_SOURCE_HOSTS",
        "",
        "Hosts that departments may have read, for the catalogue and for products; asked at each "
        "reading. Comma-separated.",
    ),
    Setting(
        "SHUCHENG_ROBOT_HOSTS",
        "qyapi.weixin.qq.com,oapi.dingtalk.com,open.feishu.cn",
        "Hosts that group robots may be at, and CIDR ranges for messengers in one's own network.",
    ),
    Setting(
        "SHUCHENG_DEMO",
        "0",
        "1: anybody may sign in as a demonstration person; never in production.",
    ),
    Setting(
        "SHUCHENG_OPEN_DATA",
        "0",
        "1: released indicators may be read without signing in, on /open-data/ and over SDMX.",
    ),
    Setting("SHUCHENG_LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR."),
    Setting("SHUCHENG_LOG_FORMAT", "json", "json or console."),
    Setting(
        "SHUCHENG_METRICS_NETWORKS",
        "127.0.0.0/8,::1/128",
        "CIDR ranges that may read /metrics; empty: none.",
    ),
    Setting(
        "SHUCHENG_METRICS_TOKEN",
        "",
        "Bearer token that may read /metrics from anywhere else; empty: none.",
    ),
    Setting(
        "SHUCHENG_BACKUP_FOLDER",
        "",
        "Where `shucheng backup` puts dated backups; `shucheng check` says when the newest is old.",
    ),
    Setting(
        "SHUCHENG_RELEASE_KEY",
        "",
        "The publisher's public key: the program's files must be as that key signed them.",
    ),
    Setting(
        "SHUCHENG_ADVISORIES",
        "",
        "Copy of the OSV database (folder, file or zip) that `shucheng check` asks; empty: none.",
    ),
    Setting("SHUCHENG_CITY", "cities/yancheng", "Folder of the city pack."),
    Setting("SHUCHENG_UPLOAD_LIMIT_MB", "50", "Largest accepted upload."),
    Setting(
        "SHUCHENG_SCANNER",
        "",
        "Program that scans uploads from standard input, e.g. clamdscan -; empty: none.",
    ),
    Setting(
        "SHUCHENG_AUDIT_KEEP_DAYS", "1095", "How long audit entries stay online; never under 180."
    ),
)
_DEFAULTS = {setting.name: setting.default for setting in SETTINGS}


def text(name: str) -> str:
    return os.environ.get(name, _DEFAULTS[name])


def flag(name: str) -> bool:
    return text(name).lower() in {"1", "true", "yes", "on"}


def whole(name: str) -> int:
    return int(text(name))


def configured() -> dict[str, str]:
    """What this deployment chose itself, by name."""
    return {name: os.environ[name] for name in sorted(_DEFAULTS) if name in os.environ}


def items(name: str) -> list[str]:
    return [item.strip() for item in text(name).split(",") if item.strip()]


def data_folder() -> Path:
    folder = Path(text("SHUCHENG_DATA")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def secret_key() -> str:
    """The configured secret, or one made once and readable by the owner only."""
    if configured := text("SHUCHENG_SECRET_KEY"):
        return configured
    path = data_folder() / "secret-key"
    if not path.exists():
        # Two processes may start at once: the first link wins, and nobody reads half a key.
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def database() -> dict[str, object]:
    """Django's DATABASES entry for the configured address."""
    url = text("SHUCHENG_DATABASE_URL")
    if not url:
        return _sqlite(data_folder() / "shucheng.sqlite3")
    parts = urlparse(url)
    if parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError(f"SHUCHENG_DATABASE_URL: unknown database {parts.scheme!r}")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        **_hosts(parts.netloc.rpartition("@")[2]),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def _hosts(text: str) -> dict[str, str]:
    """One server, or several as libpq tries them in turn: db1:5432,db2:5432."""
    found = [re.fullmatch(r"(\[.*\]|[^:]*)(?::(\d+))?", each) for each in text.split(",")]
    if not all(found):
        raise ValueError(f"SHUCHENG_DATABASE_URL: {text!r} names no server")
    hosts, ports = zip(*((m[1].strip("[]"), m[2] or "") for m in found if m), strict=True)
    return {"HOST": ",".join(hosts), "PORT": ",".join(ports) if any(ports) else ""}


def _sqlite(path: Path) -> dict[str, object]:
    # IMMEDIATE: a writer waits at the start of its transaction instead of failing in the middle.
    # synchronous=FULL: what was acknowledged survives a power cut, not only a killed process.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;"
            ),
        },
    }
