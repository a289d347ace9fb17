"""Installs what the product needs, once: `python3 backoffice/ops/install.py demo` or `dev` (the Makefile does it).

Everything that can stop it is checked before the first long step, so this file runs on the bare interpreter and uses
the standard library alone. What Debian and Ubuntu leave out of a small system (Pango for PDF, pip for a virtual
environment, the certificates of public authorities) comes from the distribution's own packages, whose signatures apt
checks; they are unpacked under `var/native` and nothing is installed into the system, so no special right is needed.
"""

from __future__ import annotations

import ast
import contextlib
import ctypes
import hashlib
import importlib.util
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NATIVE = ROOT / "var" / "native"
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
PIP_WHEEL = "python3-pip-whl"
CERTIFICATES = "ca-certificates"
FREE_BYTES = 1_500_000_000
# What uv calls the settings of pip; a machine that names its package index to pip has named it to us.
UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
}
PANGO_LOADS = (
    "from pathlib import Path; from notifications import native; native.load(Path('var/native')); import weasyprint"
)


def main(kind: str) -> None:
    """Check, fetch what the system lacks, install the Python packages of `kind`; quick when all is there."""
    os.chdir(ROOT)
    lacking = missing_packages(kind)
    if problem := obstacle(kind, lacking):
        sys.exit(problem)
    if lacking:
        with step(
            f"Unpacking {', '.join(lacking)} and what they need from the distribution's packages into var/native"
        ):
            fetch(lacking)
    if lacking or not is_installed(kind):
        install(kind)
        probe = [str(PYTHON), "-W", "error::UserWarning", "-c", PANGO_LOADS]
        call(probe, "Pango, which makes the PDF files, does not load here.")


def obstacle(kind: str, lacking: list[str]) -> str:
    """Why it can't be done here, in a sentence that says the remedy; empty when nothing stands in the way."""
    if sys.version_info < (3, 11):
        found = platform.python_version()
        return f"Python 3.11 or newer is needed; this is {found}. Name another one: make {kind} PYTHON=python3.12"
    if (platform.system(), platform.machine(), platform.libc_ver()[0]) != ("Linux", "x86_64", "glibc"):
        return "Linux on x86_64 with the GNU C library is needed. Elsewhere the image runs it: docker compose up"
    if importlib.util.find_spec("venv") is None:
        return "Python's module venv is missing. Install the whole Python, on Debian: apt-get install python3"
    if lacking and os.environ.get("ENVIRONMENT") == "production":
        return (
            f"Missing: {', '.join(lacking)}. In production the image brings them (Dockerfile); nothing is fetched here."
        )
    if lacking and not (shutil.which("apt-get") and shutil.which("dpkg")):
        return (
            "Pango >= 1.50 with HarfBuzz is missing. Install it (Fedora: dnf install pango harfbuzz, "
            "Arch: pacman -S pango, openSUSE: zypper install libpango-1_0-0 libharfbuzz-subset0) and call make again."
        )
    if not is_installed(kind) and shutil.disk_usage(ROOT).free < FREE_BYTES:
        return f"{FREE_BYTES / 1e9:.1f} GB of free disk space are needed."
    if kind == "demo" and is_taken(port := int(os.environ.get("PORT") or 8000)):
        return f"Port {port} is in use. Choose another one: make demo PORT=8001"
    return ""


def is_taken(port: int) -> bool:
    """Does somebody listen on this port of the machine?"""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


# --- what comes from the operating system -----------------------------------------------------------------------------


def missing_packages(kind: str) -> list[str]:
    """The distribution's packages whose content is neither in the system nor under `var/native`."""
    unpacked = (NATIVE / "packages").read_text().split() if (NATIVE / "packages").exists() else []
    needed = [package for library, package in LIBRARIES.items() if not loads(library)]
    if not (has_pip() or is_installed(kind) or (VENV / "bin" / "pip").exists()):
        needed += [PIP_WHEEL]
        if not any(Path(place).exists() for place in certificates()):
            needed += [CERTIFICATES]
    return needed if set(needed) - set(unpacked) else []


def has_pip() -> bool:
    """Does this Python bring the pip of a virtual environment? Debian packs it apart."""
    return importlib.util.find_spec("ensurepip") is not None


def loads(library: str) -> bool:
    """Does the system have this shared library?"""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def certificates() -> list[str]:
    """Where the certificates of public authorities may stand."""
    named = [os.environ[name] for name in ("PIP_CERT", "SSL_CERT_FILE") if os.environ.get(name)]
    return [*named, "/etc/ssl/certs/ca-certificates.crt"]


def fetch(packages: list[str]) -> None:
    """Unpack packages, and those they need that the system lacks, into `var/native`; apt checks every signature."""
    with tempfile.TemporaryDirectory(prefix="native-") as work:
        Path(work).chmod(0o755)  # as root, apt downloads as an account of its own
        for folder in ("lists/partial", "cache/archives/partial"):
            Path(work, folder).mkdir(parents=True)
        settings = Path(work, "apt.conf")
        # Lists and archives of its own: a small system ships empty lists, and hooks of the system want root.
        settings.write_text(
            f'Dir::State::Lists "{work}/lists";\nDir::Cache "{work}/cache";\nDebug::NoLocking "true";\n'
            'APT::Install-Recommends "false";\n'
            "#clear APT::Update::Pre-Invoke;\n#clear APT::Update::Post-Invoke;\n"
            "#clear APT::Update::Post-Invoke-Success;\n"
            "#clear DPkg::Pre-Invoke;\n#clear DPkg::Post-Invoke;\n"
        )
        apt = ["apt-get", "-qq", "-c", str(settings)]
        # A source of the system that does not answer is no matter while the packages are found.
        told = subprocess.run([*apt, "update"], capture_output=True, text=True, check=False)
        call(
            [*apt, "install", "--download-only", "--yes", *packages],
            f"The packages {', '.join(packages)} could not be fetched.\n{told.stderr}",
        )
        new = NATIVE.with_name("native.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        for archive in sorted(Path(work, "cache", "archives").glob("*.deb")):
            call(["dpkg", "-x", str(archive), str(new)], f"{archive.name} could not be unpacked.")
        # Documents bring their own fonts, but WeasyPrint complains where the system has none at all.
        fonts = f'<dir>{NATIVE}/usr/share/fonts</dir><cachedir prefix="xdg">fontconfig</cachedir>'
        (new / "fonts.conf").write_text(f"<fontconfig>{fonts}</fontconfig>\n")
        if authorities := sorted(new.glob("usr/share/ca-certificates/mozilla/*.crt")):
            (new / "ca.pem").write_text("".join(authority.read_text() for authority in authorities))
        (new / "packages").write_text("\n".join(packages) + "\n")
        shutil.rmtree(NATIVE, ignore_errors=True)
        new.rename(NATIVE)


# --- the Python packages ----------------------------------------------------------------------------------------------


def is_installed(kind: str) -> bool:
    """Is everything of `requirements/<kind>.txt` in the environment? What developers have includes the demo's."""
    return PYTHON.exists() and any(
        stamp(each).exists() and stamp(each).read_text() == fingerprint(each) for each in {kind, "dev"}
    )


def stamp(kind: str) -> Path:
    """The file that says which list was installed."""
    return VENV / f".installed-{kind}"


def fingerprint(kind: str) -> str:
    """Changes when the list of packages does."""
    return hashlib.sha256((ROOT / "requirements" / f"{kind}.txt").read_bytes()).hexdigest()


def install(kind: str) -> None:
    """Make the environment and fill it, with uv, which takes less than half of pip's time; with pip where uv can't."""
    if not is_installed(kind):
        count = (ROOT / "requirements" / f"{kind}.txt").read_text().count("==")
        with step(f"Installing {count} Python packages into .venv"):
            pip = make_environment()
            environment = with_certificates()
            call(
                [*pip, "install", "--quiet", "--require-hashes", "-r", "requirements/uv.txt"],
                "The first Python package, uv, could not be installed. Is the package index within reach?",
                env=environment,
            )
            wanted = ["--quiet", "--require-hashes", "-r", f"requirements/{kind}.txt"]
            quick = [str(VENV / "bin" / "uv"), "pip", "install", "--python", str(PYTHON), *wanted]
            done = subprocess.run(
                quick, env=environment | uv_settings(pip), capture_output=True, text=True, check=False
            )
            if done.returncode:
                call(
                    [*pip, "install", *wanted],
                    "The Python packages could not be installed.\n" + done.stderr,
                    env=environment,
                )
        stamp(kind).write_text(fingerprint(kind))


def make_environment() -> list[str]:
    """The virtual environment, new unless a working one stands there; how to call pip in it."""
    own_pip = VENV / "bin" / "pip"
    if not PYTHON.exists() or (has_pip() and not own_pip.exists()):
        bare = [] if has_pip() else ["--without-pip"]
        call([sys.executable, "-m", "venv", "--clear", *bare, str(VENV)], "The virtual environment could not be made.")
    if own_pip.exists():
        return [str(PYTHON), "-m", "pip", "--disable-pip-version-check"]
    wheel = next(NATIVE.glob("usr/share/python-wheels/pip-*.whl"))
    return [str(PYTHON), str(wheel / "pip"), "--disable-pip-version-check"]


def with_certificates() -> dict[str, str]:
    """The environment of an installer, with the unpacked authorities where the system has none."""
    own = NATIVE / "ca.pem"
    found = next((place for place in [*certificates(), str(own)] if Path(place).exists()), None)
    return {**os.environ, **({"PIP_CERT": found, "SSL_CERT_FILE": found} if found else {})}


def uv_settings(pip: list[str]) -> dict[str, str]:
    """pip's settings (index, certificates, proxy) as uv reads them, since uv reads none of pip's files."""
    listed = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, check=False).stdout
    found = {"UV_INDEX_STRATEGY": "unsafe-best-match", "UV_LINK_MODE": "copy"}  # every file is held to its hash
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        if uv_name := UV_NAMES.get(name.rpartition(".")[2]):
            found[uv_name] = " ".join(ast.literal_eval(value).split())
    return found


# --- what is said -----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def step(sentence: str) -> Iterator[None]:
    """Say what takes long before it starts, and how long it took."""
    print(f"{sentence} ... ", end="", flush=True)
    started = time.monotonic()
    yield
    print(f"{time.monotonic() - started:.0f} s", flush=True)


def call(command: list[str], complaint: str, env: dict[str, str] | None = None) -> None:
    """Run a program that has nothing to say unless it fails: then the complaint and its last lines, and the end."""
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        told = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        sys.exit(f"\n{complaint}\n{told}")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit(130)
