"""How tests are spread over processes."""

from xdist.scheduler import LoadScopeScheduling

OVER_THE_API = ("tests/journeys/", "tests/chaos/")
IN_A_BROWSER = (
    "tests/browser/",
    "tests/residents/",
    "tests/customer_pages/test_journeys",
    "tests/operator_pages/test_journeys",
    "tests/operator_pages/test_screens",
    "tests/provider_pages/test_journeys",
)


class OneSystemAtATime(LoadScopeScheduling):
    """
    Spread test by test; those that start the whole system stay together, the browser's in one process and the others in another,
    and begin first.

    They share a system and its clock, and more than two systems at once would starve each other. (The plugin's own groups by mark have no
    effect with this pytest: it does not let a plugin rename a test any more.)
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(OVER_THE_API):
            return "over the API"
        return "in a browser" if nodeid.startswith(IN_A_BROWSER) else nodeid
