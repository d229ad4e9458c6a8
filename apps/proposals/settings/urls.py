from django.urls import path

from . import views

app_name = "settings"
urlpatterns = [
    path("", views.home, name="home"),
    path("new/", views.new, name="new"),
    path("sessions/<str:key>/", views.session, name="session"),
]
