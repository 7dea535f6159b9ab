"""Django's settings. What a deployment may choose is in `environment.py`."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.contrib.messages import constants
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.operations.logging import logging_config
from shucheng.web import environment as env

PACKAGE = Path(__file__).resolve().parent.parent

DEBUG = env.flag("SHUCHENG_DEBUG")
SECRET_KEY = env.secret_key()
ALLOWED_HOSTS = env.items("SHUCHENG_HOSTS")
DATA_FOLDER = env.data_folder()
CITY_PACK = Path(env.text("SHUCHENG_CITY"))
DEMO = env.flag("SHUCHENG_DEMO")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    # Before allauth, so that our templates are found first.
    "shucheng.kernel.identity",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_cotton",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "ninja",
    "shucheng.kernel.audit",
    "shucheng.kernel.files",
    "shucheng.kernel.observations",
    "shucheng.kernel.reporting",
    "shucheng.kernel.reminders",
    "shucheng.kernel.jobs",
    "shucheng.kernel.alerts",
    "shucheng.kernel.operations",
    "shucheng.plan",
    "shucheng.plan.supervision",
    "shucheng.plan.briefings",
    "shucheng.plan.open_data",
    "shucheng.bays.statistics",
    "shucheng.bays.data",
    "shucheng.web",
]

MIDDLEWARE = [
    "shucheng.web.middleware.request_context",
    "shucheng.kernel.operations.middleware.measure_requests",
    "shucheng.web.protection.trusted_address",
    "django.middleware.security.SecurityMiddleware",
    "shucheng.web.protection.protective_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "shucheng.web.protection.content_digest",
    "shucheng.web.protection.idle_sessions",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shucheng.kernel.operations.middleware.actor_in_logs",
    "allauth.account.middleware.AccountMiddleware",
    "shucheng.web.middleware.language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "shucheng.web.protection.public_pace",
    "shucheng.web.protection.clean_text",
    "shucheng.web.middleware.errors_as_pages",
    "shucheng.web.protection.sign_in_gate",
]

ROOT_URLCONF = "shucheng.web.urls"
WSGI_APPLICATION = "shucheng.web.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shucheng.web.context.shell",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "shucheng.web.templatetags.shell"],
        },
    }
]

DATABASES = {"default": env.database()}
# DuckDB, which computes indicators: what it may take, and from how many observations on it reads
# them in a process of its own.
ENGINE = {
    "memory_limit": f"{env.whole('SHUCHENG_ENGINE_MEMORY_MB')}MB",
    "threads": env.text("SHUCHENG_ENGINE_THREADS"),
    "temp_directory": str(DATA_FOLDER / "engine"),
}
ENGINE_APART_FROM = 200_000
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# -- people: sign-in, passwords, sessions, transport (kept by identity) -----------------------
AUTH_USER_MODEL = "identity.Person"
AUTHENTICATION_BACKENDS = ["shucheng.kernel.identity.sign_in.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PASSWORD_MAX_AGE_DAYS = 90
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {
        "NAME": "shucheng.kernel.identity.passwords.CharacterClasses",
        "OPTIONS": {"at_least": 3},
    },
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "display_name", "email"]},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "shucheng.kernel.identity.passwords.NotUsedBefore", "OPTIONS": {"last": 5}},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
SIGN_IN_FAILURES = 5
SIGN_IN_LOCK_MINUTES = 30
ACCOUNT_ADAPTER = "shucheng.kernel.identity.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "5/30m/key"}
MFA_ADAPTER = "shucheng.kernel.identity.second_factor.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
REQUIRE_SECOND_FACTOR = env.flag("SHUCHENG_REQUIRE_SECOND_FACTOR")

SOCIALACCOUNT_ADAPTER = "shucheng.kernel.identity.sign_in.SocialAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "sso",
                "name": env.text("SHUCHENG_OIDC_NAME"),
                "client_id": env.text("SHUCHENG_OIDC_CLIENT_ID"),
                "secret": env.text("SHUCHENG_OIDC_CLIENT_SECRET"),
                "settings": {"server_url": env.text("SHUCHENG_OIDC_ISSUER")},
            }
        ]
        if env.text("SHUCHENG_OIDC_ISSUER")
        else [],
        "OAUTH_PKCE_ENABLED": True,
    }
}

_issuer = urlsplit(env.text("SHUCHENG_OIDC_ISSUER"))
OIDC_ORIGINS = [f"{_issuer.scheme}://{_issuer.netloc}"] if _issuer.netloc else []

SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_MINUTES = 30
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = env.flag("SHUCHENG_HTTPS")
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "shucheng.web.protection.csrf_failed"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if env.flag("SHUCHENG_HTTPS") else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
# Health probes come from the machine itself, without a proxy before them.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
# Believed only behind a trusted proxy: from others the header is removed first.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
TRUSTED_PROXIES = env.items("SHUCHENG_TRUSTED_PROXIES")
ADMIN_NETWORKS = env.items("SHUCHENG_ADMIN_NETWORKS")
FIELD_KEYS_FILE = DATA_FOLDER / "field-keys.json"
FIELD_KEYS_PROVIDER = env.text("SHUCHENG_CRYPTO")
SIGNING_KEY_FILE = DATA_FOLDER / "signing-key.json"
OPERATOR = env.text("SHUCHENG_OPERATOR")
# -- end of people ----------------------------------------------------------------------------

# -- operations: logs, metrics, backups -------------------------------------------------------
LOGGING = logging_config(env.text("SHUCHENG_LOG_LEVEL"), env.text("SHUCHENG_LOG_FORMAT"))
METRICS_NETWORKS = env.items("SHUCHENG_METRICS_NETWORKS")
METRICS_TOKEN = env.text("SHUCHENG_METRICS_TOKEN")
BACKUP_FOLDER = env.text("SHUCHENG_BACKUP_FOLDER")
AUDIT_KEEP_DAYS = env.whole("SHUCHENG_AUDIT_KEEP_DAYS")
RELEASE_KEY = env.text("SHUCHENG_RELEASE_KEY").strip()
ADVISORIES = env.text("SHUCHENG_ADVISORIES")

_mail = urlsplit(env.text("SHUCHENG_EMAIL_URL"))
EMAIL_CONFIGURED = bool(_mail.hostname)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_CONFIGURED else 'dummy'}.EmailBackend"
EMAIL_HOST = _mail.hostname or ""
EMAIL_PORT = _mail.port or (465 if _mail.scheme == "smtps" else 25)
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("SHUCHENG_EMAIL_FROM") or f"shucheng@{ALLOWED_HOSTS[0]}"
ROBOT_HOSTS = env.items("SHUCHENG_ROBOT_HOSTS")
SOURCE_HOSTS = env.items("SHUCHENG_SOURCE_HOSTS")
OPEN_DATA = env.flag("SHUCHENG_OPEN_DATA")
OPEN_DATA_REQUESTS_A_MINUTE = 120

# The words that the style sheet has for how a notice is meant.
MESSAGE_TAGS = {constants.SUCCESS: "good", constants.WARNING: "watch", constants.ERROR: "bad"}

# -- language: Chinese first, English complete ------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / layer / "locale" for layer in ("web", "plan", "kernel")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# -- static files and uploads -----------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_FOLDER / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
UPLOAD_LIMIT = env.whole("SHUCHENG_UPLOAD_LIMIT_MB") * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
SCANNER = env.text("SHUCHENG_SCANNER").split()
