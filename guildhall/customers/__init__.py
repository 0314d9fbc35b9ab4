"""Customers: kind, addresses, the card on file, favourites, blocked pairs."""
