from django.urls import path

from . import views

app_name = "reports"
urlpatterns = [
    path("letters/", views.letters, name="letters"),
    path("letters/<str:key>/", views.letter, name="letter"),
    path("letters/<str:key>/letter.pdf", views.pdf, name="letter_pdf"),
    path("letters/<str:key>/texts/", views.texts, name="letter_texts"),
    path("letters/<str:key>/cases/", views.cases, name="letter_cases"),
]
