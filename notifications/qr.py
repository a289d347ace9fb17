"""QR codes as SVG: black on white with its quiet zone, in page and on paper."""

import base64
from io import BytesIO

import qrcode
from qrcode.image.svg import SvgPathFillImage


def svg_data_uri(url: str) -> str:
    """The QR of an address as a `data:` image."""
    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(url)
    out = BytesIO()
    code.make_image(image_factory=SvgPathFillImage).save(out)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()
