"""What must hold in the log."""

from guildhall.kernel.invariants import Invariant

INVARIANTS = [
    Invariant(
        "E2",
        "positions are dense from 1 to the head",
        """select h.position, count(p.position) from eventlog_sequencer_head h left join eventlog_position p on true
           group by h.position having h.position <> count(p.position) or h.position <> coalesce(max(p.position), 0)""",
    ),
    Invariant(
        "E1",
        "every fact has a position or waits for one, never both",
        """select e.seq from eventlog_event e left join eventlog_position p using (seq) left join eventlog_pending w using (seq)
           where (p.seq is null) = (w.seq is null)""",
    ),
    Invariant(
        "E3",
        "versions of an aggregate are dense from 1 and in the order of the log",
        """select aggregate, version from (
             select e.aggregate, e.version, row_number() over (partition by e.aggregate order by p.position nulls last, e.seq) as place
             from eventlog_event e left join eventlog_position p using (seq)) placed
           where version <> place""",
    ),
    Invariant("A2", "every seal still fits its facts and the seal before it", "select * from eventlog.broken_seals()"),
    Invariant(
        "E6",
        "no subscription is past the head",
        "select s.name from eventlog_subscription s, eventlog_sequencer_head h where s.position > h.position",
    ),
]
