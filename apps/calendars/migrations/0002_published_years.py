from django.db import migrations

from apps.calendars import published


def seed(apps, schema_editor):
    alias = schema_editor.connection.alias
    calendar_year = apps.get_model("calendars", "CalendarYear").objects.using(alias)
    calendar_day = apps.get_model("calendars", "CalendarDay").objects.using(alias)
    calendar_year.bulk_create(
        calendar_year.model(year=year, version=f"{year}-1", source=published.SOURCE) for year in published.years()
    )
    calendar_day.bulk_create(
        calendar_day.model(day=day, is_working=is_working, name=name)
        for year in published.years()
        for day, is_working, name in published.exceptions(year)
    )


class Migration(migrations.Migration):
    dependencies = [("calendars", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
