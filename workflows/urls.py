"""Filing, the applicant's requests, inbox, case page and its steps. A step is addressed by its task row alone."""

from django.urls import URLPattern, path

from workflows.views import (
    applicant,
    attachments,
    case,
    closing,
    communications,
    failed,
    filing,
    follow_ups,
    inbox,
    paper,
    privacy,
    steps,
)

app_name = "workflows"


def scans(prefix: str, place: str) -> list[URLPattern]:
    """The pages of attached scans in one of their contexts."""
    one = f"{prefix}acte-atasate/<uuid:attachment_id>/"
    told = {"place": place}
    return [
        path(f"{prefix}acte-atasate/", attachments.listing, told, name=f"{place}_scans"),
        path(one, attachments.viewer, told, name=f"{place}_scan"),
        path(f"{one}pagini/<int:number>.webp", attachments.image, told, name=f"{place}_scan_page"),
        path(f"{one}original/", attachments.original, told, name=f"{place}_scan_original"),
        path(f"{one}scoate/", attachments.remove, told, name=f"{place}_scan_remove"),
    ]


urlpatterns = [
    path("informare/", privacy.privacy_houses, name="privacy"),
    path("informare/<slug:code>/", privacy.privacy_page, name="privacy_of"),
    path("informare/<slug:code>/informare.pdf", privacy.privacy_pdf, name="privacy_pdf"),
    path("depunere/", filing.start, name="file"),
    path("depunere/nou/", filing.new, name="file_new"),
    path("depunere/<uuid:public_id>/verificare/", filing.review, name="file_review"),
    path("depunere/<uuid:public_id>/dovada/", filing.receipt, name="file_receipt"),
    *scans("depunere/<uuid:public_id>/", "filing"),
    path("depunere/<uuid:public_id>/<slug:step>/", filing.step, name="file_step"),
    path("completare/<uuid:public_id>/", filing.completion, name="completion"),
    path("cereri/", applicant.mine, name="mine"),
    path("cereri/<uuid:public_id>/", applicant.case, name="my_case"),
    path("cereri/<uuid:public_id>/acte/<uuid:document_id>.pdf", applicant.document, name="my_document"),
    path("cereri/<uuid:public_id>/cere/<slug:procedure>/", follow_ups.of_applicant, name="my_follow_up"),
    path("cereri/<uuid:public_id>/dovada.json", applicant.proof, name="proof"),
    path("cereri/<uuid:public_id>/retrage/", closing.withdraw, name="withdraw"),
    path("lucru/", inbox.inbox, name="inbox"),
    path("lucru/cauta/", inbox.search, name="search"),
    path("lucru/hartie/", paper.new, name="paper_new"),
    *scans("lucru/hartie/<uuid:public_id>/", "paper"),
    path("lucru/hartie/<uuid:public_id>/", paper.form_view, name="paper"),
    path("lucru/dosar/<uuid:public_id>/", case.case, name="case"),
    path("lucru/dosar/<uuid:public_id>/acte/<uuid:document_id>.pdf", case.document, name="document"),
    path("lucru/dosar/<uuid:public_id>/raspuns/", paper.answer, name="paper_answer"),
    *scans("lucru/dosar/<uuid:public_id>/", "case"),
    path("lucru/dosar/<uuid:public_id>/acte-atasate-din-nou/", attachments.inspect_again, name="inspect_again"),
    path("lucru/dosar/<uuid:public_id>/cere/<slug:procedure>/", follow_ups.of_house, name="follow_up"),
    path("lucru/dosar/<uuid:public_id>/reia/", case.retry, name="retry"),
    path("lucru/dosar/<uuid:public_id>/claseaza/", closing.close, name="close"),
    path("lucru/dosar/<uuid:public_id>/conexeaza/", closing.join, name="join"),
    path("lucru/dosar/<uuid:public_id>/prelungeste/", closing.extend, name="extend"),
    path("lucru/de-comunicat/", communications.waiting, name="to_communicate"),
    path("lucru/de-comunicat/<uuid:document_id>/", communications.one, name="communicate"),
    path("lucru/de-comunicat/<uuid:document_id>/act.pdf", communications.document, name="communicated_document"),
    path("lucru/operatiuni/", failed.page, name="failed"),
    path("lucru/operatiuni/reia/", failed.retry_all, name="retry_all_failed"),
    path("lucru/operatiuni/<uuid:public_id>/reia/", failed.retry, name="retry_failed"),
    path("lucru/pas/<int:task>/preia/", steps.claim, name="claim"),
    path("lucru/pas/<int:task>/elibereaza/", steps.release, name="release"),
    path("lucru/pas/<int:task>/repartizeaza/", steps.reassign, name="reassign"),
    path("lucru/pas/<int:task>/", steps.execute, name="execute"),
]
