from django.db import migrations

from shucheng.kernel.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("observations", "0001_initial")]

    operations = [
        AppendOnly("observations", "metricversion"),
        AppendOnly("observations", "observation"),
    ]
