"""Identifiers of persons and organisations: what is wrong with one, said as a short code. Pure."""

import re
from datetime import date

from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.ro import cnp as stdnum_cnp
from stdnum.ro import cui as stdnum_cui

STAMP_CODE = re.compile(r"[0-9A-Z]{5,6}")
CNP_SHAPE = re.compile(r"[0-9]{13}")
# First digit of a CNP gives the century; 7-9 (residents, foreigners) leave it open and are read as 1900-1999.
CENTURIES = {"1": 1900, "2": 1900, "3": 1800, "4": 1800, "5": 2000, "6": 2000, "7": 1900, "8": 1900, "9": 1900}


def cnp_problem(cnp: str, *, today: date) -> str | None:
    """Why `cnp` is not a personal numeric code, or None: `cnp_checksum`, `cnp_date`, `cnp_future`, `cnp_format`.

    The date inside must exist and not be after `today`: the check digit alone accepts both.
    """
    if not CNP_SHAPE.fullmatch(cnp) or cnp[0] == "0":
        return "cnp_format"
    born = birth_date(cnp)
    if born is None:
        return "cnp_date"
    try:
        stdnum_cnp.validate(cnp)
    except InvalidChecksum:
        return "cnp_checksum"
    except ValidationError:
        return "cnp_format"
    return "cnp_future" if born > today else None


def birth_date(cnp: str) -> date | None:
    """The birth date a 13-digit code claims; None when no such day exists."""
    try:
        return date(CENTURIES[cnp[0]] + int(cnp[1:3]), int(cnp[3:5]), int(cnp[5:7]))
    except (KeyError, ValueError):
        return None


def normalise_fiscal_code(typed: str) -> str:
    """`RO 1234 5674` is `12345674`."""
    return re.sub(r"^RO", "", re.sub(r"\s+", "", typed).upper())


def fiscal_code_problem(code: str) -> str | None:
    """Why a normalised `code` is no fiscal code, or None: `cnp_not_fiscal_code`, `fiscal_code`."""
    if CNP_SHAPE.fullmatch(code):
        return "cnp_not_fiscal_code"
    if not re.fullmatch(r"[0-9]{2,10}", code) or not stdnum_cui.is_valid(code):
        return "fiscal_code"
    return None


def stamp_code_problem(code: str) -> str | None:
    """Why an upper-case `code` is no stamp code of a doctor, or None: five or six digits or capital letters."""
    return None if STAMP_CODE.fullmatch(code) else "stamp_code"
