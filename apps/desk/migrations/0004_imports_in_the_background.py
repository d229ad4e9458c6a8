import django.utils.timezone
from django.db import migrations, models

STAGES = [
    ("waiting", "待核对"),
    ("queued", "排队等候"),
    ("running", "正在处理"),
    ("finished", "已处理"),
    ("failed", "没有导入"),
    ("stopped", "已取消"),
]


def tell_what_is_over(apps, schema_editor):
    apps.get_model("desk", "Upload").objects.exclude(finished_at=None).update(stage="finished")


class Migration(migrations.Migration):
    dependencies = [("desk", "0003_update_from_workbook")]

    operations = [
        migrations.AddField("upload", "total", models.PositiveIntegerField("总数", default=0)),
        migrations.AddField("upload", "done", models.PositiveIntegerField("已完成", default=0)),
        migrations.AddField("upload", "problem", models.CharField(blank=True, default="", max_length=300), False),
        migrations.AddField("upload", "moved_at", models.DateTimeField(default=django.utils.timezone.now), False),
        migrations.AddField("upload", "asked_at", models.DateTimeField("确认时间", null=True)),
        migrations.AddField("upload", "seen", models.TextField(blank=True, default=""), False),
        migrations.AddField("upload", "note", models.TextField("更正原因", blank=True, default=""), False),
        migrations.AddField(
            "upload", "stage", models.CharField("状态", choices=STAGES, default="waiting", max_length=20)
        ),
        migrations.RunPython(tell_what_is_over, migrations.RunPython.noop),
        migrations.AddConstraint(
            "upload",
            models.CheckConstraint(
                condition=models.Q(("finished_at__isnull", False), ("stage", "finished"))
                | models.Q(
                    ("finished_at", None), ("stage__in", ("waiting", "queued", "running", "failed", "stopped"))
                ),
                name="upload_stage_is_known_and_finished_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            "upload",
            models.CheckConstraint(
                condition=~models.Q(("stage__in", ("queued", "running"))) | models.Q(("asked_at__isnull", False)),
                name="upload_under_way_was_asked_for",
            ),
        ),
    ]
