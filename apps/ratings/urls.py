from django.urls import path

from . import views

app_name = "ratings"
urlpatterns = [
    path("replies/<int:pk>/issue/", views.issue, name="issue"),
    path("cases/<int:pk>/rehandle/", views.rehandle, name="rehandle"),
    path("<int:pk>/scan/", views.scan, name="scan"),
    path("<int:pk>/<slug:action>/", views.act, name="act"),
]
