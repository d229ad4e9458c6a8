from django.urls import path

from apps.proposals import converters  # noqa: F401, makes <session:…> known

from . import approval_views, comparison_views, picture_views, views
from .editing import version_views
from .editing import views as editing
from .material import views as material
from .proofreading import views as proofreading

app_name = "reports"
urlpatterns = [
    path("proofreading/", proofreading.page, name="proofreading"),
    path("letters/", views.letters, name="letters"),
    path("letters/<session:key>/", views.letter, name="letter"),
    path("letters/<session:key>/letter.pdf", views.pdf, name="letter_pdf"),
    path("letters/<session:key>/letter.docx", views.docx, name="letter_docx"),
    path("letters/<session:key>/proofreading/", proofreading.own_letter, name="letter_proofreading"),
    path("letters/<session:key>/texts/", views.texts, name="letter_texts"),
    path("letters/<session:key>/cases/", views.cases, name="letter_cases"),
    path("letters/<session:key>/cases/take/", material.take_cases, name="letter_take_cases"),
    path("letters/<session:key>/themes/", editing.themes, name="letter_themes"),
    path("letters/<session:key>/editor/", editing.editor, name="letter_editor"),
    path("letters/<session:key>/editor/draft/", editing.draft, name="letter_draft"),
    path("letters/<session:key>/editor/presence/", editing.presence, name="letter_presence"),
    path("letters/<session:key>/editor/figure/", editing.figure, name="letter_figure"),
    path("letters/<session:key>/parts/", editing.add, name="letter_add_part"),
    path("letters/<session:key>/parts/<int:pk>/", editing.save, name="letter_save_part"),
    path("letters/<session:key>/parts/<int:pk>/up/", editing.move, {"direction": "up"}, name="letter_part_up"),
    path("letters/<session:key>/parts/<int:pk>/down/", editing.move, {"direction": "down"}, name="letter_part_down"),
    path("letters/<session:key>/parts/<int:pk>/remove/", editing.remove, name="letter_remove_part"),
    path("letters/<session:key>/parts/<int:pk>/restore/", editing.restore, name="letter_restore_part"),
    path("letters/<session:key>/parts/<int:pk>/bind/", editing.bind, name="letter_bind"),
    path("letters/<session:key>/parts/<int:pk>/source/", editing.declare, name="letter_declare"),
    path("letters/<session:key>/parts/<int:pk>/note/", editing.note, name="letter_note"),
    path("letters/<session:key>/notes/<int:pk>/done/", editing.note_done, name="letter_note_done"),
    path("letters/<session:key>/versions/", version_views.versions, name="letter_versions"),
    path("letters/<session:key>/versions/<int:number>/", version_views.version, name="letter_version"),
    path("letters/<session:key>/versions/<int:number>/restore/", version_views.restore_version, name="letter_restore"),
    path("letters/<session:key>/versions/<int:before>/<int:after>/", version_views.compare, name="letter_compare"),
    path("letters/<session:key>/material/", material.material, name="letter_material"),
    path("letters/<session:key>/material/<int:pk>/take/", material.take, name="letter_take"),
    path("letters/<session:key>/material/<int:pk>/withdraw/", material.withdraw, name="letter_withdraw"),
    path("letters/<session:key>/progress/<int:pk>/take/", material.take_progress, name="letter_take_progress"),
    path("material/", material.asked, name="material_asked"),
    path("material/<int:pk>/", material.give, name="material_give"),
    path("letters/<session:key>/act/<slug:action>/", approval_views.act, name="letter_act"),
    path("comparison/", comparison_views.comparison, name="comparison"),
    path("pictures/", picture_views.newest, name="pictures_newest"),
    path("pictures/<session:key>/", picture_views.pictures, name="pictures"),
    path("pictures/<session:key>/figure/", picture_views.picture_figure, name="picture_figure"),
    path("editions/<int:pk>/", approval_views.edition, name="edition"),
    path("editions/<int:pk>/letter.pdf", approval_views.edition_pdf, name="edition_pdf"),
    path("editions/<int:pk>/letter.docx", approval_views.edition_docx, name="edition_docx"),
    path("editions/<int:pk>/figures/<int:place>/", approval_views.edition_figure, name="edition_figure"),
    path("editions/<int:pk>/references/<int:place>/", approval_views.edition_reference, name="edition_reference"),
]
