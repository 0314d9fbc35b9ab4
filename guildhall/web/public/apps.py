"""The public pages as a Django application: it has templates."""

from django.apps import AppConfig


class PublicPagesConfig(AppConfig):
    """The public pages: what anybody may read before signing up. They read no session and set none."""

    name = "guildhall.web.public"
    label = "public_pages"
