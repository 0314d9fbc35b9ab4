"""Addresses of the operator's application."""

from django.urls import URLPattern, URLResolver, include, path

from guildhall.web.operator import (
    acting,
    booking,
    bookings,
    health,
    pending,
    people,
    person,
    policies,
    proposing,
    search,
    switches,
)
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
    path("customers", people.customers, name="customers"),
    path("customers/<str:customer_id>", person.customer, name="customer"),
    path("customers/<str:customer_id>/booking", proposing.page, name="customer-booking"),
    path("customers/<str:customer_id>/closing", person.close_customer, name="customer-closing"),
    path("providers", people.providers, name="providers"),
    path("providers/<str:provider_id>", person.provider, name="provider"),
    path("providers/<str:provider_id>/tier", person.tier, name="provider-tier"),
    path("providers/<str:provider_id>/right", person.right, name="provider-right"),
    path("providers/<str:provider_id>/right/revocation", person.revocation, name="provider-revocation"),
    path("providers/<str:provider_id>/closing", person.close_provider, name="provider-closing"),
    path("switches", switches.page, name="switches"),
    path("switches/<str:pause_id>/release", switches.release, name="switch-release"),
    path("policies", policies.index, name="policies"),
    path("policies/<str:document>", policies.page, name="policy"),
    path("health", health.page, name="health"),
    path("health/live", health.live, name="health-live"),
    path("jobs/<int:job_id>/retry", health.retry_job, name="job-retry"),
    path("jobs/<int:job_id>/cancellation", health.cancel_job, name="job-cancellation"),
    path("timers/<int:timer_id>/retry", health.retry_timer, name="timer-retry"),
    path("account/", include("guildhall.web.signin.urls")),
]
