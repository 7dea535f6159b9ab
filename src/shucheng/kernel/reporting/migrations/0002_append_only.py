from django.db import migrations

from shucheng.kernel.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_initial")]

    operations = [
        AppendOnly("reporting", "rule"),
        AppendOnly("reporting", "extensionevent"),
        AppendOnly("reporting", "lockevent"),
        AppendOnly("reporting", "submissionevent"),
    ]
