"""How large a file and its parts may be, and what the process that parses it may use (docs/uploads.md)."""

MEBIBYTE = 1024 * 1024
MAX_FILE_BYTES = 10 * MEBIBYTE
MAX_PIXELS = 25_000_000
MAX_PDF_PAGES = 50

PAGE_LONG_SIDE = 2000  # pixels: A4 at some 170 dots per inch, small print stays readable
MAX_PDF_PICTURE = 100_000_000  # pixels of one picture inside a PDF: A3 at 600 dots per inch has 70 million
MAX_PDF_NODES = 500_000

CHILD_MEMORY = 1024 * MEBIBYTE
CHILD_CPU_SECONDS = 30
CHILD_WALL_SECONDS = 40  # below the task's soft limit, together with the scanner's
CHILD_ANSWER_BYTES = 64 * MEBIBYTE
SCANNER_SECONDS = 7  # to reach it, and again to hear it
