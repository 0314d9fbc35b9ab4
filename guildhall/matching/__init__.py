"""The cascade: who is asked for a job, in which order, until when, and why."""
