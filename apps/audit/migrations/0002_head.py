from django.db import migrations


def create_head(apps, schema_editor):
    head = apps.get_model("audit", "Head")
    head.objects.using(schema_editor.connection.alias).create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(create_head, migrations.RunPython.noop)]
