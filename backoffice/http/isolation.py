"""Whose rows the counts of guesses are: nobody's."""

from backoffice.isolation.rules import Open, declare

declare({"throttle_count": Open("counters under keyed names", web="siud", worker="sd")})
