from django.urls import path

from . import views

app_name = "ratings"
urlpatterns = [
    path("replies/<int:pk>/<slug:action>/", views.act_on_reply, name="act_on_reply"),
    path("cases/<int:pk>/<slug:action>/", views.act_on_case, name="act_on_case"),
    path("<int:pk>/<slug:action>/", views.act, name="act"),
]
