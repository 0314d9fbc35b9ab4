from django.db import migrations, models


class Migration(migrations.Migration):
    """An offer says which usual job it is; what was sought before has none, and is called by its category."""

    dependencies = [("matching", "0001_initial")]
    operations = [
        migrations.AddField("cascade", "kind", models.TextField(default="", db_default="")),
    ]
