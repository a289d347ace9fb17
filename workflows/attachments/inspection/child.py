"""The child process that inspects one file: bytes on standard input, the verdict on standard output.

The limits stand before anything is parsed. The answer is one line of JSON, then the page images one after another.
An end without an answer is read by `runner` from the way this process died.
"""

import json
import resource
import sys

from workflows.attachments.inspection import limits


def confine(cpu_seconds: int) -> None:
    """Little memory, little time, no file beyond the answer, no further process."""
    for what, most in (
        (resource.RLIMIT_AS, limits.CHILD_MEMORY),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.CHILD_ANSWER_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most + 1 if what == resource.RLIMIT_CPU else most))


def main() -> None:
    """Confine, read, judge, answer."""
    confine(int(sys.argv[1]))
    from workflows.attachments.inspection.judge import judge

    data = sys.stdin.buffer.read(limits.MAX_FILE_BYTES + 1)
    verdict = judge(data)
    head = {"reason": verdict.reason, "signatures": verdict.signatures, "pages": [len(p) for p in verdict.pages]}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + b"".join(verdict.pages))


if __name__ == "__main__":
    main()
