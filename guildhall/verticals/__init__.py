"""Vertical packs: plain data that turns the system into a given marketplace. Only the command line reads them."""
