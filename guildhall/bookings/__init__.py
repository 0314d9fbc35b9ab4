"""Bookings: from request to closed."""
