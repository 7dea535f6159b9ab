from django.db import migrations, models

from shucheng.kernel.public import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("data", "0002_grading")]

    operations = [
        migrations.AddField(
            model_name="stop",
            name="side",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        # SQLite makes the table anew and loses its triggers.
        AppendOnly("data", "stop"),
    ]
