"""The API's nightly work."""

from django.db import connection
from procrastinate.contrib.django import app

BATCH = 1_000

_FORGET = """
delete from api_idempotency_key where id = any(array(
  select id from api_idempotency_key where created_at < now() - interval '24 hours'
  order by created_at limit %s for update skip locked
))
"""


@app.periodic(cron="37 3 * * *")
@app.task(name="api.forget_keys", queueing_lock="api.forget_keys")
def forget_keys(timestamp: int) -> None:
    """Delete idempotency keys older than a day of real time, a batch in each transaction: their requests would be new ones."""
    with connection.cursor() as cursor:
        deleted = BATCH
        while deleted == BATCH:
            cursor.execute(_FORGET, [BATCH])
            deleted = cursor.rowcount
