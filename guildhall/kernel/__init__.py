"""Words every context speaks: money, ids, who acts, arrows between statuses, refusals. No tables; knows nobody."""
