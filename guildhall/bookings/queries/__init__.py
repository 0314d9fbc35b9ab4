"""Reading bookings: what each party may see, decided here, frozen."""

from guildhall.bookings.queries.finding import count_waiting, find_bookings, list_pending, list_waiting
from guildhall.bookings.queries.following import get_work, on_the_way
from guildhall.bookings.queries.listing import list_bookings, list_jobs
from guildhall.bookings.queries.pricing import pay_of, receipt_of, would_cost
from guildhall.bookings.queries.seeing import access_booking, customer_of, get_bookings, proposal_of

__all__ = [
    "access_booking",
    "count_waiting",
    "customer_of",
    "find_bookings",
    "get_bookings",
    "get_work",
    "list_bookings",
    "list_jobs",
    "list_pending",
    "list_waiting",
    "on_the_way",
    "pay_of",
    "proposal_of",
    "receipt_of",
    "would_cost",
]
