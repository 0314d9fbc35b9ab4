"""Settings: read from the environment, the same for every process role; `./guild up` sets it."""

import importlib.util
import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent


def _database(url: str) -> dict[str, object]:
    """Read a postgres:// URL; a host of `/path` (percent-encoded) is a socket folder."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "application_name": os.environ.get("GUILDHALL_ROLE", "guildhall"),
            "options": "-c lock_timeout=3s -c statement_timeout=15s -c idle_in_transaction_session_timeout=30s",
            **options,
        },
    }


def _shared_library(package: str, pattern: str) -> str:
    """Find a C library that a wheel brings (GDAL of pyogrio, GEOS of shapely): newer than the system's, no apt needed."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"{package} is not installed")
    return str(next(iter(sorted((Path(spec.origin).parent.parent / f"{package}.libs").glob(pattern)))))


ENVIRONMENT = os.environ.get("GUILDHALL_ENV", "production")
SANDBOX = ENVIRONMENT == "sandbox"
SECRET_KEY = os.environ.get("GUILDHALL_SECRET_KEY", "" if ENVIRONMENT == "production" else "sandbox-only")
PUBLIC_URL = os.environ.get("GUILDHALL_PUBLIC_URL", "http://localhost:8000")
STATE = Path(os.environ.get("GUILDHALL_STATE", BASE_DIR / ".state"))
VERTICAL = os.environ.get("GUILDHALL_VERTICAL", "av")
DEBUG = False
ALLOWED_HOSTS = [urlsplit(PUBLIC_URL).hostname or "localhost", "localhost", "127.0.0.1"]

_url = os.environ.get("DATABASE_URL", "postgres://guildhall_app@localhost/guildhall")
DATABASES = {"default": _database(_url)}
DIRECT_DATABASE_URL = os.environ.get("DIRECT_DATABASE_URL", _url)
MIGRATION_DATABASE_URL = os.environ.get("MIGRATION_DATABASE_URL", "")
if os.environ.get("GUILDHALL_AS_OWNER") == "1":
    DATABASES = {"default": _database(MIGRATION_DATABASE_URL)}

GDAL_LIBRARY_PATH = _shared_library("pyogrio", "libgdal*")
GEOS_LIBRARY_PATH = _shared_library("shapely", "libgeos_c*")

CONTEXTS = [
    "eventlog",
    "timers",
    "media",
    "policy",
    "identity",
    "catalog",
    "providers",
    "customers",
    "credentialing",
    "scheduling",
    "payments",
    "discovery",
    "matching",
    "bookings",
    "reviews",
    "notifications",
]
INSTALLED_APPS = [
    "django.contrib.gis",
    "django.contrib.staticfiles",
    "guildhall.web.pages",  # before Django's forms, some of whose widgets it draws
    "django.forms",
    "django_vite",
    "django.contrib.postgres",
    "ninja",
    "procrastinate.contrib.django",
    *[f"guildhall.{context}" for context in CONTEXTS],
    "guildhall.web.api",
    "guildhall.web.signin",
    "guildhall.web.asking",
    "guildhall.web.inbox",
    "guildhall.web.public",
    "guildhall.web.customer",
    "guildhall.web.provider",
    "guildhall.web.operator",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "guildhall.web.pages.security.ContentPolicy",
    "guildhall.web.pages.compression.Compressed",
    "guildhall.web.middleware.Answer",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "guildhall.web.signin.middleware.SignIn",
    "guildhall.web.signin.middleware.Csrf",
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
ROOT_URLCONF = "guildhall.urls"
WSGI_APPLICATION = "guildhall.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("django.template.loaders.cached.Loader", ["guildhall.web.pages.loading.Loader"])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "guildhall.web.pages.context.page",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django_vite.templatetags.django_vite",
                "guildhall.web.pages.templatetags.pages",
            ],
        },
    }
]
# A folder of the operator's own `terms.md`, `privacy.md` (guildhall/web/pages/texts.py); ours are shown without.
TEXTS = os.environ.get("GUILDHALL_TEXTS", "")
if TEXTS and not Path(TEXTS).is_dir():
    raise RuntimeError(f"GUILDHALL_TEXTS is no folder: {TEXTS}")
FORM_RENDERER = "guildhall.web.pages.forms.Renderer"
AUTH_USER_MODEL = "identity.Account"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_HASHERS = ["guildhall.identity.hashers.Argon2id"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]

# What the launcher builds: the served files, the icons, the compiled catalogues (guildhall/cli/frontend.py).
BUILT = Path(os.environ.get("GUILDHALL_BUILT", BASE_DIR / "frontend" / "dist"))
LOCALE_PATHS = [BUILT / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 31_536_000
LANGUAGE_COOKIE_SAMESITE = "Lax"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BUILT / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+-[\w-]{8}\.[a-z0-9]+$"
DJANGO_VITE = {"default": {"manifest_path": BUILT / "static" / "manifest.json", "static_url_prefix": ""}}
MAP_TILES_URL = os.environ.get("GUILDHALL_MAP_TILES_URL", "")  # https://tiles.example/{z}/{x}/{y}.png; none needed
MAP_TILES_CREDIT = os.environ.get("GUILDHALL_MAP_TILES_CREDIT", "")
# Where a form may lead: the vendor's pages for cards and payout accounts.
FORM_DESTINATIONS = ["https://checkout.stripe.com", "https://connect.stripe.com"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = os.environ.get("SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("SMTP_TLS", "") == "1"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM", "Guildhall <hello@guildhall.example>")

STRIPE_API_BASE = os.environ.get("STRIPE_API_BASE", "https://api.stripe.com")
STRIPE_SECRET_KEY = os.environ.get("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = os.environ.get("STRIPE_WEBHOOK_SECRET", "")
STRIPE_CONNECT_WEBHOOK_SECRET = os.environ.get("STRIPE_CONNECT_WEBHOOK_SECRET", "")
STRIPE_THIN_WEBHOOK_SECRET = os.environ.get("STRIPE_THIN_WEBHOOK_SECRET", "")
TWILIO_API_BASE = os.environ.get("TWILIO_API_BASE", "https://api.twilio.com")
TWILIO_ACCOUNT_SID = os.environ.get("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = os.environ.get("TWILIO_AUTH_TOKEN", "")
TWILIO_FROM_NUMBER = os.environ.get("TWILIO_FROM_NUMBER", "")
SANDBOX_URL = os.environ.get("SANDBOX_URL", "")
if SANDBOX_URL:
    FORM_DESTINATIONS = [SANDBOX_URL]

if not SANDBOX and len(SECRET_KEY) < 32:  # noqa: PLR2004 - 32 characters, the least that Django's own check asks for
    SECRET_KEY = ""  # Django refuses to start without one

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("GUILDHALL_LOG_LEVEL", "INFO")},
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        "stripe": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}
