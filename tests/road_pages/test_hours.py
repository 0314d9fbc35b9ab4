"""Hours beyond what was agreed: both sides see what is charged, and what is not."""

import pytest

from tests.road_pages.people import customer, provider
from tests.road_pages.stage import Stage, walked
from tests.road_pages.test_cards import HELD

pytestmark = pytest.mark.timeout(300)


@walked("desk")
def test_hours_beyond_the_authorization_are_capped(stage: Stage) -> None:
    """Four hours of an expert cost 540 dollars; 421.88 were agreed."""
    ana, priya = customer(stage), provider(stage, "Priya")
    ana.ask_and_pay()
    ana.sees_asked("Asking 1 person: Expert")
    ana.pays("At most, without asking you", "$421.88")
    priya.take("$108.00", ana)
    priya.work(ana, minutes=240)
    ana.reads("4 h of work", "That comes to $421.88.")
    ana.pays(
        "4 h \N{MULTIPLICATION SIGN} $135.00",
        "$540.00",
        "Beyond what was agreed: not charged",
        "\N{MINUS SIGN}$118.12",
        "For the logged hours",
    )
    ana.confirm("$421.88")
    ana.pays("Beyond what was agreed: not charged", "\N{MINUS SIGN}$118.12")
    priya.is_told("Done")
    priya.reads("Final hours", "4 h", "$337.50")
    priya.earned("$337.50", "On your account")
    assert ana.books == {"authorized": HELD, "captured": HELD, "transferred": 33_750}
    ana.was_mailed(
        "We have your request",
        "Confirmed with Priya",
        "Priya J. is on the way",
        "Work has started",
        "Please look at the hours",
        "Receipt: $421.88",
    )
