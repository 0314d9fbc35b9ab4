"""Addresses of the public pages."""

from django.urls import URLPattern, URLResolver, path

from guildhall.web.public import home, pictures, price, providers, services, texts, what, when, where

app_name = "public"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.page, name="home"),
    path("services/<str:category>", services.page, name="service"),
    path("providers/<str:provider_id>", providers.page, name="provider"),
    path("media/<str:token>", pictures.picture, name="picture"),
    path("terms", texts.terms, name="terms"),
    path("privacy", texts.privacy, name="privacy"),
    path("request", what.page, name="what"),
    path("request/where", where.page, name="where"),
    path("request/pin", where.pin, name="pin"),
    path("request/when", when.page, name="when"),
    path("request/price", price.page, name="price"),
]
