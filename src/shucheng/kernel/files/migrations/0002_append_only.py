from django.db import migrations

from shucheng.kernel.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("files", "0001_initial")]

    operations = [
        AppendOnly("files", "storedfile"),
    ]
