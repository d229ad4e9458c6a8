from django.urls import path

from . import mail_views, views

app_name = "notices"
urlpatterns = [
    path("", views.notices, name="notices"),
    path("<int:pk>/open/", views.open_notice, name="open"),
    path("read/", views.mark_read, name="mark_read"),
    path("urging/", views.urging, name="urging"),
    path("urge/", views.urge, name="urge"),
    path("settings/", mail_views.settings, name="settings"),
    path("mail/", mail_views.mails, name="mails"),
    path("mail/<int:pk>/send/", mail_views.send_again, name="send_again"),
    path("cases/<int:pk>/<slug:action>/", views.act_on_case, name="act_on_case"),
]
