from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """
    The end of a wave is looked for among those that are ranked: all that are open stood before the first of them.

    Made while people book, so not in one transaction, and for as long as it takes.
    """

    atomic = False
    dependencies = [("matching", "0002_the_kind_of_job")]
    operations = [
        migrations.RunSQL("set statement_timeout = 0", "reset statement_timeout"),
        AddIndexConcurrently(
            "cascade",
            models.Index(
                fields=["expires_at"],
                condition=Q(status="live") & Q(candidates_ready_wave__gt=F("wave_number")),
                name="matching_to_end",
            ),
        ),
        RemoveIndexConcurrently("cascade", "matching_due"),
        migrations.RunSQL("reset statement_timeout", "set statement_timeout = 0"),
    ]
