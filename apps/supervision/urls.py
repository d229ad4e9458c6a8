from django.urls import path

from . import views

app_name = "supervision"
urlpatterns = [
    path("cases/<int:pk>/issue/", views.issue, name="issue"),
    path("<int:pk>/<slug:action>/", views.act, name="act"),
]
