"""Addresses of the operator's application."""

from django.urls import URLPattern, URLResolver, include, path

from guildhall.web.operator import home

app_name = "operator"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.page, name="home"),
    path("account/", include("guildhall.web.signin.urls")),
]
