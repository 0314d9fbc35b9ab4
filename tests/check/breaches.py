"""
One breach for each invariant: rows that no command would write, made as the owner with every guard taken away.

The key is what `./guild verify` calls an invariant: its context and its name. An invariant that is not here fails the test.
"""

from collections.abc import Callable
from uuid import UUID

from tests.check.unguarded import (
    Owner,
    a_booking,
    a_cascade,
    a_fact,
    a_journal,
    a_message,
    a_payment,
    a_review,
    an_account,
    an_offer,
)

Breach = Callable[[Owner], object]
BREACHES: dict[tuple[str, str], Breach] = {}


def breach(context: str, name: str) -> Callable[[Breach], Breach]:
    """Put a breach into the table."""

    def put(made: Breach) -> Breach:
        assert (context, name) not in BREACHES
        BREACHES[context, name] = made
        return made

    return put


@breach("eventlog", "positions are dense from 1 to the head")
def _a_hole_in_the_positions(owner: Owner) -> None:
    owner.run("update eventlog_sequencer_head set position = 7")


@breach("eventlog", "every fact has a position or waits for one, never both")
def _a_fact_that_nobody_will_hear(owner: Owner) -> None:
    a_fact(owner, "booking:x", 1)


@breach("eventlog", "versions of an aggregate are dense from 1 and in the order of the log")
def _a_lost_version(owner: Owner) -> None:
    a_fact(owner, "booking:x", 1)
    a_fact(owner, "booking:x", 3)


@breach("eventlog", "every seal still fits its facts and the seal before it")
def _a_changed_fact(owner: Owner) -> None:
    seq = a_fact(owner, "booking:x", 1)
    owner.insert("eventlog_pending", seq=seq)
    owner.run("select eventlog.sequence_batch(10)")
    owner.run("update eventlog_event set actor = 'somebody else' where seq = %s", seq)


@breach("eventlog", "no subscription is past the head")
def _a_subscription_from_the_future(owner: Owner) -> None:
    owner.insert("eventlog_subscription", name="of_the_future", position=10**6)


@breach("timers", "no timer is parked")
def _a_parked_timer(owner: Owner) -> None:
    owner.insert("timers_timer", is_parked=True)


@breach("timers", "no timer is more than a minute past its deadline")
def _a_forgotten_timer(owner: Owner) -> None:
    owner.insert("timers_timer", due_at="2001-01-01 00:00+00")


@breach("payments", "every journal sums to zero in each currency")
def _money_from_nowhere(owner: Owner) -> None:
    a_journal(owner, (an_account(owner, "provider", 100), 100))


@breach("payments", "the balances of all accounts sum to zero in each currency")
def _a_balance_without_its_opposite(owner: Owner) -> None:
    an_account(owner, "provider", 100)


@breach("payments", "every stored balance is the sum of its entries")
def _a_balance_that_forgot_an_entry(owner: Owner) -> None:
    left, right = an_account(owner, "provider", 0), an_account(owner, "vendor_balance", -100)
    a_journal(owner, (left, 100), (right, -100))


@breach("payments", "nothing is held below zero, and what is held is what was captured and not given")
def _captured_and_not_held(owner: Owner) -> None:
    a_payment(owner, authorized_minor=500, captured_minor=500)


@breach("payments", "nothing is held for a reference that was told to be cleared")
def _held_after_clearing(owner: Owner) -> None:
    a_payment(owner, authorized_minor=500, captured_minor=500)
    an_account(owner, "held", 500, of="booking:x")
    a_fact(owner, "payment:x", 1, name="reference.cleared", reference="booking:x")


@breach("payments", "captured within authorized; given within captured")
def _captured_more_than_authorized(owner: Owner) -> None:
    a_payment(owner, authorized_minor=500, captured_minor=501)


@breach("payments", "what a payment counts as captured and transferred is what its attempts and its transfer say")
def _a_transfer_that_was_never_made(owner: Owner) -> None:
    a_payment(owner, transferred_minor=400)


@breach("payments", "a journal is reversed at most once, by its exact opposite")
def _half_a_reversal(owner: Owner) -> None:
    left, right = an_account(owner, "provider", 50), an_account(owner, "vendor_balance", -50)
    first = a_journal(owner, (left, 100), (right, -100))
    a_journal(owner, (left, -50), (right, 50), reverses_id=first)


@breach("payments", "no call to the vendor is lost from sight: every open one is tried again, none has an unknown end")
def _a_call_with_an_unknown_end(owner: Owner) -> None:
    owner.insert("payments_intent", kind="capture", status="unknown")


@breach("payments", "every event of the vendor is acted on within an hour")
def _an_event_that_nobody_acted_on(owner: Owner) -> None:
    owner.insert("payments_heard", next_try_at="2001-01-01 00:00+00")


@breach("payments", "the parts of a settlement sum to its total")
def _a_lost_cent(owner: Owner) -> None:
    owner.insert("payments_settlement", total_minor=100, provider_minor=80, fee_minor=19, tax_minor=0)


@breach("payments", "all of a tip is its provider's: no fee, no tax, nothing kept")
def _a_tip_that_lost_a_fee(owner: Owner) -> None:
    payment = a_payment(owner, reference="tip:x")
    provider = UUID(int=1)
    split = {"total_minor": 500, "provider_minor": 400, "fee_minor": 100, "tax_minor": 0, "provider_id": provider}
    owner.insert("payments_settlement", payment_id=payment, kind="tip", **split)
    owner.insert("payments_tip", payment_id=payment, amount_minor=500, provider_id=provider, status="requested")


@breach("payments", "a tip is paid when its whole amount was captured, and one is under way for a job at a time")
def _a_tip_that_was_never_paid(owner: Owner) -> None:
    owner.insert("payments_tip", payment_id=a_payment(owner, reference="tip:x"), amount_minor=500, status="paid")


@breach("payments", "one reference, one currency")
def _two_currencies(owner: Owner) -> None:
    dollars, euros = an_account(owner, "provider", 0), an_account(owner, "provider", 0, currency="EUR")
    a_journal(owner, (dollars, 5), (dollars, -5), reference="booking:x")
    a_journal(owner, (euros, 5), (euros, -5), reference="booking:x")


@breach("payments", "nothing of a blocked reference was captured, charged or transferred after the block was placed")
def _captured_while_blocked(owner: Owner) -> None:
    payment = a_payment(owner)
    owner.insert("payments_settlement_block", payment_id=payment, blocked_at="2027-03-01 09:00+00")
    owner.insert(
        "payments_intent",
        payment_id=payment,
        kind="capture",
        status="requested",
        planned_at="2027-03-01 10:00+00",
    )


@breach("matching", "a cascade has one accepted offer when it is filled, and none otherwise")
def _two_winners(owner: Owner) -> None:
    cascade = a_cascade(owner, status="filled")
    for _ in range(2):
        an_offer(owner, cascade, status="accepted", accepted_at="2027-03-01 09:00+00")


@breach("matching", "a reference has at most one live cascade")
def _two_live_cascades(owner: Owner) -> None:
    a_cascade(owner, reference="booking:x")
    a_cascade(owner, reference="booking:x")


@breach(
    "matching",
    "waves only advance: no offer of a wave that was not opened, none older than an offer of an earlier wave",
)
def _an_offer_of_a_wave_to_come(owner: Owner) -> None:
    an_offer(owner, a_cascade(owner), wave_number=2)


@breach("matching", "nobody is asked twice in a cascade, and no excluded provider at all")
def _somebody_excluded_was_asked(owner: Owner) -> None:
    canceller = UUID(int=1)
    an_offer(owner, a_cascade(owner, excluded=[canceller]), provider_id=canceller)


@breach("matching", "no offer is open in a cascade that has ended, or in a wave that is over")
def _an_offer_open_after_the_end(owner: Owner) -> None:
    an_offer(owner, a_cascade(owner, status="closed"), status="open")


@breach("matching", "no live cascade is more than a minute past its deadline, unless matching is paused there")
def _a_forgotten_cascade(owner: Owner) -> None:
    a_cascade(owner, expires_at="2001-01-01 00:00+00")


@breach("bookings", "a booking with a provider at work holds exactly its provider's time")
def _confirmed_without_a_reservation(owner: Owner) -> None:
    a_booking(owner, status="confirmed", provider_id=UUID(int=1))


@breach("bookings", "a booking has moved as often as it has facts")
def _a_move_without_a_fact(owner: Owner) -> None:
    booking = a_booking(owner, version=2)
    a_fact(owner, f"booking:{booking}", 1)


@breach("bookings", "every open booking owns a live deadline: a timer, or a live cascade while matching")
def _a_booking_that_nobody_will_wake(owner: Owner) -> None:
    a_booking(owner, status="waiting", deadline_at="2199-01-01 00:00+00")


@breach("bookings", "no booking is more than a minute past its deadline")
def _a_forgotten_booking(owner: Owner) -> None:
    a_booking(owner, status="waiting", deadline_at="2001-01-01 00:00+00")


@breach("bookings", "what was settled is the frozen price, and never more than was authorized")
def _settled_above_the_authorization(owner: Owner) -> None:
    a_booking(owner, status="settled", total_minor=501, authorize_minor=500)


@breach("bookings", "nobody holds a job without the right to work when it was confirmed")
def _confirmed_without_the_right(owner: Owner) -> None:
    a_booking(owner, status="confirmed", provider_id=UUID(int=1))


@breach("bookings", "where somebody is, is known only while they are on the way with that job")
def _followed_after_arrival(owner: Owner) -> None:
    owner.insert("bookings_whereabouts", booking_id=a_booking(owner, provider_id=UUID(int=1)), provider_id=UUID(int=1))


@breach("scheduling", "no two active reservations of a provider overlap")
def _two_jobs_at_once(owner: Owner) -> None:
    for reference in ("booking:x", "booking:y"):
        owner.insert("scheduling_reservation", provider_id=UUID(int=1), reference=reference, status="active")


@breach("scheduling", "a reference holds at most one active reservation")
def _one_job_with_two_providers(owner: Owner) -> None:
    for provider in (UUID(int=1), UUID(int=2)):
        owner.insert("scheduling_reservation", provider_id=provider, reference="booking:x", status="active")


@breach("reviews", "each side reviews a booking once, and nobody else does")
def _reviewed_twice(owner: Owner) -> None:
    for _ in range(2):
        a_review(owner, window_id=UUID(int=1))


@breach("reviews", "a review has as many facts as it has taken steps")
def _a_review_that_nobody_heard_of(owner: Owner) -> None:
    a_review(owner, version=2)


@breach("reviews", "no review stays hidden when both are in, or a minute after its window")
def _a_review_that_stays_hidden(owner: Owner) -> None:
    window = owner.insert("reviews_window", closes_at="2001-01-01 00:00+00")
    a_review(owner, window_id=window, status="hidden")


@breach("reviews", "every published rating of a provider is counted")
def _a_rating_that_does_not_count(owner: Owner) -> None:
    provider = owner.insert("providers_provider", rating_count=0, rating_sum=0)
    a_review(owner, side="customer", status="published", reviewee_id=provider, rating=5)


@breach("notifications", "nobody is told of a fact twice by one channel in the same words")
def _told_twice(owner: Owner) -> None:
    for _ in range(2):
        a_message(owner, event_seq=1, recipient_id=UUID(int=1))


@breach("notifications", "every feed is dense from 1 to its head, each fact once")
def _a_feed_with_a_hole(owner: Owner) -> None:
    account = owner.insert("notifications_feed_head", position=2)
    seq = a_fact(owner, "booking:x", 1, name="booking.settled")
    owner.insert("notifications_feed_row", account_id=account, position=2, event_seq=seq, kind="booking.settled")


@breach("notifications", "feeds and inboxes hold facts that were committed")
def _shown_what_never_happened(owner: Owner) -> None:
    owner.insert("notifications_inbox_item", event_seq=10**9)


@breach("notifications", "what has left was tried, and has one vendor's proof of its own")
def _sent_without_proof(owner: Owner) -> None:
    a_message(owner, status="sent", channel="email")


@breach("notifications", "every message is about a fact that was committed")
def _told_of_what_never_happened(owner: Owner) -> None:
    a_message(owner, event_seq=10**9)


@breach("notifications", "no message waits for more than ten minutes without a job, except for quiet hours")
def _a_message_that_nobody_sends(owner: Owner) -> None:
    a_message(owner, status="queued", next_try_at="2001-01-01 00:00+00")


@breach("notifications", "nobody waits longer than the end of their quiet hours")
def _a_message_that_slept_on(owner: Owner) -> None:
    a_message(owner, status="postponed", reason="quiet_hours", postponed_until="2001-01-01 00:00+00")


@breach("notifications", "no text message left for somebody who had not agreed")
def _a_text_without_consent(owner: Owner) -> None:
    a_message(owner, status="sent", first_tried_at="2027-03-01 09:00+00")


@breach("notifications", "no message about an offer left after the offer's end")
def _a_text_about_an_offer_that_is_over(owner: Owner) -> None:
    a_message(owner, first_tried_at="2027-03-01 09:00+00", expires_at="2027-03-01 08:00+00")
