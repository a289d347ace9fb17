"""What an inspection says: clean with page images, or refused with one code."""

from dataclasses import dataclass


class Unfit(Exception):
    """The file is refused; `code` has a sentence for the person (`attachments.refusals.REASONS`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Verdict:
    """`reason` is empty for a clean file. `pages` are WebP images: all that anybody is shown."""

    reason: str = ""
    pages: tuple[bytes, ...] = ()
    signatures: int = 0
