"""Addresses of the edges."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from guildhall.web.api.v1.addresses import api
from guildhall.web.api.v1.openapi import openapi
from guildhall.web.health import live, ready
from guildhall.web.internal import clock, waiting
from guildhall.web.pages.preferences import preferences
from guildhall.web.pages.styleguide import styleguide
from guildhall.web.webhooks.stripe import connect, platform, thin
from guildhall.web.webhooks.twilio import inbound, status

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/openapi.json", openapi),
    path("api/v1/", api.urls),
    path("", include("guildhall.web.public.urls")),
    path("my/", include("guildhall.web.customer.urls")),
    path("pro/", include("guildhall.web.provider.urls")),
    path("ops/", include("guildhall.web.operator.urls")),
    path("preferences", preferences, name="preferences"),
    path("styleguide", styleguide, name="styleguide"),
    path("health", live),
    path("ready", ready),
    path("webhooks/stripe", platform),
    path("webhooks/stripe/connect", connect),
    path("webhooks/stripe/thin", thin),
    path("webhooks/twilio/status", status),
    path("webhooks/twilio/inbound", inbound),
]
if settings.SANDBOX:
    urlpatterns += [path("internal/clock", clock), path("internal/waiting", waiting)]
