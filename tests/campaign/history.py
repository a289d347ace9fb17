"""What was asked and what was answered, written down as it happens."""

import json
import os
from pathlib import Path


class History:
    """One line per event: `invoke` before, then `ok` or `fail`; an operation without an answer is unknown."""

    def __init__(self, path: Path):
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, phase, op, what, **facts):
        """One write, so that lines of several processes never mix and a killed process leaves whole lines."""
        os.write(self._file, (json.dumps({"phase": phase, "op": op, "what": what} | facts) + "\n").encode())


def answers(path: Path) -> dict[str, dict]:
    """Each operation with its outcome: ok, fail or unknown."""
    found = {}
    for line in path.read_text().splitlines():
        event = json.loads(line)
        if event["phase"] == "invoke":
            found[event["op"]] = event | {"outcome": "unknown"}
        else:
            found[event["op"]]["outcome"] = event["phase"]
    return found


def count(path: Path) -> int:
    """How many operations were begun."""
    return path.read_bytes().count(b'"invoke"') if path.exists() else 0
