"""Who could do this job, here, then: the reach index, search and the ranking of candidates."""
