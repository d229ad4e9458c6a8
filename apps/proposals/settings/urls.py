from django.urls import path

from apps.proposals import converters  # noqa: F401, makes <session:…> known

from . import views

app_name = "settings"
urlpatterns = [
    path("", views.home, name="home"),
    path("new/", views.new, name="new"),
    path("sessions/<session:key>/", views.session, name="session"),
]
