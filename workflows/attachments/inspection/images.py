"""PNG and JPEG: decoded whole, judged, and painted anew, so that nothing but the picture is left."""

import io
import warnings

from PIL import Image, ImageOps

from workflows.attachments.inspection.limits import MAX_PIXELS, PAGE_LONG_SIDE
from workflows.attachments.inspection.magic import Media
from workflows.attachments.inspection.verdict import Unfit

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
_END_OF_PNG = b"\x00\x00\x00\x00IEND\xaeB`\x82"


def picture(data: bytes, media: Media) -> bytes:
    """The picture as a new WebP, upright. Raises `Unfit`."""
    if media == Media.PNG and not data.endswith(_END_OF_PNG):
        raise Unfit("polyglot" if _END_OF_PNG in data else "unreadable")
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            # One decoder only: the one that the first bytes promised.
            with Image.open(io.BytesIO(data), formats=[media.upper()]) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise Unfit("too_many_pixels")
                if media == Media.PNG and getattr(image, "is_animated", False):
                    raise Unfit("animated")
                image.load()
                return encoded(ImageOps.exif_transpose(image))
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise Unfit("too_many_pixels") from None


def encoded(image: Image.Image) -> bytes:
    """WebP of the pixels alone: no EXIF, no place, no profile, no comment."""
    bare = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if bare.mode == "RGBA":
        paper = Image.new("RGBA", bare.size, "white")
        bare = Image.alpha_composite(paper, bare).convert("RGB")
    bare.thumbnail((PAGE_LONG_SIDE, PAGE_LONG_SIDE))
    bare.info.clear()
    out = io.BytesIO()
    bare.save(out, "WEBP", quality=80, method=2)
    return out.getvalue()
