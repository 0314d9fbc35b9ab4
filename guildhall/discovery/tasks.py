"""Discovery's nightly work."""

from procrastinate.contrib.django import app

from guildhall.discovery import commands
from guildhall.timers.queries import clock_now


@app.periodic(cron="17 3 * * *")
@app.task(name="discovery.extend_free_busy", queueing_lock="discovery.extend_free_busy")
def extend_free_busy(timestamp: int) -> None:
    """Carry the working hours in the index on by a day."""
    commands.extend_free_busy(at=clock_now())
