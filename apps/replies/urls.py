from django.urls import path

from . import views

app_name = "replies"
urlpatterns = [
    path("cases/<int:pk>/draft/", views.draft, name="draft"),
    path("cases/<int:pk>/meet/", views.meet, name="meet"),
    path("commitments/<int:pk>/<slug:action>/", views.act_on_commitment, name="act_on_commitment"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/versions/<int:number>/", views.version, name="version"),
    path("<int:pk>/versions/<int:before>/<int:after>/", views.compare, name="compare"),
    path("<int:pk>/<slug:action>/", views.act, name="act"),
]
