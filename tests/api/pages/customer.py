"""The customer's pages."""

from tests.api.browser import Page
from tests.api.pages.account import account_pages, registration

PAGES: dict[str, Page] = {
    **account_pages("my", next_page="/my/account/profile"),
    "POST /my/account/register": registration(kind="business", company_name="Nora's Events"),
}
