"""What happened, for each person who may see it: the durable feed that live pages follow, and the inbox."""
