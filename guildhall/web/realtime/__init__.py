"""Live pages: what happens is sent to those who may see it, as it happens, from the durable feed."""
