"""Append-only facts: written with the change they describe, numbered by one sequencer, delivered once to each subscription."""
