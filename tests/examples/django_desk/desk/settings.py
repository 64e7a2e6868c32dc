"""As `django-admin startproject` makes it, and no longer than the desk needs."""

from __future__ import annotations

SECRET_KEY = "for tests alone"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["desk"]
ROOT_URLCONF = "desk.urls"
MIDDLEWARE = [
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "desk.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
STATIC_URL = "static/"

INTELEPEER_SECRET = "change me"
"""The shared code of IntelePeer's Customer Portal."""
