"""The residents: a process that plays the people of a demo city through the public API, as anybody would use it."""
