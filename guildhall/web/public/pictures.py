"""Pictures by their signed links: whoever holds one sees the picture until it runs out."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from guildhall.media.queries import read_picture, read_signed


@require_safe
def picture(request: HttpRequest, token: str) -> HttpResponse:
    """Show the rendition that a link opens; browsers keep it for as long as links live, and ask nobody else."""
    found = read_signed(token)
    response = HttpResponse(read_picture(found), content_type=found.content_type)
    response["Cache-Control"] = "private, max-age=3600, immutable"
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    return response
