from django.urls import path

from apps.proposals import converters  # noqa: F401, makes <session:…> known

from . import views

app_name = "papers"
urlpatterns = [
    path("", views.sessions, name="sessions"),
    path("proposals/<int:pk>/", views.proposal, name="proposal"),
    path("dispatches/<int:pk>/", views.dispatched, name="dispatched"),
    path("dispatches/<int:pk>/paper.pdf", views.dispatched_pdf, name="dispatched_pdf"),
    path("dispatches/<int:pk>/paper.docx", views.dispatched_docx, name="dispatched_docx"),
    path("dispatches/<int:pk>/void/", views.void, name="void"),
    path("sessions/<session:key>/", views.session, name="session"),
    path("sessions/<session:key>/<slug:kind>/", views.of_kind, name="of_kind"),
    path("sessions/<session:key>/<slug:kind>/<int:pk>/", views.paper, name="paper"),
    path("sessions/<session:key>/<slug:kind>/<int:pk>/paper.pdf", views.paper_pdf, name="paper_pdf"),
    path("sessions/<session:key>/<slug:kind>/<int:pk>/paper.docx", views.paper_docx, name="paper_docx"),
    path("sessions/<session:key>/<slug:kind>/<int:pk>/dispatch/", views.dispatch, name="dispatch"),
]
