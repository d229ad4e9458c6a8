from django.urls import path

from apps.proposals import converters  # noqa: F401, makes <session:…> known

from . import assigned_views, opinion_views, views

app_name = "allocation"
urlpatterns = [
    path("", views.newest, name="newest"),
    path("opinions/", opinion_views.opinions, name="opinions"),
    path("opinions/agree/", opinion_views.agree_all, name="agree_all"),
    path("opinions/<int:pk>/<int:unit>/agree/", opinion_views.agree, name="agree"),
    path("opinions/<int:pk>/<int:unit>/object/", opinion_views.object_to, name="object"),
    path("<session:key>/", views.draft, name="draft"),
    path("<session:key>/take/", views.take, name="take"),
    path("<session:key>/share/", views.share, name="share"),
    path("<session:key>/share/end/", views.end_sharing, name="end_sharing"),
    path("<session:key>/plan.xlsx", views.plan, name="plan"),
    path("<session:key>/assign/", views.assign, name="assign"),
    path("<session:key>/assigned/<int:pk>/", assigned_views.assigned, name="assigned"),
    path("<session:key>/assigned/<int:pk>/list.xlsx", assigned_views.assigned_list, name="assigned_list"),
    path("<session:key>/assigned/<int:pk>/originals/<int:unit>/", assigned_views.originals, name="originals"),
    path("<session:key>/proposals/<int:pk>/", views.line, name="line"),
    path("<session:key>/proposals/<int:pk>/place/", views.place, name="place"),
]
