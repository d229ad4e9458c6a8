from django.contrib.auth import views as auth
from django.urls import path

from . import views
from .forms import SignInForm

app_name = "accounts"
urlpatterns = [
    path(
        "sign-in/",
        auth.LoginView.as_view(template_name="accounts/sign_in.html", authentication_form=SignInForm),
        name="sign_in",
    ),
    path("sign-out/", auth.LogoutView.as_view(), name="sign_out"),
    path("password/", views.OwnPassword.as_view(), name="password"),
    path("display/", views.display, name="display"),
    path("posts/", views.posts, name="posts"),
    path("delegations/new/", views.delegate, name="delegate"),
    path("delegations/<int:pk>/end/", views.end_delegation, name="end_delegation"),
]
