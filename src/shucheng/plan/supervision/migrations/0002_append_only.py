from django.db import migrations

from shucheng.kernel.public import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("supervision", "0001_initial")]

    operations = [
        AppendOnly("supervision", "itemevent"),
        AppendOnly("supervision", "itemevidence"),
        AppendOnly("supervision", "progressreport"),
    ]
