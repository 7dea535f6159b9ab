"""One version is in force for the city, over all plans."""

from typing import Any

from django.db import migrations, models


def keep_the_newest(apps: Any, schema_editor: Any) -> None:
    """Of several plans in force side by side, the one that the cockpit showed stays."""
    versions = apps.get_model("plan", "PlanVersion").objects.filter(state="published")
    shown = versions.order_by("-period_start", "-published_at").first()
    if shown is not None:
        versions.exclude(pk=shown.pk).update(state="superseded")


class Migration(migrations.Migration):
    dependencies = [("plan", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="planversion", name="plan_one_published_version"),
        migrations.RunPython(keep_the_newest, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="planversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "published")),
                fields=("state",),
                name="plan_one_version_in_force",
            ),
        ),
        migrations.AlterField(
            model_name="planversion",
            name="state",
            field=models.CharField(
                choices=[
                    ("compiling", "Compiling"),
                    ("failed", "Could not be read"),
                    ("review", "In review"),
                    ("published", "In force"),
                    ("superseded", "Former"),
                    ("discarded", "Discarded"),
                ],
                default="compiling",
                max_length=12,
            ),
        ),
    ]
