"""How tests are spread over processes."""

from xdist.scheduler import LoadScopeScheduling

WITH_THE_WHOLE_SYSTEM = ("tests/journeys/", "tests/chaos/", "tests/browser/", "tests/residents/")


class OneSystemAtATime(LoadScopeScheduling):
    """
    Spread test by test; those that start the whole system stay together in one process, and begin first.

    They share a system and its clock, and two systems at once would starve each other. (The plugin's own groups by mark have no
    effect with this pytest: it does not let a plugin rename a test any more.)
    """

    def _split_scope(self, nodeid: str) -> str:
        return "the whole system" if nodeid.startswith(WITH_THE_WHOLE_SYSTEM) else nodeid
