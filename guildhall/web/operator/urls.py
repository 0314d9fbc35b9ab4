"""Addresses of the operator's application."""

from django.urls import URLPattern, URLResolver, include, path

from guildhall.web.operator import acting, booking, bookings, pending, search
from guildhall.web.operator.actions import ACTIONS

app_name = "operator"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", pending.page, name="home"),
    path("live", pending.live, name="live"),
    path("facts/<int:fact_id>/retry", pending.retry, name="fact-retry"),
    path("search", search.page, name="search"),
    path("bookings", bookings.page, name="bookings"),
    path("bookings/<str:booking_id>", booking.page, name="booking"),
    *(
        path(f"bookings/<str:booking_id>/{action.slug}", acting.view_of(action), name=f"booking-{action.slug}")
        for action in ACTIONS
    ),
    path("account/", include("guildhall.web.signin.urls")),
]
