"""Addresses of the inbox; an application that has one includes them below its own `messages`."""

from django.urls import URLPattern, URLResolver, path

from guildhall.web.inbox import messages

urlpatterns: list[URLPattern | URLResolver] = [
    path("", messages.page, name="messages"),
    path("/live", messages.part, name="messages-live"),
    path("/unread", messages.unread, name="messages-unread"),
    path("/read", messages.read_all, name="messages-read"),
    path("/<uuid:message_id>", messages.read_one, name="message"),
]
