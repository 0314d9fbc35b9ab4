"""The API for machines and for the applications."""
