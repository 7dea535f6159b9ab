from django.db import migrations

from shucheng.kernel.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        AppendOnly("audit", "auditentry", keep_days=180),
    ]
