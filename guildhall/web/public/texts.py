"""What whoever runs the marketplace has to say: terms of use, privacy."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from guildhall.web.pages.context import pack
from guildhall.web.pages.texts import PRIVACY, TERMS, read_text


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """Show the terms that an account accepts."""
    return _show(request, TERMS)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show what is known about people."""
    return _show(request, PRIVACY)


def _show(request: HttpRequest, name: str) -> HttpResponse:
    text = read_text(name, get_language() or settings.LANGUAGE_CODE, pack())
    return render(request, "public/text.html", {"text": text, "is_beginning": text.is_ours and settings.SANDBOX})
