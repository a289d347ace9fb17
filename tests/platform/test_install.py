"""The installer says what stands in the way before anything long, and fetches nothing in production."""

import os
import platform
import shutil
import subprocess
import sys
from collections import namedtuple

import pytest

from backoffice.ops import install
from notifications import native


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """A checkout in which nothing is installed, on a machine without Pango and without pip."""
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(install, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(install, "NATIVE", tmp_path / "var" / "native")
    monkeypatch.setattr(install, "loads", lambda library: False)
    monkeypatch.setattr(install, "has_pip", lambda: False)
    monkeypatch.setenv("ENVIRONMENT", "development")
    monkeypatch.setenv("SSL_CERT_FILE", __file__)
    return tmp_path


WANTED = [*install.LIBRARIES.values(), install.PIP_WHEEL]


def test_what_a_small_system_lacks_is_fetched(fresh):
    assert install.missing_packages("demo") == WANTED
    assert install.obstacle("dev", WANTED) == ""


def test_what_is_unpacked_is_not_fetched_again(fresh):
    install.NATIVE.mkdir(parents=True)
    (install.NATIVE / "packages").write_text("\n".join(WANTED))
    assert install.missing_packages("demo") == []


def test_nothing_is_fetched_in_production(fresh, monkeypatch):
    monkeypatch.setenv("ENVIRONMENT", "production")
    assert "the image brings them" in install.obstacle("dev", WANTED)


@pytest.mark.parametrize(
    ("hindrance", "remedy"),
    [
        (lambda m: m.setattr(sys, "version_info", (3, 9, 2)), "PYTHON=python3.12"),
        (lambda m: m.setattr(platform, "machine", lambda: "aarch64"), "docker compose up"),
        (lambda m: m.setattr(shutil, "which", lambda name: None), "dnf install pango"),
        (lambda m: m.setattr(shutil, "disk_usage", lambda path: namedtuple("Usage", "free")(10)), "GB of free disk"),
        (lambda m: m.setattr(install, "is_taken", lambda port: True), "make demo PORT=8001"),
    ],
    ids=["old Python", "other processor", "other distribution", "full disk", "port in use"],
)
def test_what_stands_in_the_way_is_one_sentence_with_its_remedy(fresh, monkeypatch, hindrance, remedy):
    hindrance(monkeypatch)
    said = install.obstacle("demo", WANTED)
    assert remedy in said
    assert "\n" not in said


def test_a_list_that_changed_is_installed_anew(fresh):
    install.PYTHON.parent.mkdir(parents=True)
    install.PYTHON.touch()
    assert not install.is_installed("demo")
    install.stamp("dev").write_text(install.fingerprint("dev"))
    assert install.is_installed("demo")  # developers have what the demo needs
    install.stamp("dev").write_text("another list")
    assert not install.is_installed("demo")


def test_the_installer_runs_on_a_bare_interpreter():
    """The standard library alone: no site-packages, no folder of the product on the path."""
    code = "import runpy, sys; runpy.run_path(sys.argv[1], run_name='read')"
    subprocess.run([sys.executable, "-I", "-S", "-c", code, install.__file__], check=True, timeout=30)


def test_an_older_python_is_told_so_and_no_traceback():
    """Its grammar is kept to what Python 3.8 reads."""
    import ast

    with open(install.__file__) as source:
        ast.parse(source.read(), feature_version=(3, 8))


def test_libraries_are_loaded_in_whatever_order_they_need_each_other(tmp_path, monkeypatch):
    folder = tmp_path / "usr" / "lib" / "x86_64-linux-gnu"
    folder.mkdir(parents=True)
    for name in ("liba.so.1", "libb.so.1", "libz.so.1"):
        (folder / name).touch()
    needs, loaded = {"liba.so.1": "libb.so.1", "libb.so.1": "libz.so.1"}, []

    def load(path):
        if needs.get(path.name) in (None, *loaded):
            loaded.append(path.name)
            return True
        return False

    monkeypatch.setattr(native, "_loads", load)
    monkeypatch.setenv("FONTCONFIG_FILE", os.environ.get("FONTCONFIG_FILE", ""))
    native.load.__wrapped__(tmp_path)
    assert loaded == ["libz.so.1", "libb.so.1", "liba.so.1"]
