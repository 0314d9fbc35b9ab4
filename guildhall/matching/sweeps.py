"""The sweeps that move cascades on."""
