from django.urls import path

from . import help_views, views
from .listing.views import proposals

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("waiting/<slug:name>/", views.waiting, name="waiting"),
    path("proposals/", proposals, name="proposals"),
    path("proposals/<int:pk>/", views.proposal, name="proposal"),
    path("proposers/", views.proposers, name="proposers"),
    path("audit/", views.audit, name="audit"),
    path("help/", help_views.start, name="help"),
    path("help/<slug:name>/", help_views.page, name="help_page"),
]
