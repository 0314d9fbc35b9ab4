"""Every address of the system."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("guildhall.web.urls"))]
handler500 = "guildhall.web.middleware.answer_fault"
