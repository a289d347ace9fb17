"""Settings of every process; the environment decides, `docs/running.md` lists the variables.

With nothing configured the product runs on its own embedded engines under `VAR_DIR` and makes its own keys.
In production (`ENVIRONMENT=production`) every secret must be given: a missing one stops the start with the remedy.
"""

import secrets
from pathlib import Path
from urllib.parse import unquote

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from backoffice.crypto import keys
from backoffice.isolation import roles
from backoffice.ops import engines

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

ENVIRONMENT = env.str("ENVIRONMENT", default="development")
PRODUCTION = ENVIRONMENT == "production"
DEMO = env.bool("DEMO", default=False)
DEBUG = False

VAR_DIR = env.path("VAR_DIR", default=BASE_DIR / "var")
VAR_DIR = Path(str(VAR_DIR)).resolve()
KEYS_DIR = Path(env.str("KEYS_DIR", default=str(VAR_DIR / "keys")))
KEYS_ARE_MADE_HERE = not PRODUCTION
# What this process is: keys are given by process (`keys.REGISTRY`). `manage` is a command of an operator.
PROCESS = env.str("PROCESS", default="manage")
keys.configure(directory=KEYS_DIR, may_create=KEYS_ARE_MADE_HERE, process=PROCESS)
if PRODUCTION:
    keys.demand()

# A process that signs nothing gets no lasting key.
_signing = keys.secrets_of("django_secret_key") if keys.is_held("django_secret_key") else [secrets.token_bytes(32)]
SECRET_KEY, *SECRET_KEY_FALLBACKS = [key.hex() for key in _signing]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BASE_URL = env.str("BASE_URL", default=f"http://127.0.0.1:{env.int('PORT', default=8000)}")

# One installed app each (docs/conventions.md, "A new procedure"); tests add one of their own.
PROCEDURES = ["enrolment.providers", "enrolment.complaints", *env.list("EXTRA_PROCEDURES", default=[])]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "viewflow.workflow",
    "backoffice.romania",
    "backoffice.crypto",
    "backoffice.http",
    "backoffice.ops",
    "backoffice.audit",
    "backoffice.jobs",
    "backoffice.accounts",
    "notifications",
    "workflows",
    "workflows.attachments",
    *PROCEDURES,
    "backoffice.isolation",  # last: its policies are about the tables of all others
]

MIDDLEWARE = [
    "backoffice.http.request_id.RequestIdMiddleware",
    "backoffice.http.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backoffice.http.errors.ErrorPagesMiddleware",
    "backoffice.http.body_limit.BodyLimitMiddleware",
    "backoffice.isolation.middleware.TenantMiddleware",
    "backoffice.audit.middleware.RefusalsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "backoffice.accounts.middleware.LoginMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "workflows.engine.middleware.EngineErrorsMiddleware",
]

ROOT_URLCONF = "backoffice.urls"
WSGI_APPLICATION = "backoffice.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "backoffice.romania.templatetags.formatting",
                "backoffice.jobs.templatetags.job_reasons",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "backoffice.accounts.context.demo",
                "backoffice.accounts.context.account",
                "workflows.context.work",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database: PostgreSQL and no other --------------------------------------------------------------------------
# Web and worker log in as roles of their own, under row-level security; a management command as the owner.
# On the embedded database PROCESS chooses the log-in; elsewhere DATABASE_URL names it.
EMBEDDED_POSTGRES = "DATABASE_URL" not in env.ENVIRON
DATABASE_ROLE = roles.OF_PROCESS[PROCESS]
DATABASES = {
    "default": engines.postgres_settings(VAR_DIR, roles.BY_NAME[DATABASE_ROLE])
    if EMBEDDED_POSTGRES
    else env.db("DATABASE_URL"),
}
# Where one log-in plays all roles (tests), each transaction takes the role it needs.
ASSUME_ROLES = ENVIRONMENT == "test" and roles.name_of(DATABASES["default"]["USER"]) == "owner"
DATABASES["default"]["ATOMIC_REQUESTS"] = True
# A socket folder in the URL is written %2F…: postgres://user@%2Frun%2Fpostgresql/name
DATABASES["default"]["HOST"] = unquote(DATABASES["default"]["HOST"])
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Bound on the server: a failing statement is logged without its values.
DATABASES["default"].setdefault("OPTIONS", {})["server_side_binding"] = True
# Statements seen twice are prepared: half the planning. Behind a transaction pooler set 0 to switch it off.
if DATABASE_ROLE == "owner":
    DATABASES["default"]["OPTIONS"]["options"] = "-c app.maintenance=on"
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = env.int("PREPARE_THRESHOLD", default=2) or None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Only the throttles of log-in and mails use the cache; they count in the database, the same for every process.
CACHES = {"default": {"BACKEND": "backoffice.http.throttle.ThrottleCache"}}

# --- Redis: a hint, never the truth --------------------------------------------------------------------------------
EMBEDDED_VALKEY = "REDIS_URL" not in env.ENVIRON
CELERY_BROKER_URL = engines.broker_url(VAR_DIR) if EMBEDDED_VALKEY else env.str("REDIS_URL")

# --- People -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "backoffice.accounts.adapter.AccountAdapter"
MFA_ADAPTER = "backoffice.accounts.adapter.MFAAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = False  # a browser that is closed forgets the session
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Înrolare DES"

# --- Sessions, cookies, log-in (docs/sessions-and-headers.md; headers are in backoffice/http/headers.py) --------------
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SESSION_ENGINE = "backoffice.accounts.sessions"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_IDLE_SECONDS = 15 * 60
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
# A browser takes a __Host- cookie from this very host over https only.
SESSION_COOKIE_NAME = "__Host-sessionid" if PRODUCTION else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if PRODUCTION else "csrftoken"
CSRF_FAILURE_VIEW = "backoffice.http.errors.csrf_failure"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 63_072_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# What a client forwards about itself counts only when our proxy wrote it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000  # a hundred rows of some 40 boxes each
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 5
# A file of 10 MiB and the fields around it. Kept in memory: a file is never written to a disk in clear.
MAX_REQUEST_BYTES = FILE_UPLOAD_MAX_MEMORY_SIZE = 11 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# --- Words ------------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "ro"
LANGUAGES = [("ro", _("Română")), ("en", _("Engleză"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Bucharest"
USE_I18N = USE_TZ = True
FORMAT_MODULE_PATH = ["backoffice.romania.formats"]

# --- Files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
PDF_FONTS = BASE_DIR / "static" / "vendor"

# --- Mail: a row first, delivered by the worker -------------------------------------------------------------------
EMAIL_CONFIG = env.email("EMAIL_URL", default=f"filemail:///{VAR_DIR / 'mail'}")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="nu-raspundeti@des.example.ro")

# --- Work -------------------------------------------------------------------------------------------------------------
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=120)
JOB_SWEEP_SECONDS = env.int("JOB_SWEEP_SECONDS", default=30)
# The copy of the checkpoints outside the database (docs/evidence.md); in production on another host's volume.
CHECKPOINT_FILE = env.str("CHECKPOINT_FILE", default=str(VAR_DIR / "checkpoints.jsonl"))
# Where the seals of the houses are (docs/seal.md). Secrets have variables, better files, of their own.
SEAL_URL = env.str("SEAL_URL", default=f"file:{KEYS_DIR / 'seal'}")
if not SEAL_URL.startswith(("file:", "pkcs11:", "csc:http")) or "@" in SEAL_URL or "pin-" in SEAL_URL:
    raise ImproperlyConfigured(
        "SEAL_URL is file:/folder, pkcs11:token=…?module-path=/….so or csc:https://service, and holds no PIN and no "
        "password: these stand in SEAL_PIN_FILE and SEAL_CSC_SECRET_FILE (docs/seal.md)"
    )
SEAL_AUTHORITIES = env.str("SEAL_AUTHORITIES", default="")
SEAL_PIN, SEAL_PIN_FILE = env.str("SEAL_PIN", default=""), env.str("SEAL_PIN_FILE", default="")
SEAL_CSC_CLIENT_ID = env.str("SEAL_CSC_CLIENT_ID", default="")
SEAL_CSC_SECRET, SEAL_CSC_SECRET_FILE = (
    env.str("SEAL_CSC_SECRET", default=""),
    env.str("SEAL_CSC_SECRET_FILE", default=""),
)
SEAL_TSA_URL, SEAL_TSA_USER = env.str("SEAL_TSA_URL", default=""), env.str("SEAL_TSA_USER", default="")
SEAL_TSA_PASSWORD = env.str("SEAL_TSA_PASSWORD", default="")
SEAL_TSA_PASSWORD_FILE = env.str("SEAL_TSA_PASSWORD_FILE", default="")
SCANNER_URL = env.str("SCANNER_URL", default="")
if SCANNER_URL and not SCANNER_URL.startswith("clamd://"):
    raise ImproperlyConfigured("SCANNER_URL is not an address of a scanner; write clamd://host:3310 or leave it empty")
# Whom staff tell when work fails again and again: shown where a page says "anunțați suportul".
SUPPORT_CONTACT = env.str("SUPPORT_CONTACT", default="administratorul tehnic al instalării")
LOCK_TIMEOUT = env.str("LOCK_TIMEOUT", default="3s")

# `json` holds no value of a person (backoffice/http/logs.py); `line` is for a developer's screen.
LOG_FORMAT = env.str("LOG_FORMAT", default="json" if PRODUCTION else "line")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "json": {"()": "backoffice.http.logs.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # A page that was not found or refused is no event; the access log has its status.
        "django.request": {"level": "ERROR"},
        "celery": {"level": "INFO" if PRODUCTION else "WARNING"},
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
        # Says at every seal of the demo that nothing is fetched, which is meant.
        "pyhanko": {"level": "ERROR"},
    },
}
TEST_RUNNER = "django.test.runner.DiscoverRunner"
