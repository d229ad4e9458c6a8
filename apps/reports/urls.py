from django.urls import path

from apps.proposals import converters  # noqa: F401, makes <session:…> known

from . import views
from .proofreading import views as proofreading

app_name = "reports"
urlpatterns = [
    path("proofreading/", proofreading.page, name="proofreading"),
    path("letters/", views.letters, name="letters"),
    path("letters/<session:key>/", views.letter, name="letter"),
    path("letters/<session:key>/letter.pdf", views.pdf, name="letter_pdf"),
    path("letters/<session:key>/letter.docx", views.docx, name="letter_docx"),
    path("letters/<session:key>/proofreading/", proofreading.own_letter, name="letter_proofreading"),
    path("letters/<session:key>/texts/", views.texts, name="letter_texts"),
    path("letters/<session:key>/cases/", views.cases, name="letter_cases"),
]
