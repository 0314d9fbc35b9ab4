"""What must hold of deadlines."""

from guildhall.kernel.invariants import Invariant

INVARIANTS = [
    Invariant("O5", "no timer is parked", "select kind, reference, error from timers_timer where is_parked"),
    Invariant(
        "B7",
        "no timer is more than a minute past its deadline",
        "select kind, reference, due_at from timers_timer where not is_parked and due_at < timers.clock_now() - interval '60 seconds'",
    ),
]
