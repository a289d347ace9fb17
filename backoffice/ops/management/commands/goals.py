"""`manage.py goals [NAME]`: the measured promises, a line `GOAL name | value | target | PASS|FAIL` each."""

import os
import platform
import subprocess
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

# Each promise: its number, and the file in tests/goals whose test is called after it.
GOALS = {
    "tenant_isolation_urls": ("G1", "test_tenant_isolation_urls_goal.py"),
    "tenant_isolation_sql": ("G2", "test_tenant_isolation_goal.py"),
    "tenant_isolation_pool": ("G3", "test_tenant_isolation_goal.py"),
    "mass_assignment": ("G4", "test_mass_assignment_goal.py"),
    "replay": ("G9", "test_replay_goal.py"),
    "four_eyes": ("G11", "test_four_eyes_goal.py"),
    "four_eyes_sql": ("G11", "test_four_eyes_goal.py"),
    "races": ("G12", "test_races_goal.py"),
    "race_pairs": ("G12", "test_races_goal.py"),
    "log_tampering": ("G15", "test_log_tampering_goal.py"),
    "event_completeness": ("G16", "test_event_completeness_goal.py"),
    "worker_kills": ("G17", "test_worker_kills_goal.py"),
    "kill_campaign": ("G17", "test_kill_campaign_goal.py"),
    "broker_loss": ("G18", "test_broker_goal.py"),
    "hostile_messages": ("G19", "test_broker_goal.py"),
    "backup_restore": ("G21", "test_backup_goal.py"),
    "fuzzed_posts": ("G27", "test_fuzzed_posts_goal.py"),
    "http_headers": ("G28", "test_http_headers_goal.py"),
    "content_policy": ("G29", "test_pages_goal.py"),
    "deploy_check": ("G30", "test_http_headers_goal.py"),
    "canaries": ("G31", "test_canary_goal.py"),
    "code_rules": ("G35", "test_code_rules_goal.py"),
    "secrets_in_history": ("G36", "test_code_rules_goal.py"),
    "accessibility": ("G39", "test_pages_goal.py"),
    "independent_verifier": ("G45", "test_log_tampering_goal.py"),
    "hostile_uploads": ("", "test_hostile_uploads_goal.py"),
    "intake": ("", "test_intake_goal.py"),
    "legal_grounds": ("", "test_legal_grounds_goal.py"),
    "promises": ("", "test_promises_goal.py"),
    "query_counts": ("", "test_pages_goal.py"),
    "translations": ("", "test_pages_goal.py"),
}


class Command(BaseCommand):
    help = "Run the measured promises (tests/goals) and their self-tests; SCALE=campaign for the large sizes."

    def add_arguments(self, parser: CommandParser) -> None:
        numbers = {number for number, _ in GOALS.values() if number}
        parser.add_argument(
            "goal", nargs="?", choices=[*GOALS, *sorted(numbers)], help="only this one, by name or number"
        )

    def handle(self, *args, **options) -> None:
        one = options["goal"]
        chosen = {name: file for name, (number, file) in GOALS.items() if one in (None, name, number)}
        self.stdout.write(
            f"{platform.node()}: {os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}"
        )
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-p", "no:randomly"),
                *("--timeout", "7200" if os.environ.get("SCALE") == "campaign" else "900"),
                *(["-k", " or ".join(chosen)] if one else ["-n", "2", "--dist", "loadfile"]),
                *[f"tests/goals/{file}" for file in dict.fromkeys(chosen.values())],
            ],
            cwd=settings.BASE_DIR,
            # The tests choose engines of their own.
            env={k: v for k, v in os.environ.items() if k not in ("VAR_DIR", "DEMO")},
        )
        sys.exit(done.returncode)
