"""A publication tells every measure, and keeps what was counted for the next one of its year."""

from typing import Any

from django.db import migrations, models

from shucheng.kernel.public import AppendOnly


def open_table(_apps: Any, schema: Any) -> None:
    """The rows are rewritten once, in this migration; `AppendOnly` at its end closes them again."""
    where = "" if schema.connection.vendor == "sqlite" else " ON statistics_publication"
    for what in ("update", "delete"):
        schema.execute(f"DROP TRIGGER IF EXISTS append_only_statistics_publication_{what}{where}")


def of_revenue(apps: Any, _schema: object) -> None:
    """What is out by now is revenue. What was counted then is not known any more: the tables of
    the following year can be published."""
    publications = apps.get_model("statistics", "Publication").objects
    positions: dict[int, int] = {}
    for each in publications.order_by("period"):
        each.year = each.period // 100
        each.position = positions[each.year] = positions.get(each.year, 0) + 1
        each.cells = [["revenue", *cell] for cell in each.cells]
        each.save()


class Migration(migrations.Migration):
    dependencies = [("statistics", "0004_facts")]

    operations = [
        migrations.RunPython(open_table, migrations.RunPython.noop),
        migrations.AddField(
            "publication", "year", models.PositiveIntegerField(default=0), preserve_default=False
        ),
        migrations.AddField(
            "publication",
            "position",
            models.PositiveIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField("publication", "counted", models.BinaryField(default=b"")),
        migrations.AddField(
            "publication", "beside", models.JSONField(default=dict)
        ),
        migrations.RunPython(of_revenue, migrations.RunPython.noop),
        migrations.AlterField("publication", "period", models.PositiveIntegerField(unique=True)),
        migrations.AlterModelOptions("publication", {"ordering": ["period"]}),
        migrations.AddConstraint(
            "publication",
            models.UniqueConstraint(
                fields=("year", "position"), name="statistics_publication_one_after_another"
            ),
        ),
        AppendOnly("statistics", "publication"),
    ]
