"""Credentialing: who holds the right to work, and until when."""
