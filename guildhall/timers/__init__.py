"""The clock, and deadlines that survive a restart."""
