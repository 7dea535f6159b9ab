from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('data', '0004_product_judged'),
    ]

    operations = [
        migrations.AddField(
            model_name='resource',
            name='publisher',
            field=models.CharField(blank=True, default='', max_length=200),
            preserve_default=False,
        ),
    ]
