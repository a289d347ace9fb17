"""Rules of our own that no general linter knows. `python -m tests.static` prints what breaks them.

Each rule reads one file and yields the lines that break it. An exception is named here with its reason.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.static import procedure_words

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("backoffice", "enrolment", "notifications", "workflows")
PAGES = ("templates", "docker/pages")
PROSE = (*ROOMS, "bench", "docs", "locale", "static", "templates", "tests", "README.md")  # where we cite
TEXTS = {".py", ".sql", ".html", ".txt", ".css", ".js", ".md"}
_FOLDERS = "|".join(sorted(procedure_words.names()))
GENERAL_ROOMS = rf"^(backoffice|notifications|workflows|templates)/(?!(pdf/)?({_FOLDERS})/)"
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log", "success"}


@dataclass(frozen=True)
class Rule:
    """What must not stand in a file, where it may all the same, and a snippet that breaks it.

    `only` is a pattern of paths. A rule of templates (`template`) reads the text of files of these `kinds`, a rule of
    `prose` any text that we write, others the tree.
    """

    name: str
    check: object
    breaks: str
    allowed: tuple[str, ...] = ()
    only: str = ""
    template: bool = False
    kinds: tuple[str, ...] = (".html",)  # of templates
    prose: bool = False  # reads any text that we write: code, tests, pages and docs

    def covers(self, path: str) -> bool:
        if self.prose:
            return path not in self.allowed
        ours = path.endswith(self.kinds) if self.template else path.endswith(".py")
        return bool(ours and re.search(self.only, path) and path not in self.allowed)


def name_of(node: ast.AST) -> str:
    """`connection.cursor` of the expression `connection.cursor`; the last part of anything longer."""
    if isinstance(node, ast.Attribute):
        before = name_of(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node.func).rpartition(".")[2] in names:
            yield node


def called(*names: str):
    return lambda tree: (call.lineno for call in calls(tree, *names))


def named(*names: str):
    """The name is used at all: imported, decorated with, called."""

    def check(tree):
        for node in ast.walk(tree):
            imported = [a.name for a in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            if set(names) & {*imported, getattr(node, "id", None), getattr(node, "attr", None)}:
                yield node.lineno

    return check


def imported(*modules: str):
    def check(tree):
        for node in ast.walk(tree):
            found = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                found = [node.module, *[f"{node.module}.{a.name}" for a in node.names]]
            if any(name == module or name.startswith(module + ".") for name in found for module in modules):
                yield node.lineno

    return check


def strings(tree: ast.AST) -> Iterator[ast.Constant]:
    yield from (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))


def session_setting(tree):
    """A setting that outlives its transaction would be the next request's on a pooled connection."""
    bad = re.compile(
        r"^\s*set\s+(session\b|(?!local\b|constraints\b)\w+(\.\w+)?\s*(=|to\b))|set_config\([^)]*false\s*\)", re.I
    )
    for call in calls(tree, "execute", "RunSQL", "RawSQL"):
        yield from (text.lineno for text in strings(call) if bad.search(text.value))


def built_sql(tree):
    """SQL put together from values: an f-string, `%`, `+` or `.format`."""
    for call in calls(tree, "execute", "executemany", "raw", "RawSQL"):
        first = call.args[0] if call.args else None
        formatted = isinstance(first, ast.Call) and name_of(first.func).endswith("format")
        if (
            isinstance(first, ast.JoinedStr | ast.BinOp)
            or formatted
            or (first and name_of(call.func).endswith("extra"))
        ):
            yield call.lineno


def exception_said(tree):
    """An exception in a log line or a message to a person: it may repeat the row it refused."""
    for handler in (n for n in ast.walk(tree) if isinstance(n, ast.ExceptHandler) and n.name):
        for call in calls(handler, *LOG_METHODS):
            if name_of(call.func).split(".")[0] in ("logger", "logging", "log", "messages") and _says(
                call, handler.name
            ):
                yield call.lineno


def _says(call: ast.Call, name: str) -> bool:
    """Is the exception itself among the arguments? Its class, code or sentence may be."""
    inside = {id(n.value) for n in ast.walk(call) if isinstance(n, ast.Attribute)}
    inside |= {id(n.args[0]) for n in ast.walk(call) if isinstance(n, ast.Call) and name_of(n.func) == "type"}
    return any(isinstance(n, ast.Name) and n.id == name and id(n) not in inside for n in ast.walk(call))


def house_of_the_request(tree):
    """A house is one's own (`Grants`) or the work point's, never the one that a request names."""
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
        asks = re.search(r"\bHouse\.objects|get_object_or_404\(House", ast.unparse(call))
        if asks and re.search(r"request\.(GET|POST|COOKIES|META|headers)", ast.unparse(call)):
            yield call.lineno


def public_pages(tree):
    """`@login_not_required` on anything that is not known to be public."""
    public = {"home", "healthz", "set_language", "verify", "start", "page", "verifier", "public_key"}
    public |= {"privacy_houses", "privacy_page", "privacy_pdf"}
    decorated = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and "login_not_required" in map(name_of, node.decorator_list):
            decorated.add(node.name)
            if node.name not in public:
                yield node.lineno
    for call in calls(tree, "login_not_required"):
        if not call.args or name_of(call.args[0]) not in public:
            yield call.lineno


def pattern(expression: str):
    """For templates: the lines in which the pattern stands."""
    bad = re.compile(expression)
    return lambda text: (number for number, line in enumerate(text.splitlines(), 1) if bad.search(line))


def word_of_a_procedure(text):
    """A name that a procedure declares (`procedure_words`). Only the settings say which procedures there are."""
    for number, line in enumerate(text.splitlines(), 1):
        if procedure_words.pattern().search(line) and not line.startswith("PROCEDURES = "):
            yield number


def long_line(text):
    """A line that does not fit beside another in a review; the formatter leaves those it cannot break."""
    return (number for number, line in enumerate(text.splitlines(), 1) if len(line) > 120)


def missing_page(text):
    """A citation of a page that the reader does not have: `docs/<page>.md`, or a link from another page of docs."""
    for number, line in enumerate(text.splitlines(), 1):
        for cited in re.findall(r"[\w./-]*\w\.md\b", line):
            if not any((ROOT / folder / cited).is_file() for folder in ("", "docs", "docs/adr")):
                yield number


def unguarded_form(text):
    """A form that posts without the token."""
    for form in re.finditer(r"<form\b[^>]*method=.post.*?</form>", text, re.S | re.I):
        if "csrf_token" not in form.group():
            yield text[: form.start()].count("\n") + 1


# The queue publishes; commands of the operator open the product's own address; the engines start programs by name.
RULES = (
    Rule(
        "only the queue publishes, after its row",
        named("on_commit", "delay", "apply_async", "send_task"),
        "transaction.on_commit(lambda: task.delay(1))",
        ("backoffice/jobs/queue.py", "backoffice/jobs/broker.py"),
    ),
    Rule("no query in template tags", named("objects"), "User.objects.all()", only="templatetags"),
    Rule(
        "no setting outlives its transaction",
        session_setting,
        "cursor.execute(\"set app.house = '1'\")",
        ("backoffice/isolation/management/commands/migrate.py",),
    ),
    # The connection of the migrate command is its own and ends with it.
    Rule(
        "no set_config for the session",
        session_setting,
        "cursor.execute(\"select set_config('a', %s, false)\", [1])",
        ("backoffice/isolation/management/commands/migrate.py",),
    ),
    Rule(
        "no text is declared safe",
        named("mark_safe", "SafeText", "html_safe"),
        "x = mark_safe(name)",
    ),
    Rule(
        "no SQL is put together from values",
        built_sql,
        "cursor.execute(f'select {name}')",
        ("backoffice/ops/engines.py",),
    ),  # names of columns and roles, written in the code
    Rule(
        "no exception speaks in logs and messages",
        exception_said,
        "try:\n    act()\nexcept ValueError as problem:\n    logger.error('failed: %s', problem)",
        ("backoffice/audit/management/commands/seal_log.py",),  # says the place in a chain, never an event
    ),
    Rule("no house is taken from the request", house_of_the_request, "House.objects.get(code=request.GET['cas'])"),
    Rule("every post is guarded", named("csrf_exempt"), "@csrf_exempt\ndef view(request): ..."),
    Rule("every page but the public ones asks for a log-in", public_pages, "@login_not_required\ndef case(r): ..."),
    Rule("nothing is read that can run", imported("pickle", "marshal", "shelve", "dill"), "import pickle"),
    Rule("nothing is read as YAML", imported("yaml"), "import yaml"),
    Rule("no text is run", called("eval", "exec", "__import__"), "eval(text)"),
    Rule(
        "the web asks no other server",
        imported("requests", "httpx", "urllib.request", "http.client", "ftplib"),
        "import urllib.request",
        ("backoffice/ops/management/commands/up.py",),
    ),
    Rule("no timer that must not be missed", named("StartTimer", "Timer", "Celery_Timer"), "flow.StartTimer(this.a)"),
    Rule(
        "rows are not deleted",
        lambda tree: (c.lineno for c in calls(tree, "delete") if "objects" in ast.unparse(c)),
        "Case.objects.filter(pk=1).delete()",
        ("backoffice/accounts/sessions.py",),  # sessions end
    ),
    Rule(
        "cells are opened by their field",
        named("decrypt"),
        "decrypt(row.content, context='x')",
        (
            "backoffice/crypto/encryption.py",
            "backoffice/accounts/rotation.py",
            "backoffice/accounts/adapter.py",
            "backoffice/accounts/sessions.py",
        ),
    ),
    # Help texts of the account library and the frozen act, rendered by ourselves from escaped values.
    Rule(
        "no template declares safe",
        pattern(r"\|\s*safe\b|autoescape off"),
        "{{ name|safe }}",
        ("templates/allauth/elements/fields.html", "templates/workflows/sign.html"),
        template=True,
    ),
    Rule("no query in templates", pattern(r"\.objects\b"), "{{ user.objects.all }}", template=True),
    Rule("every form carries its token", unguarded_form, '<form method="post"></form>', template=True),
    Rule(
        "no script or style stands in a page",
        pattern(r"\son\w+=\"|<script(?![^>]*\bsrc=)[^>]*>|\sstyle=\""),
        '<p onclick="x()">',
        template=True,
    ),
    Rule(
        "no template line is longer than 120 characters",
        long_line,
        '<p class="muted">' + "x" * 100 + "</p>",
        template=True,
        kinds=(".html", ".txt", ".css"),
    ),
    Rule("no page is cited that is not in docs/", missing_page, "# The reason stands in reasons" + ".md.", prose=True),
    Rule(
        "no general room names a procedure",
        word_of_a_procedure,
        "<p>{{ document.context.provider.name }}</p>",
        only=GENERAL_ROOMS,
        template=True,
        kinds=(".py", ".sql", ".html", ".txt", ".css"),
    ),
)


def files() -> list[Path]:
    """What the rules read: our code without migrations, our pages, and whatever else may cite a page of docs."""
    pages = [p for folder in PAGES for p in (ROOT / folder).rglob("*.*")]
    texts = [p for place in PROSE for p in [ROOT / place, *(ROOT / place).rglob("*.*")] if p.suffix in TEXTS]
    return sorted(p for p in {*pages, *texts} if p.is_file() and not {"migrations", "vendor"} & set(p.parts))


def broken_in(path: str, text: str, rules=RULES) -> Iterator[str]:
    """Each line of a text that breaks a rule, as `path:line: rule`."""
    tree = ast.parse(text) if path.endswith(".py") else None
    for rule in rules:
        if rule.covers(path):
            read = text if rule.prose or rule.template else tree
            yield from (f"{path}:{line}: {rule.name}" for line in rule.check(read))


def broken() -> list[str]:
    """All lines that break a rule; outside the rooms and the pages only the rules of prose hold."""
    prose = [rule for rule in RULES if rule.prose]
    paths = [str(path.relative_to(ROOT)) for path in files()]
    return [
        line
        for path in paths
        for line in broken_in(path, (ROOT / path).read_text(), RULES if path.startswith((*ROOMS, *PAGES)) else prose)
    ]
