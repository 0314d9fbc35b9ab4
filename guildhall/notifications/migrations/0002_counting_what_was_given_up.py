from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """The Health page counts messages however many have left. Made while they leave, so not in one transaction, and for as long as it takes."""

    atomic = False
    dependencies = [("notifications", "0001_initial")]
    operations = [
        migrations.RunSQL("set statement_timeout = 0", "reset statement_timeout"),
        AddIndexConcurrently(
            model_name="outgoingmessage",
            index=models.Index(
                fields=["status"], name="notifications_given_up", condition=Q(status__in=["dropped", "failed"])
            ),
        ),
        migrations.RunSQL("reset statement_timeout", "set statement_timeout = 0"),
    ]
