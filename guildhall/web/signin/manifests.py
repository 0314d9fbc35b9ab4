"""What a browser asks for to install an application."""

from django.http import JsonResponse

from guildhall.web.signin.applications import Application

_COLOUR = "#ffffff"


def manifest_of(application: Application, *, name: str, short_name: str) -> JsonResponse:
    """Give the web manifest of an application: it stays within its own path."""
    home = f"{application.path}/"
    members = {
        "id": home,
        "name": name,
        "short_name": short_name,
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "background_color": _COLOUR,
        "theme_color": _COLOUR,
    }
    response = JsonResponse(members, content_type="application/manifest+json")
    response["Cache-Control"] = "public, max-age=3600"
    return response
