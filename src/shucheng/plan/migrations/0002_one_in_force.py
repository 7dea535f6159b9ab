"""One version is in force for the city, over all plans."""

from typing import Any

from django.db import migrations, models


def keep_the_newest(apps: Any, schema_editor: Any) -> None:
    """Of several plans in force side by side, the one of the newest period stays; the others can
    be put in force again."""
    versions = apps.get_model("plan", "PlanVersion").objects.filter(state="published")
    # Said, because the databases disagree: to PostgreSQL a plan without a period is the newest.
    newest = models.F("period_start").desc(nulls_last=True)
    kept = versions.order_by(newest, "-published_at").first()
    if kept is not None:
        versions.exclude(pk=kept.pk).update(state="superseded")


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
