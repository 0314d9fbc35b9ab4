"""What people can ask of bookings, one function each."""

from guildhall.bookings.commands.accepting import accept_offer, assign_by_hand
from guildhall.bookings.commands.cancelling import cancel_booking, preview_cancellation, withdraw_provider
from guildhall.bookings.commands.cards import CardInUse, remove_card
from guildhall.bookings.commands.changing import reschedule_booking, widen_booking
from guildhall.bookings.commands.evidence import EVIDENCE_MOST, add_evidence
from guildhall.bookings.commands.hours import (
    confirm_hours,
    contest_hours,
    decide_booking,
    flag_unresolved,
    report_no_show,
)
from guildhall.bookings.commands.paying import open_card_page
from guildhall.bookings.commands.proposing import (
    NothingProposed,
    confirm_proposal,
    confirm_time,
    decline_time,
    propose_booking,
    propose_time,
    send_link_again,
)
from guildhall.bookings.commands.replacing import can_be_replaced, replace_by_hand
from guildhall.bookings.commands.requesting import (
    check_start,
    estimate_booking,
    estimate_category,
    request_booking,
    terms_now,
)
from guildhall.bookings.commands.tipping import give_tip
from guildhall.bookings.commands.travelling import report_position
from guildhall.bookings.commands.working import (
    announce_delay,
    arrive,
    end_break,
    finish_work,
    leave,
    start_break,
    start_work,
)

__all__ = [
    "EVIDENCE_MOST",
    "CardInUse",
    "NothingProposed",
    "accept_offer",
    "add_evidence",
    "announce_delay",
    "arrive",
    "assign_by_hand",
    "can_be_replaced",
    "cancel_booking",
    "check_start",
    "confirm_hours",
    "confirm_proposal",
    "confirm_time",
    "contest_hours",
    "decide_booking",
    "decline_time",
    "end_break",
    "estimate_booking",
    "estimate_category",
    "finish_work",
    "flag_unresolved",
    "give_tip",
    "leave",
    "open_card_page",
    "preview_cancellation",
    "propose_booking",
    "propose_time",
    "remove_card",
    "replace_by_hand",
    "report_no_show",
    "report_position",
    "request_booking",
    "reschedule_booking",
    "send_link_again",
    "start_break",
    "start_work",
    "terms_now",
    "widen_booking",
    "withdraw_provider",
]
