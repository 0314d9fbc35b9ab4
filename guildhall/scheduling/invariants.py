"""What must hold of calendars."""

from guildhall.kernel.invariants import Invariant

INVARIANTS = [
    Invariant(
        "B1",
        "no two active reservations of a provider overlap",
        """
        select a.provider_id, a.reference, b.reference as other, a.planned * b.planned as overlap
        from scheduling_reservation a join scheduling_reservation b
          on b.provider_id = a.provider_id and b.id > a.id and b.planned && a.planned and b.status = 'active'
        where a.status = 'active'
        """,
    ),
    Invariant(
        "O1",
        "a reference holds at most one active reservation",
        "select reference from scheduling_reservation where status = 'active' group by reference having count(*) > 1",
    ),
]
