"""The one door: the launcher and every command of `./guild`."""
