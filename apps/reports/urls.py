from django.urls import path

from apps.proposals import converters  # noqa: F401, makes <session:…> known

from . import approval_views, comparison_views, views

app_name = "reports"
urlpatterns = [
    path("letters/", views.letters, name="letters"),
    path("letters/<session:key>/", views.letter, name="letter"),
    path("letters/<session:key>/letter.pdf", views.pdf, name="letter_pdf"),
    path("letters/<session:key>/letter.docx", views.docx, name="letter_docx"),
    path("letters/<session:key>/texts/", views.texts, name="letter_texts"),
    path("letters/<session:key>/cases/", views.cases, name="letter_cases"),
    path("letters/<session:key>/act/<slug:action>/", approval_views.act, name="letter_act"),
    path("comparison/", comparison_views.comparison, name="comparison"),
    path("editions/<int:pk>/", approval_views.edition, name="edition"),
    path("editions/<int:pk>/letter.pdf", approval_views.edition_pdf, name="edition_pdf"),
    path("editions/<int:pk>/letter.docx", approval_views.edition_docx, name="edition_docx"),
    path("editions/<int:pk>/figures/<int:place>/", approval_views.edition_figure, name="edition_figure"),
]
