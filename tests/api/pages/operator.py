"""The operator's pages."""

from tests.api.browser import Page
from tests.api.pages.account import account_pages

PAGES: dict[str, Page] = account_pages("ops", next_page="/ops/account/profile")
