"""Addresses for proposers, who have no account: the only pages beside signing in that ask for none."""

from django.urls import path

from . import link_views

app_name = "link"
urlpatterns = [
    path("thanks/", link_views.thanks, name="thanks"),
    path("<str:token>/", link_views.answer, name="answer"),
    path("<str:token>/files/<int:pk>/", link_views.file, name="file"),
]
