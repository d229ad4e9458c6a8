from django.urls import path

from . import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("waiting/<slug:name>/", views.waiting, name="waiting"),
    path("proposals/", views.proposals, name="proposals"),
    path("proposals/<int:pk>/", views.proposal, name="proposal"),
    path("proposers/", views.proposers, name="proposers"),
    path("audit/", views.audit, name="audit"),
]
