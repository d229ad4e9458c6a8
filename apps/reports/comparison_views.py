"""The page on which up to five sessions stand side by side."""

from django import forms
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.figures.comparison import MOST, compare
from apps.proposals.models import Session

from .queries import reads_letters


class ComparisonForm(forms.Form):
    session = forms.ModelMultipleChoiceField(
        Session.objects.prefetch_related("classes", "ratings"),
        to_field_name="key",
        label="届次",
        widget=forms.CheckboxSelectMultiple,
    )
    units = forms.BooleanField(label="分单位列出", required=False)

    def clean_session(self):
        """Oldest first: each is compared with the one before."""
        chosen = sorted(self.cleaned_data["session"], key=lambda session: (session.year, session.key))
        if not 2 <= len(chosen) <= MOST:
            raise forms.ValidationError(f"请选两个至{MOST}个届次，现在选了{len(chosen)}个。")
        return chosen


@require_GET
def comparison(request):
    """`?session=9-4&session=9-5&units=on`; without any the two newest."""
    if not reads_letters(request.user):
        raise Http404
    newest = [session.key for session in Session.objects.all()[:2]]
    has_two = len(newest) == 2
    form = ComparisonForm(request.GET if request.GET else {"session": newest} if has_two else None)
    is_fine = form.is_bound and form.is_valid()
    context = {
        "form": form,
        "has_two": has_two,
        "sessions": form.cleaned_data["session"] if is_fine else [],
        "groups": compare(form.cleaned_data["session"], form.cleaned_data["units"]) if is_fine else [],
    }
    return render(request, "reports/comparison.html", context, status=422 if form.is_bound and not is_fine else 200)
