from django.db import migrations, models

from shucheng.kernel.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("files", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="storedfile",
            name="room",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=20
            ),
        ),
        AppendOnly("files", "storedfile"),
    ]
