"""Examples of the pages' forms, a file for each application: what the matrix and the bad-input tests start from."""

from tests.api.pages import customer, operator, provider, public

PAGES = {**public.PAGES, **customer.PAGES, **provider.PAGES, **operator.PAGES}
