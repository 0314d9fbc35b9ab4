"""What makes the provider's application installable."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from guildhall.web.signin.access import OpenRequest, open_page
from guildhall.web.signin.applications import PROVIDER
from guildhall.web.signin.manifests import manifest_of


@open_page
@require_safe
def manifest(request: OpenRequest) -> HttpResponse:
    """Give the web manifest."""
    return manifest_of(PROVIDER, name="Guildhall Pro", short_name="Guildhall Pro")
