"""Addresses of the provider's application."""

from django.urls import URLPattern, URLResolver, include, path

from guildhall.web.provider import home, manifest, registration

app_name = "provider"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.page, name="home"),
    path("manifest.webmanifest", manifest.manifest, name="manifest"),
    path("account/register", registration.page, name="register"),
    path("account/", include("guildhall.web.signin.urls")),
]
