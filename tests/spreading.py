"""How tests are spread over processes."""

from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "over the API": ("tests/journeys/", "tests/residents/"),
    "killed": ("tests/chaos/",),
    "of one world": ("tests/api/test_page_questions",),
    "races for one job": ("tests/bookings/test_accept_race", "tests/web/test_accept_race"),
    "in a browser": (
        "tests/browser/",
        "tests/customer_pages/test_journeys",
        "tests/customer_pages/test_tutorial",
        "tests/customer_pages/test_two_browsers",
        "tests/operator_pages/test_journeys",
        "tests/operator_pages/test_screens",
        "tests/provider_pages/test_journeys",
    ),
    "in browsers along the road": ("tests/road_pages/",),
}


def group_of(nodeid: str) -> str:
    """Return the name of the group that a test belongs to; any other test is a group of its own."""
    return next((name for name, folders in TOGETHER.items() if nodeid.startswith(folders)), nodeid)


class OneSystemAtATime(LoadScopeScheduling):
    """
    Spread test by test; those that start the whole system, or build a large world to look at, stay together in groups, and begin first, as
    do a few that take long, so that nobody waits for them at the end.

    The tests of a group of systems share one and its clock, and wait more than they work: three groups at once fill two cores, and a
    fourth with a browser makes each page so slow that people's patience ends. (The plugin's own groups by mark have no effect with
    this pytest: it does not let a plugin rename a test any more.)
    """

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
