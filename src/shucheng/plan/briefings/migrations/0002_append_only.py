from django.db import migrations

from shucheng.kernel.public import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("briefings", "0001_initial")]

    operations = [
        AppendOnly("briefings", "issue"),
        AppendOnly("briefings", "templateversion"),
    ]
