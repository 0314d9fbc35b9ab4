"""Addresses of the public pages."""

from django.urls import URLPattern, URLResolver, path

from guildhall.web.public import home

app_name = "public"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.page, name="home"),
]
