"""Addresses of the edges."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, path

from guildhall.web.api.v1.addresses import api
from guildhall.web.health import live, ready
from guildhall.web.internal import clock

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("health", live),
    path("ready", ready),
]
if settings.SANDBOX:
    urlpatterns.append(path("internal/clock", clock))
