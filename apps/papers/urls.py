from django.urls import path

from apps.proposals import converters  # noqa: F401, makes <session:…> known

from . import batch_views, views

app_name = "papers"
urlpatterns = [
    path("", views.sessions, name="sessions"),
    path("proposals/<int:pk>/", views.proposal, name="proposal"),
    path("proposals/<int:pk>/file/", batch_views.ask_for_file, name="ask_for_file"),
    path("dispatches/<int:pk>/", views.dispatched, name="dispatched"),
    path("dispatches/<int:pk>/paper.pdf", views.dispatched_pdf, name="dispatched_pdf"),
    path("dispatches/<int:pk>/paper.docx", views.dispatched_docx, name="dispatched_docx"),
    path("dispatches/<int:pk>/void/", views.void, name="void"),
    path("batches/<int:pk>/", batch_views.batch, name="batch"),
    path("batches/<int:pk>/file/", batch_views.file, name="batch_file"),
    path("batches/<int:pk>/stop/", batch_views.stop, name="stop_batch"),
    path("sessions/<session:key>/", views.session, name="session"),
    path("sessions/<session:key>/<slug:kind>/", views.of_kind, name="of_kind"),
    path("sessions/<session:key>/<slug:kind>/print/", batch_views.ask, name="ask_batch"),
    path("sessions/<session:key>/<slug:kind>/<int:pk>/", views.paper, name="paper"),
    path("sessions/<session:key>/<slug:kind>/<int:pk>/paper.pdf", views.paper_pdf, name="paper_pdf"),
    path("sessions/<session:key>/<slug:kind>/<int:pk>/paper.docx", views.paper_docx, name="paper_docx"),
    path("sessions/<session:key>/<slug:kind>/<int:pk>/dispatch/", views.dispatch, name="dispatch"),
]
