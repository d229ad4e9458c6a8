from django.urls import path

from . import preview_views, views

app_name = "proposals"
urlpatterns = [
    path("register/", views.register, name="register"),
    path("<int:pk>/<slug:action>/", views.act_on_proposal, name="act"),
    path("cases/<int:pk>/<slug:action>/", views.act_on_case, name="act_on_case"),
    path("files/<int:pk>/", views.file, name="file"),
    path("files/<int:pk>/preview/", preview_views.preview, name="preview"),
    path("files/<int:pk>/pages/<int:number>/", preview_views.preview_picture, name="preview_picture"),
]
