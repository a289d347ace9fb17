"""Filing, the inbox, the case page and its steps. A step is addressed by its task row alone."""

from django.urls import URLPattern, path

from workflows.views import attachments, filing, inbox, office, paper, steps, stopped

app_name = "workflows"


def scans(prefix: str, door: str) -> list[URLPattern]:
    """The pages of attached scans behind one door."""
    one = f"{prefix}acte-atasate/<uuid:attachment_id>/"
    told = {"door": door}
    return [
        path(f"{prefix}acte-atasate/", attachments.listing, told, name=f"{door}_scans"),
        path(one, attachments.viewer, told, name=f"{door}_scan"),
        path(f"{one}pagini/<int:number>.webp", attachments.image, told, name=f"{door}_scan_page"),
        path(f"{one}original/", attachments.original, told, name=f"{door}_scan_original"),
        path(f"{one}scoate/", attachments.remove, told, name=f"{door}_scan_remove"),
    ]


urlpatterns = [
    path("depunere/", filing.start, name="file"),
    path("depunere/nou/", filing.new, name="file_new"),
    path("depunere/<uuid:public_id>/verificare/", filing.review, name="file_review"),
    path("depunere/<uuid:public_id>/dovada/", filing.receipt, name="file_receipt"),
    *scans("depunere/<uuid:public_id>/", "filing"),
    path("depunere/<uuid:public_id>/<slug:step>/", filing.step, name="file_step"),
    path("completare/<uuid:public_id>/", filing.completion, name="completion"),
    path("lucru/", inbox.inbox, name="inbox"),
    path("lucru/cauta/", inbox.search, name="search"),
    path("lucru/hartie/", paper.new, name="paper_new"),
    *scans("lucru/hartie/<uuid:public_id>/", "paper"),
    path("lucru/hartie/<uuid:public_id>/", paper.form_view, name="paper"),
    path("lucru/dosar/<uuid:public_id>/", office.case, name="case"),
    path("lucru/dosar/<uuid:public_id>/acte/<uuid:document_id>.pdf", office.document, name="document"),
    *scans("lucru/dosar/<uuid:public_id>/", "case"),
    path("lucru/dosar/<uuid:public_id>/acte-atasate-din-nou/", attachments.inspect_again, name="inspect_again"),
    path("lucru/dosar/<uuid:public_id>/inmanare/", office.hand_over, name="hand_over"),
    path("lucru/dosar/<uuid:public_id>/reia/", office.retry, name="retry"),
    path("lucru/lucrari/", stopped.stopped, name="stopped"),
    path("lucru/lucrari/reia/", stopped.retry_all, name="retry_all_stopped"),
    path("lucru/lucrari/<uuid:public_id>/reia/", stopped.retry, name="retry_stopped"),
    path("lucru/pas/<int:task>/preia/", steps.claim, name="claim"),
    path("lucru/pas/<int:task>/elibereaza/", steps.release, name="release"),
    path("lucru/pas/<int:task>/repartizeaza/", steps.reassign, name="reassign"),
    path("lucru/pas/<int:task>/", steps.act, name="act"),
]
