"""Guildhall: a service marketplace whose providers are vetted before they may work."""

__version__ = "0.1.0"
