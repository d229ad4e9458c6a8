from django.urls import path

from apps.proposals import converters  # noqa: F401, makes <session:…> known

from . import update_views, views

app_name = "exchange"
urlpatterns = [
    path("", views.home, name="home"),
    path("template/<slug:kind>/", views.template, name="template"),
    path("import/<slug:kind>/", views.upload, name="upload"),
    path("uploads/<int:pk>/", views.preview, name="preview"),
    path("uploads/<int:pk>/errors/", views.errors, name="errors"),
    path("uploads/<int:pk>/confirm/", views.confirm, name="confirm"),
    path("uploads/<int:pk>/create/", views.create, name="create"),
    path("uploads/<int:pk>/discard/", views.discard, name="discard"),
    path("uploads/<int:pk>/stop/", views.stop, name="stop"),
    path("update/", update_views.upload, name="update"),
    path("update/<int:pk>/", update_views.preview, name="update_preview"),
    path("update/<int:pk>/confirm/", update_views.confirm, name="update_confirm"),
    path("update/<int:pk>/results/", update_views.results, name="update_results"),
    path("update/<int:pk>/discard/", update_views.discard, name="update_discard"),
    path("export/<session:key>/", views.export, name="export"),
]
