"""Django settings: the environment comes in here and nowhere else. One file for development, tests and production."""

import hashlib
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
import structlog
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import environment
from jobs.registry import Beat, Kind

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

try:
    import os

    ENV = environment.read(os.environ, file=BASE_DIR / ".env")
except environment.BadEnvironment as error:
    sys.exit(f"openllm-talk: {error}")

DEBUG = ENV["DEBUG"]
SECRET_KEY = ENV["SECRET_KEY"] or environment.development_key(VAR_DIR)
SITE_URL = ENV["SITE_URL"]
ALLOWED_HOSTS = ENV["ALLOWED_HOSTS"] or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# Who else may say who somebody is: those whose keys are configured.
PROVIDERS = [name for name in ("github", "weixin") if ENV[f"{name.upper()}_CLIENT_ID"]]
PROVIDER_PLACES = {"github": "https://github.com", "weixin": "https://open.weixin.qq.com"}
# Where mail can be sent, a verified address opens an account, too.
OPEN_BY_MAIL = bool(ENV["EMAIL_URL"])

# ── Applications ────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "members",  # before what it brings a command of its own for
    "config.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    *(f"allauth.socialaccount.providers.{name}" for name in PROVIDERS),
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "jobs",
    "outbound",
    "papers",
    "news",
    "talks",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.UnchangedPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.TakenTexts",
    "config.middleware.KnownMethods",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.SuspendedRead",
    "config.middleware.OwnErrorPages",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
            ],
        },
    },
]

# ── Database ────────────────────────────────────────────────────────────────
DATABASES = {"default": environ.Env.db_url_config(ENV["DATABASE_URL"])}
DATABASES["default"]["CONN_MAX_AGE"] = None
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    if not Path(DATABASES["default"]["NAME"]).is_absolute():
        DATABASES["default"]["NAME"] = str(BASE_DIR / DATABASES["default"]["NAME"])
    VAR_DIR.mkdir(exist_ok=True)  # the default's folder; a mistyped path makes none
    # Writers take their lock at BEGIN and wait for it; readers never block (measured: 0 failed writes of 8,000).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # What is deleted is overwritten: a salt or a draft that is gone is not to be read off the file.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA secure_delete=ON; PRAGMA synchronous="
        + DATABASES["default"].get("OPTIONS", {}).get("synchronous", "NORMAL"),
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ── People ──────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = ["members.accounts.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "members.accounts.AccountAdapter"
ACCOUNT_FORMS = {"signup": "members.signup.SignupForm", "reset_password": "members.signup.ResetForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"} if OPEN_BY_MAIL else {"username"}
# The form (members.signup) asks for an address only where mail is configured, and then of whom has no code.
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*" if OPEN_BY_MAIL else "email", "password1*", "password2*"]
# members.accounts.VerifiedIfOpenedByMail says whose address it is that must be verified.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if OPEN_BY_MAIL else "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[OpenLLM Talk] "
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PREVENT_ENUMERATION = True
PASSWORD_RESET_TIMEOUT = 60 * 60
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_USERNAME_MIN_LENGTH = 2
# Beside django-allauth's own limits: texts that wait for their writer to sign in, from one address.
ACCOUNT_RATE_LIMITS = {"draft": "60/h/ip"}
# What may be sent without an account from one address within an hour (talks.actions.limits): a whole university may
# stand behind one. "return" counts wrong return codes, "vote_for_one" those for one question, "vote_signed_in" those of
# one person.
VISITOR_LIMITS = {"ask": 20, "vote": 300, "vote_for_one": 120, "vote_signed_in": 600, "return": 30, "return_act": 120}
MFA_ADAPTER = "members.accounts.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "OpenLLM Talk"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG  # development is served from http://localhost
SOCIALACCOUNT_ADAPTER = "config.providers.ProviderAdapter"
SOCIALACCOUNT_FORMS = {"signup": "members.signup.SocialSignupForm"}
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_QUERY_EMAIL = SOCIALACCOUNT_EMAIL_REQUIRED = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_PROVIDERS = {
    name: {"APP": {"client_id": ENV[f"{name.upper()}_CLIENT_ID"], "secret": ENV[f"{name.upper()}_CLIENT_SECRET"]}}
    for name in PROVIDERS
}
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not DEBUG
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# ── Background work: docs/architecture.md, "Background work" ────────────────
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ENV["REDIS_URL"]}
    if ENV["REDIS_URL"]
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Pages of talks.views.kept: in every process its own, so that no page waits for Redis or fails with it.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 200},
    },
}
REDIS_URL = ENV["REDIS_URL"]
JOB_KINDS = {
    "prune": Kind(store="jobs.actions.pruning.prune", name=_("daily clean-up")),
    "turn_week": Kind(store="talks.actions.life.turn_week", name=_("locking boards and opening the next number")),
    "collect": Kind(store="news.actions.collect.start_due", name=_("starting the sources that are due")),
    "collect_page": Kind(
        name=_("a page of a source"),
        fetch="news.actions.collect.fetch_page",
        store="news.actions.collect.store_page",
        lease=timedelta(minutes=10),
    ),
    "fill_papers": Kind(
        name=_("filling in papers"),
        fetch="papers.actions.filling.fetch",
        store="papers.actions.filling.store",
        lease=timedelta(minutes=10),
    ),
    "send_reminders": Kind(store="talks.actions.reminders.send_due", name=_("looking for reminders that are due")),
    "send_reminder": Kind(store="talks.actions.reminders.send_one", name=_("sending a reminder")),
    "tell_by_mail": Kind(store="talks.actions.mails.tell", name=_("looking who wants a mail")),
    "deliver": Kind(
        name=_("sending mails and telling webhooks"),
        fetch="talks.actions.deliveries.fetch",
        store="talks.actions.deliveries.store",
    ),
    "prune_deliveries": Kind(store="talks.actions.deliveries.prune", name=_("clean-up of deliveries")),
    "ask_papers_again": Kind(store="talks.actions.papers.ask_again", name=_("asking again about the papers of talks")),
    "ask_papers": Kind(
        name=_("asking about papers of talks"),
        fetch="papers.actions.filling.fetch_named",
        store="papers.actions.filling.store_named",
        lease=timedelta(minutes=10),
    ),
}
JOB_BEATS = {
    "heartbeat": Beat(every=timedelta(minutes=1)),
    "collect": Beat(every=timedelta(minutes=1)),
    "turn_week": Beat(every=timedelta(minutes=5)),
    "send_reminders": Beat(every=timedelta(minutes=1)),
    "prune_deliveries": Beat(every=timedelta(days=1), offset=timedelta(hours=4, minutes=20)),
    "fill_papers": Beat(every=timedelta(minutes=5)),
    "ask_papers_again": Beat(every=timedelta(weeks=1), offset=timedelta(days=3, hours=3, minutes=30)),
    "prune": Beat(every=timedelta(days=1), offset=timedelta(hours=4, minutes=10)),
}
# Whom the apps above let invite besides organizers: purpose → function of the actor and the target.
INVITERS = {"claim": "talks.rules.may_invite_to_claim", "answer": "talks.rules.may_invite_to_answer"}
# When what they make ends at the latest: function of the target.
INVITATIONS_END = {"claim": "talks.rules.claiming_ends"}
# Who sorts stories besides organizers: function of the actor.
STORY_SORTERS = "talks.rules.files_news"
# What a row said when it was read, for the merge of a conflict: function of the row and its version.
BASE_OF = "talks.history.base_of_row"
# What /readyz tells besides its own: name → function of the present moment.
READYZ_TELLS = {"sources": "news.readiness.told"}
# What somebody has taken is given up before they are erased: functions of `people` (keys), `name` and `now`. What the
# page says of that beforehand: function of the person.
ERASES_FIRST = ("talks.actions.leaving.give_up",)
ERASES_TELL = "talks.duties.told_before_leaving"
# Who else keeps names: called with `people` (keys) and the `name` to write instead when an account is erased.
ERASES_ALSO = ("talks.actions.keeping.forget_names", "talks.actions.signatures.forget_signatures")
# What else the daily clean-up does: function of the present moment.
PRUNES_ALSO = (
    "members.actions.idempotency.forget_old",
    "talks.actions.presence.forget_presence",
    "talks.actions.limits.forget_visitors",
)
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "visibility_timeout": 3600,  # longer than any task: a message never goes to two workers
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 1,  # what a dead Redis may cost a request
        "socket_timeout": 1,
    }
else:
    # A hint names a row, so each database has a folder of its own: two sites or a test run never mix.
    _broker = VAR_DIR / "broker" / hashlib.sha256(ENV["DATABASE_URL"].encode()).hexdigest()[:12]
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT = "jobs.broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "control_folder": str(_broker / "control"),
        "polling_interval": 0.1,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_DEFAULT_QUEUE = "jobs"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# Shorter than a job's lease. Threads cannot be interrupted; `--pool prefork` obeys.
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 270, 280
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = 4
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# The schedule keeps no file: what has fired is in the table of slots, where a kill cannot tear it.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {"sweep": {"task": "jobs.tasks.sweep", "schedule": 5, "options": {"expires": 5}}}

# ── Going out: outbound/client.py ───────────────────────────────────────────
ARXIV_API_URL = ENV["ARXIV_API_URL"]
ARXIV_RSS_URL = ENV["ARXIV_RSS_URL"]
HF_ENDPOINT = ENV["HF_ENDPOINT"]
# "No more than one request every three seconds, and a single connection at a time": arXiv's terms of use of its API
# and feeds, for all machines together. A setting so that tests against a local server need not wait.
ARXIV_SECONDS = 3
OUTBOUND_PROXY = ENV["OUTBOUND_PROXY"]
OUTBOUND_ALLOW = ENV["OUTBOUND_ALLOW"]

# ── Language and time ───────────────────────────────────────────────────────
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = ENV["TIME_ZONE"]

# ── Files ───────────────────────────────────────────────────────────────────
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "config" / "static"]
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns about a missing one
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
MEDIA_ROOT = str(BASE_DIR / ENV["MEDIA_ROOT"])
MEDIA_URL = "media/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# ── Headers ─────────────────────────────────────────────────────────────────
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": (),
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        # a browser follows a form's redirect only to where a form may go
        "form-action": [SELF, *(PROVIDER_PLACES[name] for name in PROVIDERS)],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "talks.views.site.csrf_failure"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
if not DEBUG:
    SECURE_SSL_REDIRECT = SITE_URL.startswith("https://")
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if SECURE_SSL_REDIRECT else 0
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SSL_REDIRECT
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
TRUSTED_PROXIES = ENV["TRUSTED_PROXIES"]  # see config/proxies.py
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# ── Mail ────────────────────────────────────────────────────────────────────
EMAIL_CONFIG = environ.Env.email_url_config(ENV["EMAIL_URL"] or "dummymail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10  # a mail server that hangs holds a worker no longer than an address does
if "@" in (EMAIL_CONFIG.get("EMAIL_HOST_USER") or ""):
    DEFAULT_FROM_EMAIL = EMAIL_CONFIG["EMAIL_HOST_USER"]

# ── API ─────────────────────────────────────────────────────────────────────
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.api.BearerAuthentication",
        "config.api.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["config.api.ScopeAllows"],  # who may do what is decided in the actions
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["members.api.bodies.JSONBody"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_PAGINATION_CLASS": "config.api.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.problems.problem",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "OpenLLM Talk",
    "VERSION": "1",
    "DESCRIPTION": "Episodes, sections, items, questions and answers of the talk. Errors are problem documents.",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"validatorUrl": None},
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "EntryKindEnum": "papers.models.EntryKind",
        "SourceKindEnum": "news.models.SourceKind",
        "SectionKindEnum": "talks.models.SectionKind",
        "EpisodeStateEnum": "talks.models.EpisodeState",
        "HostingRoleEnum": "talks.models.HostingRole",
        "ClaimRoleEnum": "talks.models.ClaimRole",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.schema.document_problems",
    ],
}

# ── Logs ────────────────────────────────────────────────────────────────────
_shared: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=False),
]
_renderer = (
    # without the values of variables: they hold requests and secrets, and fill screens
    structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    if DEBUG
    else structlog.processors.JSONRenderer(ensure_ascii=False)
)
structlog.configure(
    processors=[
        *_shared,
        structlog.processors.StackInfoRenderer(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _shared,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *([] if DEBUG else [structlog.processors.format_exc_info]),
                _renderer,
            ],
        }
    },
    "filters": {"refusals": {"()": "config.logs.RefusalsInOneLine"}, "keys": {"()": "config.logs.KeysLeftOut"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "structured", "filters": ["refusals", "keys"]},
    },
    "root": {"handlers": ["console"], "level": ENV["LOG_LEVEL"]},
    "loggers": {
        # replaces Django's default config, whose console handler would print everything twice
        "django": {"handlers": [], "level": ENV["LOG_LEVEL"], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # tokenizer and PDF libraries narrate every odd byte of a member's file
        "pypdf": {"level": "ERROR"},
        "markdown_it": {"level": "WARNING"},
        # quotes whole addresses, which may hold tokens
        "urllib3": {"level": "ERROR"},
        # complains of entries that we read and report ourselves
        "arxiv": {"level": "ERROR"},
        # two lines for every sweep
        "celery": {"level": "WARNING"},
    },
}
