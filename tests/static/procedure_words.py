"""The words of the procedures, read from their code: what no general room may name.

A procedure is a plug: what every case has stands in general rooms, and those know procedures by their contract alone.
Its words are the names that it declares:

- its code; that of the folder is also the label of its app and the folder of its templates;
- what its `models.py` names: classes, tables, constraints, and the functions of its SQL;
- codes: events, kinds of document, of work and of scan, capacities, reasons, guards and sentences of its form;
- fields of its models and of its form, and boxes by their full name (`provider.uic`).

Of fields and boxes only names of several words: one word alone is English (`grade`), and so are the names of moments
(`issued_at`). What a general room calls its own stays its own: fields of its models, codes of values that all forms
share.
"""

import ast
import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
GENERAL = ("backoffice", "notifications", "workflows")
MOMENT = re.compile(r"_(at|on|by|from|until)$")
# Calls whose first argument is a code, and calls whose keys are.
DECLARES_ONE = {"DocumentKind", "Kind", "WorkerJob"}
DECLARES_MANY = {"register", "register_guard_sentences"}


def folders() -> list[Path]:
    """The folder of each procedure."""
    return sorted(path.parent for path in (ROOT / "enrolment").glob("*/procedure.py"))


def names() -> set[str]:
    """What folders of templates are called that belong to a procedure: its app, or its own code."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for folder in folders() for path in folder.glob("*.py")]
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return {folder.name for folder in folders()} | {code for found in classes for code in _code_of_a_procedure(found)}


def words() -> set[str]:
    """Every word that belongs to some procedure."""
    found = {word for folder in folders() for word in _words_of(folder)}
    with (ROOT / "enrolment/data/reason_codes.csv").open(encoding="utf-8", newline="") as file:
        found |= {row["code"] for row in csv.DictReader(file)}
    return found - _shared()


@cache
def pattern() -> re.Pattern[str]:
    """Any of the words, standing by itself; longer ones first."""
    return re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, sorted(words(), key=len, reverse=True))) + r")(?![\w-])")


def _words_of(folder: Path) -> Iterator[str]:
    yield folder.name
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from filter(_is_ours, _fields(tree))
        yield from _codes(tree)
        if path.stem == "models":
            yield from _names_of_models(tree, folder.name)
    for path in folder.glob("*.sql"):
        yield from re.findall(r"create or replace function (\w+)", path.read_text(encoding="utf-8"))


def _shared() -> set[str]:
    """What general rooms call their own."""
    models = [p for room in GENERAL for p in (ROOT / room).rglob("*.py") if "models" in (p.stem, p.parent.name)]
    sentences = ROOT / "workflows/forms/sentences.py"
    own = {name for path in models for name in _fields(ast.parse(path.read_text(encoding="utf-8")))}
    return own | set(_keys(ast.parse(sentences.read_text(encoding="utf-8"))))


def _is_ours(name: str) -> bool:
    return ("_" in name or "." in name) and not MOMENT.search(name)


def _fields(tree: ast.AST) -> Iterator[str]:
    """Fields of a model (`name = models.CharField()`) and of a form (`name: text(80)`), and boxes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for line in node.body:
                target = line.target if isinstance(line, ast.AnnAssign) else getattr(line, "targets", [None])[0]
                kept = isinstance(line, ast.AnnAssign) or re.search(r"(Field|Key)\(", ast.unparse(line))
                if kept and isinstance(target, ast.Name):
                    yield target.id
        elif isinstance(node, ast.Call) and _called(node) == "Box":
            yield from _first(node)


def _codes(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in DECLARES_ONE:
            yield from _first(node)
        elif (isinstance(node, ast.Call) and _called(node) in DECLARES_MANY) or (
            isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "capacities"
        ):
            yield from _keys(node)
        elif isinstance(node, ast.ClassDef):
            yield from _code_of_a_procedure(node)


def _code_of_a_procedure(declared: ast.ClassDef) -> Iterator[str]:
    """`code = "providers"` in its class: a folder may hold more than one procedure."""
    for line in declared.body:
        if (
            isinstance(line, ast.Assign)
            and ast.unparse(line.targets[0]) == "code"
            and isinstance(line.value, ast.Constant)
        ):
            yield str(line.value.value)


def _names_of_models(tree: ast.AST, label: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name != "Meta":
            yield from (
                node.name,
                re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name).lower(),
                f"{label}_{node.name.lower()}",
            )
        elif isinstance(node, ast.keyword) and node.arg == "name" and isinstance(node.value, ast.Constant):
            yield node.value.value


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def _first(call: ast.Call) -> Iterator[str]:
    if call.args and isinstance(call.args[0], ast.Constant):
        yield call.args[0].value


def _keys(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            yield from (key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
