"""Addresses of the provider's application."""

from django.urls import URLPattern, URLResolver, include, path

from guildhall.web.provider import calendar, earnings, home, jobs, manifest, offers, registration, work

app_name = "provider"
_JOB = "jobs/<str:booking_id>"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.page, name="home"),
    path("live", home.live, name="home-live"),
    path("availability", home.availability, name="availability"),
    path("offers", offers.page, name="offers"),
    path("offers/live", offers.live, name="offers-live"),
    path("offers/<str:offer_id>", offers.offer, name="offer"),
    path("offers/<str:offer_id>/live", offers.offer_live, name="offer-live"),
    path("offers/<str:offer_id>/acceptance", offers.acceptance, name="offer-acceptance"),
    path("offers/<str:offer_id>/decline", offers.decline, name="offer-decline"),
    path(_JOB, jobs.page, name="job"),
    path(f"{_JOB}/live", jobs.live, name="job-live"),
    path(f"{_JOB}/leave", jobs.leave, name="job-leave"),
    path(f"{_JOB}/arrive", jobs.arrive, name="job-arrive"),
    path(f"{_JOB}/start", jobs.start, name="job-start"),
    path(f"{_JOB}/pause", jobs.pause, name="job-pause"),
    path(f"{_JOB}/resume", jobs.resume, name="job-resume"),
    path(f"{_JOB}/finish", jobs.finish, name="job-finish"),
    path(f"{_JOB}/delay", jobs.delay, name="job-delay"),
    path(f"{_JOB}/withdrawal", jobs.withdrawal, name="job-withdrawal"),
    path(f"{_JOB}/no-show", jobs.no_show, name="job-no-show"),
    path(f"{_JOB}/unresolved", jobs.unresolved, name="job-unresolved"),
    path(f"{_JOB}/photographs", jobs.photographs, name="job-photographs"),
    path("calendar", calendar.page, name="calendar"),
    path("calendar/time-off", calendar.time_off, name="time-off"),
    path("calendar/time-off/<str:time_off_id>/removal", calendar.time_off_removal, name="time-off-removal"),
    path("calendar/subscription", calendar.subscription, name="calendar-subscription"),
    path("calendar/feed/<str:token>.ics", calendar.feed, name="calendar-feed"),
    path("earnings", earnings.page, name="earnings"),
    path("payouts", earnings.payouts, name="payouts"),
    path("payouts/live", earnings.payouts_live, name="payouts-live"),
    path("payouts/now", earnings.payout, name="payout"),
    path("payouts/account", earnings.onboarding, name="onboarding"),
    path("work", work.page, name="work"),
    path("work/hours", work.hours, name="hours"),
    path("work/limits", work.limits, name="limits"),
    path("work/categories", work.categories, name="categories"),
    path("work/area", work.area, name="area"),
    path("work/about", work.about, name="about"),
    path("work/listings", work.listings, name="listings"),
    path("work/listings/new", work.listing, name="listing"),
    path("work/listings/<str:service_id>/removal", work.listing_removal, name="listing-removal"),
    path("manifest.webmanifest", manifest.manifest, name="manifest"),
    path("account/register", registration.page, name="register"),
    path("account/", include("guildhall.web.signin.urls")),
]
