"""Addresses of the customer's application."""

from django.urls import URLPattern, URLResolver, include, path

from guildhall.web.customer import (
    acting,
    blocked,
    booking,
    bookings,
    card,
    favourites,
    home,
    manifest,
    places,
    proposals,
    registration,
    requesting,
    thanking,
    way,
)

app_name = "customer"
_booking: list[URLPattern | URLResolver] = [
    path("", booking.page, name="booking"),
    path("/live", booking.part, name="booking-live"),
    path("/way", way.part, name="booking-way"),
    path("/card", booking.card_page, name="booking-card"),
    path("/agreement", proposals.agree, name="agreement"),
    path("/proposed-time", proposals.answer_time, name="proposed-time"),
    path("/cancellation", acting.cancel, name="cancellation"),
    path("/rescheduling", acting.reschedule, name="rescheduling"),
    path("/widening", acting.widen, name="widening"),
    path("/no-show", acting.no_show, name="no-show"),
    path("/confirmation", acting.confirm, name="confirmation"),
    path("/contest", acting.contest, name="contest"),
    path("/again", acting.again, name="again"),
    path("/tip", thanking.tip, name="tip"),
    path("/review", thanking.review, name="review"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.page, name="home"),
    path("manifest.webmanifest", manifest.manifest, name="manifest"),
    path("account/register", registration.page, name="register"),
    path("account/", include("guildhall.web.signin.urls")),
    path("messages", include("guildhall.web.inbox.urls")),
    path("book", places.book, name="book"),
    path("request", requesting.page, name="request"),
    path("bookings", bookings.page, name="bookings"),
    path("bookings/<str:booking_id>", include(_booking)),
    path("addresses", places.page, name="addresses"),
    path("addresses/new", places.add, name="address-new"),
    path("addresses/<str:address_id>", places.change, name="address"),
    path("addresses/<str:address_id>/booking", places.book_here, name="book-here"),
    path("favourites", favourites.page, name="favourites"),
    path("favourites/<str:provider_id>", favourites.add, name="favourite-add"),
    path("favourites/<str:provider_id>/removal", favourites.remove, name="favourite-removal"),
    path("favourites/<str:provider_id>/order", favourites.move, name="favourite-order"),
    path("blocked", blocked.page, name="blocked"),
    path("blocked/<str:provider_id>", blocked.add, name="blocked-add"),
    path("blocked/<str:provider_id>/removal", blocked.remove, name="blocked-removal"),
    path("card", card.page, name="card"),
]
