"""The provider's pages."""

from tests.api.browser import Page
from tests.api.pages.account import account_pages, registration

PAGES: dict[str, Page] = {
    **account_pages("pro", next_page="/pro/account/profile"),
    "POST /pro/account/register": registration(time_zone="America/Los_Angeles"),
}
