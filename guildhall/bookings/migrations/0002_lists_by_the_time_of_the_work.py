from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F


class Migration(migrations.Migration):
    """Lists of bookings are ordered by when the work is. Made while people book, so not in one transaction, and for as long as it takes."""

    atomic = False
    dependencies = [("bookings", "0001_initial")]
    operations = [
        migrations.RunSQL("set statement_timeout = 0", "reset statement_timeout"),
        AddIndexConcurrently(
            "booking",
            models.Index("customer", F("planned__startswith").desc(), F("id").desc(), name="bookings_by_customer_and_time"),
        ),
        AddIndexConcurrently(
            "booking",
            models.Index("provider", F("planned__startswith").desc(), F("id").desc(), name="bookings_by_provider_and_time"),
        ),
        RemoveIndexConcurrently("booking", "bookings_of_customer"),
        RemoveIndexConcurrently("booking", "bookings_of_provider"),
        migrations.RunSQL("reset statement_timeout", "set statement_timeout = 0"),
    ]
