from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("apps.desk.urls")),
    path("exchange/", include("apps.desk.exchange.urls")),
    path("proposals/", include("apps.desk.listing.urls")),
    path("proposals/", include("apps.proposals.urls")),
    path("settings/", include("apps.proposals.settings.urls")),
    path("replies/", include("apps.replies.urls")),
    path("receipts/", include("apps.ratings.urls")),
    path("receipt/", include("apps.ratings.link_urls")),
    path("cards/", include("apps.supervision.urls")),
    path("papers/", include("apps.papers.urls")),
    path("reports/", include("apps.reports.urls")),
    path("notices/", include("apps.notices.urls")),
    path("allocation/", include("apps.allocation.urls")),
    path("accounts/", include("apps.accounts.urls")),
    path("admin/", admin.site.urls),
]
