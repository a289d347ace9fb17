"""Files made by code, each with the verdict it must get: "" for clean, else the code of the refusal."""

import io
import struct
import zipfile
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image, ImageDraw

from workflows.attachments.inspection.limits import MAX_FILE_BYTES


def photo(mode="RGB", size=(640, 400), text="CARTE DE IDENTITATE"):
    image = Image.new("RGB", size, "#dfe8e6")
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, size[0] - 20, size[1] - 20), outline="#0b5d66", width=6)
    draw.text((60, 60), text, fill="black", font_size=40)
    return image.convert(mode)


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def with_place():
    """A photo as a phone takes it: turned, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Telefon"
    exif.get_ifd(0x8825).update({1: "N", 2: (44.0, 10.0, 24.0), 3: "E", 4: (28.0, 38.0, 18.0)})
    return saved(photo(), "JPEG", exif=exif)


def pdf(change=None, *, pages=1, **options):
    """A PDF with a line of text on each page; `change(pdf)` makes it worse."""
    made = pikepdf.new()
    for number in range(pages):
        page = made.add_blank_page(page_size=(595, 842))
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        page.Contents = made.make_stream(
            f"BT /F1 24 Tf 72 700 Td (Polita de malpraxis, pagina {number + 1}) Tj ET".encode()
        )
    if change:
        change(made)
    out = io.BytesIO()
    made.save(out, **options)
    made.close()
    return out.getvalue()


def script(text="app.alert(1)"):
    return Dictionary(S=Name.JavaScript, JS=String(text))


def opens(action):
    return lambda made: made.Root.__setitem__("/OpenAction", action)


def names(tree):
    return lambda made: made.Root.__setitem__("/Names", Dictionary({tree: Dictionary(Names=Array([]))}))


def link(action):
    """An action that waits for a click on the page."""

    def change(made):
        box = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 100, 100]), A=action)
        made.pages[0].Annots = Array([made.make_indirect(box)])

    return change


def buried(action):
    """The action at the end of a chain of arrays and dictionaries, referred to by nobody."""

    def change(made):
        made.make_indirect(Dictionary(X=Array([Array([Dictionary(Y=Array([action]))])])))
        made.Root.Orphan = made.make_indirect(Array([Dictionary(Z=action)]))

    return change


def attached(made):
    made.attachments["factura.exe"] = pikepdf.AttachedFileSpec(made, b"MZ\x90", filename="factura.exe")


def embedded_stream(made):
    made.Root.Extra = made.make_indirect(Stream(made, b"MZ", Type=Name.EmbeddedFile))


def page_acts(made):
    made.pages[0].AA = Dictionary(O=Dictionary(S=Name.Named, N=Name.NextPage))


def form(**parts):
    return lambda made: made.Root.__setitem__("/AcroForm", Dictionary(Fields=Array([]), **parts))


def signed(made):
    """The shape of a signed PDF; whether the signature holds is another question."""
    signature = Dictionary(
        Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), ByteRange=Array([0, 1, 2, 3]), Contents=String(b"\0" * 16)
    )
    field = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T=String("s"), V=made.make_indirect(signature),
        Rect=Array([0, 0, 0, 0]),
    )  # fmt: skip
    made.Root.AcroForm = Dictionary(Fields=Array([made.make_indirect(field)]), SigFlags=3)


def huge_page(made):
    made.pages[0].MediaBox = Array([0, 0, 14400, 14400])


def stream_bomb(made):
    """2 GiB of nothing in some 2 MB, twice compressed, where a picture should be."""
    squeeze = zlib.compressobj(9)
    block = b"\0" * (1 << 24)
    once = b"".join(squeeze.compress(block) for _ in range(128)) + squeeze.flush()
    made.pages[0].Resources.XObject = Dictionary(
        Im=Stream(
            made, zlib.compress(once, 9), Type=Name.XObject, Subtype=Name.Image, Width=40000, Height=17000,
            ColorSpace=Name.DeviceRGB, BitsPerComponent=8, Filter=Array([Name.FlateDecode, Name.FlateDecode]),
        )
    )  # fmt: skip
    made.pages[0].Contents = made.make_stream(b"q 500 0 0 500 0 0 cm /Im Do Q")


def laughs(made, depth=12):
    """Each drawing draws the next one ten times: 10¹² strokes in two kilobytes."""
    inner = made.make_stream(b"0 0 9 9 re S", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
    for _ in range(depth):
        inner = made.make_stream(
            b"/N Do " * 10, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]),
            Resources=Dictionary(XObject=Dictionary(N=inner)),
        )  # fmt: skip
    made.pages[0].Resources = Dictionary(XObject=Dictionary(N=inner))
    made.pages[0].Contents = made.make_stream(b"/N Do")


def escaped_names():
    """/J#53 is /JS: names are compared as readers read them."""
    action = Dictionary({"/S": Name.Named, "/JX__": String("x")})
    data = pdf(link(action), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert b"/JX__" in data
    return data.replace(b"/JX__", b"/J#53")


def broken_xref():
    data = pdf(object_stream_mode=pikepdf.ObjectStreamMode.disable)
    at = data.rindex(b"startxref")
    return data[:at] + b"startxref\n99999\n%%EOF\n"


def png(width, height, *, rows=0, extra=b""):
    """A PNG that announces a size and holds as many rows as we like."""

    def chunk(kind, body):
        return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))

    squeeze = zlib.compressobj(9)
    body = b"".join(squeeze.compress(b"\0" * (width * 3 + 1)) for _ in range(rows)) + squeeze.flush()
    head = chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + extra + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def archive():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("x.exe", b"MZ")
    return out.getvalue()


def comment(data, text):
    """A JPEG with a comment right after its start."""
    return data[:2] + b"\xff\xfe" + struct.pack("!H", len(text) + 2) + text + data[2:]


def corpus():
    """Name → (bytes, verdict). At least forty are hostile."""
    jpeg, small_png, plain = saved(photo(), "JPEG"), saved(photo(), "PNG"), pdf()
    launch = Dictionary(S=Name.Launch, F=String("cmd.exe"))
    streams = {"object_stream_mode": pikepdf.ObjectStreamMode.generate}
    encrypted = {"encryption": pikepdf.Encryption(owner="o", user="u")}
    readable = {"encryption": pikepdf.Encryption(owner="o", user="")}
    html = b"<html><script>alert(1)</script></html>"
    frames = [photo(text=str(n)) for n in range(3)]
    return {
        # --- clean -------------------------------------------------------------------------------------------------
        "jpeg": (jpeg, ""),
        "jpeg with place": (with_place(), ""),
        "jpeg grey": (saved(photo("L"), "JPEG"), ""),
        "jpeg for print": (saved(photo("CMYK"), "JPEG"), ""),
        "jpeg progressive": (saved(photo(), "JPEG", progressive=True), ""),
        "jpeg of two pictures, as phones make": (saved(photo(), "MPO", save_all=True, append_images=[photo()]), ""),
        "jpeg with a camera's trailer": (jpeg + b"\0" * 64 + b"SEFT", ""),
        "png": (small_png, ""),
        "png with palette": (saved(photo("P"), "PNG"), ""),
        "png with transparency": (saved(photo("RGBA"), "PNG"), ""),
        "png of almost 25 megapixels": (png(5000, 4999, rows=4999), ""),
        "png black and white": (saved(photo("1"), "PNG"), ""),
        "pdf": (plain, ""),
        "pdf of fifty pages": (pdf(pages=50), ""),
        "pdf with object streams": (pdf(**streams), ""),
        "pdf linearised": (pdf(linearize=True), ""),
        "pdf with a web link": (pdf(link(Dictionary(S=Name.URI, URI=String("https://example.ro")))), ""),
        "pdf with a plain form": (pdf(form()), ""),
        "pdf signed": (pdf(signed), ""),
        "pdf with a huge page": (pdf(huge_page), ""),
        "pdf with a new line at its end": (plain + b"\r\n\r\n", ""),
        # --- hostile: PDF that acts ---------------------------------------------------------------------------------
        "pdf script when opened": (pdf(opens(script())), "acts_by_itself|script"),
        "pdf script in names": (pdf(names("/JavaScript")), "script"),
        "pdf script behind a link": (pdf(link(script())), "script"),
        "pdf script in an object stream": (pdf(link(script()), **streams), "script"),
        "pdf script nobody refers to": (pdf(buried(script())), "script"),
        "pdf script with an escaped name": (escaped_names(), "script"),
        "pdf script as a stream": (
            pdf(lambda p: p.Root.__setitem__("/X", Dictionary(JS=p.make_stream(b"x")))),
            "script",
        ),
        "pdf launch": (pdf(link(launch)), "launch"),
        "pdf launch in an object stream": (pdf(link(launch), **streams), "launch"),
        "pdf launch when opened": (pdf(opens(launch)), "acts_by_itself|launch"),
        "pdf goes somewhere when opened": (pdf(opens(Array([0, Name.Fit]))), "acts_by_itself"),
        "pdf acts with its page": (pdf(page_acts), "acts_by_itself"),
        "pdf sends a form": (pdf(link(Dictionary(S=Name.SubmitForm, F=String("http://x")))), "acts_by_itself"),
        "pdf opens an embedded one": (pdf(link(Dictionary(S=Name.GoToE))), "acts_by_itself"),
        "pdf with an attachment": (pdf(attached), "embedded_file"),
        "pdf with an attachment in an object stream": (pdf(attached, **streams), "embedded_file"),
        "pdf with an embedded stream": (pdf(embedded_stream), "embedded_file"),
        "pdf with an empty list of attachments": (pdf(names("/EmbeddedFiles")), "embedded_file"),
        "pdf with a film": (pdf(link(Dictionary(S=Name.RichMedia))), "embedded_file"),
        "pdf with a dynamic form": (pdf(form(XFA=Array([]))), "dynamic_form"),
        "pdf signed with a script": (pdf(lambda p: (signed(p), link(script())(p))), "script"),
        # --- hostile: PDF that hides or breaks -----------------------------------------------------------------------
        "pdf encrypted": (pdf(**encrypted), "encrypted"),
        "pdf encrypted without password": (pdf(**readable), "encrypted"),
        "pdf of 51 pages": (pdf(pages=51), "too_many_pages"),
        "pdf without pages": (pdf(pages=0), "unreadable"),
        "pdf with a broken table": (broken_xref(), "unreadable"),
        "pdf cut": (plain[: len(plain) // 2], "unreadable"),
        "pdf name only": (b"%PDF-1.7\n%%EOF\n", "unreadable"),
        "pdf with a picture of 2 gigabytes": (pdf(stream_bomb), "too_many_pixels"),
        # --- hostile: two things at once ------------------------------------------------------------------------------
        "page before a pdf": (html + plain, "wrong_type"),
        "page inside a pdf": (plain[:9] + html + plain[9:], "polyglot"),
        "page after a pdf": (plain + html, "polyglot"),
        "archive after a pdf": (plain + archive(), "polyglot"),
        "archive after a jpeg": (jpeg + archive(), "polyglot"),
        "archive after a png": (small_png + archive(), "polyglot"),
        "page in a jpeg comment": (comment(jpeg, html), "polyglot"),
        "page after a png": (small_png + html, "polyglot"),
        "pdf after a png": (small_png + plain, "polyglot"),
        # --- hostile: pictures ----------------------------------------------------------------------------------------
        "png bomb": (png(50000, 50000, rows=50), "too_many_pixels"),
        "png of 25 megapixels and a row": (png(5000, 5001, rows=5001), "too_many_pixels"),
        "png that ends early": (small_png[:-30], "unreadable"),
        "png animated": (saved(frames[0], "PNG", save_all=True, append_images=frames[1:]), "animated"),
        "png with a wrong sum": (small_png[:40] + bytes([small_png[40] ^ 1]) + small_png[41:], "unreadable"),
        "jpeg cut": (jpeg[: len(jpeg) // 2], "unreadable"),
        "jpeg start only": (b"\xff\xd8\xff\xe0", "unreadable"),
        # --- hostile: something else ----------------------------------------------------------------------------------
        "nothing": (b"", "empty"),
        "one byte too many": (plain + b"\0" * (MAX_FILE_BYTES + 1 - len(plain)), "too_big"),
        "gif": (saved(photo("P"), "GIF"), "wrong_type"),
        "tiff": (saved(photo(), "TIFF"), "wrong_type"),
        "webp": (saved(photo(), "WEBP"), "wrong_type"),
        "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "wrong_type"),
        "page": (b"<!doctype html>" + html, "wrong_type"),
        "archive": (archive(), "wrong_type"),
        "program": (b"MZ\x90\0" + b"\0" * 200, "wrong_type"),
        "postscript": (b"%!PS-Adobe-3.0\n", "wrong_type"),
        "text": (b"buletin", "wrong_type"),
    }  # fmt: skip
