from django.apps import AppConfig
from django.core import checks


class DocumentsConfig(AppConfig):
    name = "apps.documents"
    verbose_name = "公文与表格"

    def ready(self):
        from .checks import check_faces

        # only with --deploy: asking fontconfig is too slow, and the answer too long, for every command
        checks.register(check_faces, "documents", deploy=True)
