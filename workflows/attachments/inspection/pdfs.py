"""PDF: every object is looked at, whatever stream hides it; then each page becomes a picture."""

import io
from collections.abc import Iterator

import pikepdf
import pypdfium2

from workflows.attachments.inspection import images
from workflows.attachments.inspection.limits import MAX_PDF_NODES, MAX_PDF_PAGES, MAX_PDF_PICTURE, PAGE_LONG_SIDE
from workflows.attachments.inspection.verdict import Unfit

# Names that make a PDF do something or contain another file, as key or as value.
ACTIVE = {
    "/JavaScript": "script",
    "/JS": "script",
    "/Launch": "launch",
    "/EmbeddedFile": "embedded_file",
    "/EmbeddedFiles": "embedded_file",
    "/EF": "embedded_file",
    "/RichMedia": "embedded_file",
    "/OpenAction": "acts_by_itself",
    "/AA": "acts_by_itself",
    "/SubmitForm": "acts_by_itself",
    "/ImportData": "acts_by_itself",
    "/GoToE": "acts_by_itself",
    "/XFA": "dynamic_form",
}
_BLANKS = b"\x00\t\n\r\x0c "


def pages(data: bytes) -> tuple[tuple[bytes, ...], int]:
    """The pictures of the pages, and how many electronic signatures the file carries. Raises `Unfit`."""
    if data[data.rfind(b"%%EOF") + 5 :].strip(_BLANKS):
        raise Unfit("polyglot" if b"%%EOF" in data else "unreadable")
    signatures = _judge(data)
    return tuple(_pictures(data)), signatures


def _judge(data: bytes) -> int:
    try:
        # No repair: a file that readers mend in different ways shows each of them something else.
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False, inherit_page_attributes=False) as pdf:
            if pdf.is_encrypted:
                raise Unfit("encrypted")
            if len(pdf.pages) > MAX_PDF_PAGES:
                raise Unfit("too_many_pages")
            if not pdf.pages:
                raise Unfit("unreadable")
            return _walk(pdf)
    except pikepdf.PasswordError:
        raise Unfit("encrypted") from None


def _walk(pdf: pikepdf.Pdf) -> int:
    """Refuse the first active name anywhere; the number of signed fields."""
    seen = signatures = 0
    for node in [pdf.trailer, *pdf.objects]:
        if isinstance(node, pikepdf.Stream) and _pixels(node) > MAX_PDF_PICTURE:
            raise Unfit("too_many_pixels")
        for name in _names(node):
            seen += 1
            if seen > MAX_PDF_NODES:
                raise Unfit("too_heavy")
            if name in ACTIVE:
                raise Unfit(ACTIVE[name])
            signatures += name == "/ByteRange"
    return signatures


def _pixels(stream: pikepdf.Stream) -> int:
    sides = (stream.get("/Width", 0), stream.get("/Height", 0))
    return int(sides[0]) * int(sides[1])


def _names(node: pikepdf.Object) -> Iterator[str]:
    """Every key and every name inside one object; what it only refers to is an object of its own."""
    waiting = [node]
    while waiting:
        inside = waiting.pop()
        if isinstance(inside, pikepdf.Stream):
            inside = inside.stream_dict
        if isinstance(inside, pikepdf.Dictionary):
            yield from inside.keys()
            children = list(inside.values())
        elif isinstance(inside, pikepdf.Array):
            yield ""  # an array counts too, else nesting alone could keep us busy
            children = list(inside)
        else:
            if isinstance(inside, pikepdf.Name):
                yield str(inside)
            continue
        waiting += [c for c in children if isinstance(c, pikepdf.Object) and not c.is_indirect]


def _pictures(data: bytes) -> Iterator[bytes]:
    with pypdfium2.PdfDocument(data) as pdf:
        pdf.init_forms()
        for page in pdf:
            width, height = page.get_size()
            scale = PAGE_LONG_SIDE / max(width, height, 1)
            yield images.encoded(page.render(scale=scale, prefer_bgrx=True).to_pil())
            page.close()
