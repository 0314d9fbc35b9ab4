"""The pages customers and providers visit at the vendor's: plain forms without a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

# No form-action here: browsers apply it to the redirect after a form too, and these forms lead back to the shop's own address.
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True, undefined=StrictUndefined
)


def render(template: str, status: int = 200, *, alert: str = "", **values: Any) -> HTMLResponse:
    """A page of the vendor's; `alert` is announced and shown above the form."""
    return HTMLResponse(_TEMPLATES.get_template(template).render(alert=alert, **values), status, headers=_HEADERS)
