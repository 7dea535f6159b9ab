from django.db import migrations

from shucheng.kernel.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]

    operations = [
        AppendOnly("jobs", "jobevent"),
    ]
