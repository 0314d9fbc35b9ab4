"""Reactions to facts from below."""
