"""One continuous load while processes are killed: what was promised stays, what was asked for happens once."""
