from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("statistics", "0003_proposals_imputation")]

    operations = [
        migrations.AlterField(
            model_name="batch",
            name="kind",
            field=models.CharField(
                choices=[
                    ("register", "Register of firms"),
                    ("returns", "Returns of firms"),
                    ("honours", "Honours of firms"),
                    ("facts", "Facts of firms"),
                ],
                max_length=10,
            ),
        ),
    ]
