"""`manage.py intake FILE.jsonl --report REPORT.jsonl`: keyed-in paper requests into the registry (docs/intake.md)."""

import json
import sys
from collections import Counter
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.romania.calendar import today
from workflows import intake, procedures
from workflows.procedures import Procedure


class Command(BaseCommand):
    help = "Load keyed-in paper requests (JSON Lines); the report has one line per input line, same order."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="JSON Lines, UTF-8")
        parser.add_argument("--report", type=Path, help="where to write the report (default: standard output)")
        parser.add_argument(
            "--today", type=date.fromisoformat, default=None, help="judge, number and date as of this day"
        )
        parser.add_argument("--procedure", default="", help="which procedure; needed when several take paper")
        parser.add_argument("--schema", action="store_true", help="print the JSON Schema of a line and stop")

    def handle(self, *args, **options) -> None:
        procedure = _procedure(options["procedure"])
        if options["schema"]:
            self.stdout.write(json.dumps(procedure.form.schema.json_schema(), ensure_ascii=False, indent=2))
            return
        try:
            lines = options["file"].read_bytes().decode("utf-8-sig").split("\n")
            report = options["report"].open("w", encoding="utf-8") if options["report"] else sys.stdout
        except (OSError, UnicodeDecodeError, AttributeError) as problem:
            raise CommandError(f"{options['file']}: {problem}", returncode=2) from None
        outcomes: Counter[str] = Counter()
        for number, line in enumerate(intake.load(procedure, lines, today=options["today"] or today()), 1):
            outcomes[line["outcome"] + (" (repeated)" if line.get("repeated") else "")] += 1
            report.write(json.dumps(line, ensure_ascii=False) + "\n")
            report.flush()
            if number % 50 == 0:
                self.stderr.write(f"{number}/{len(lines)}")
        self.stderr.write(", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())) or "0 lines")


def _procedure(code: str) -> Procedure:
    """The procedure that was named, or the only one that takes paper."""
    found = {
        procedure.code: procedure for procedure in procedures.every() if procedure.takes_paper and not procedure.follows
    }
    if code in found:
        return found[code]
    if len(found) == 1 and not code:
        return next(iter(found.values()))
    raise CommandError(f"Say which procedure: --procedure {' | '.join(found)}", returncode=2)
