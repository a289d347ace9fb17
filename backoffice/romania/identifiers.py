"""Identifiers of persons and organisations: what is wrong with one, said as a short code. Pure."""

import re
from datetime import date

from stdnum.exceptions import ValidationError
from stdnum.ro import cnp as stdnum_cnp
from stdnum.ro import cui as stdnum_cui

STAMP_CODE = re.compile(r"[0-9A-Z]{5,6}")
CNP_SHAPE = re.compile(r"[0-9]{13}")
# The first digit of a CNP gives the century; 7 and 8 (residents) and 9 (other foreigners) leave it open.
CENTURIES = {"1": (1900,), "2": (1900,), "3": (1800,), "4": (1800,), "5": (2000,), "6": (2000,)}
OPEN = (1900, 2000)


def cnp_problem(cnp: str, *, today: date) -> str | None:
    """Why `cnp` is not a personal numeric code, or None: `cnp_checksum`, `cnp_date`, `cnp_future`, `cnp_format`.

    The date inside must exist, in either century where the code leaves it open, and not be after `today`: the check
    digit alone accepts both.
    """
    if not CNP_SHAPE.fullmatch(cnp) or cnp[0] == "0":
        return "cnp_format"
    born = birth_dates(cnp)
    if not born:
        return "cnp_date"
    try:
        stdnum_cnp.get_county(cnp)
    except ValidationError:
        return "cnp_format"
    if stdnum_cnp.calc_check_digit(cnp[:-1]) != cnp[-1]:
        return "cnp_checksum"
    return None if min(born) <= today else "cnp_future"


def birth_dates(cnp: str) -> tuple[date, ...]:
    """The birth dates that a 13-digit code may mean: none where no such day exists, two where the century is open."""
    found = []
    for century in CENTURIES.get(cnp[0], OPEN):
        try:
            found.append(date(century + int(cnp[1:3]), int(cnp[3:5]), int(cnp[5:7])))
        except ValueError:
            continue
    return tuple(found)


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
