from django.urls import path

from . import batch_views, views

app_name = "listing"
urlpatterns = [
    path("export/", views.export, name="export"),
    path("columns/", views.choose_columns, name="columns"),
    path("filters/", views.filters, name="filters"),
    path("filters/<int:pk>/change/", views.change_filter, name="change_filter"),
    path("filters/<int:pk>/remove/", views.remove_filter, name="remove_filter"),
    path("batch/outcome/", batch_views.outcome, name="outcome"),
    path("batch/<slug:act>/", batch_views.batch, name="batch"),
]
