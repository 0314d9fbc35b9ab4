"""The calendar: reservations that never overlap, time off, working hours, and local time turned into instants."""
