"""What each side of a job says of the other."""
