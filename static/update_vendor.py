"""Vendored browser assets: taken from npm packages of fixed versions, with licence and SHA-256 in the manifest.

`python static/update_vendor.py` fetches them anew; `--check` proves offline that no file was changed.
"""

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
VENDOR = HERE / "vendor"
PACKAGES = {
    "bootstrap@5.3.8": {
        "dist/css/bootstrap.min.css": "bootstrap/bootstrap.min.css",
        "LICENSE": "bootstrap/LICENSE",
    },
    "@ibm/plex-sans@1.1.0": {
        "fonts/complete/woff2/IBMPlexSans-Regular.woff2": "ibm-plex-sans/IBMPlexSans-Regular.woff2",
        "fonts/complete/woff2/IBMPlexSans-SemiBold.woff2": "ibm-plex-sans/IBMPlexSans-SemiBold.woff2",
        "LICENSE.txt": "ibm-plex-sans/LICENSE.txt",
    },
    "@ibm/plex-mono@1.1.0": {
        "fonts/complete/woff2/IBMPlexMono-Regular.woff2": "ibm-plex-mono/IBMPlexMono-Regular.woff2",
        "LICENSE.txt": "ibm-plex-mono/LICENSE.txt",
    },
    "bootstrap-icons@1.13.1": {"LICENSE": "bootstrap-icons/LICENSE"},
}
ICONS = [
    "alarm",
    "arrow-counterclockwise",
    "arrow-right",
    "box-arrow-right",
    "check-circle",
    "check-lg",
    "chevron-left",
    "chevron-right",
    "clipboard",
    "clock",
    "exclamation-octagon",
    "exclamation-triangle",
    "eye",
    "file-earmark-pdf",
    "file-earmark-text",
    "hourglass-split",
    "house",
    "inbox",
    "info-circle",
    "key",
    "list",
    "pencil",
    "people",
    "person-circle",
    "plus-lg",
    "printer",
    "question-circle",
    "search",
    "send",
    "shield-check",
    "trash",
    "translate",
    "upload",
    "x-circle",
]


def update() -> None:
    """Fetch every package with `npm pack`, copy what is listed, and write the manifest."""
    manifest: dict[str, dict] = {}
    for package, files in PACKAGES.items():
        with tempfile.TemporaryDirectory() as folder:
            archive = _pack(package, Path(folder))
            metadata = json.loads(_read(archive, "package.json"))
            for source, target in files.items():
                path = VENDOR / target
                path.parent.mkdir(parents=True, exist_ok=True)
                content = _read(archive, source)
                if target.endswith(".css"):
                    content = re.sub(rb"\n?/\*# sourceMappingURL=.*?\*/\s*", b"\n", content)
                path.write_bytes(content)
                manifest[target] = _line(metadata, content)
            if package.startswith("bootstrap-icons"):
                sprite = _sprite(archive)
                (HERE / "icons.svg").write_bytes(sprite)
                manifest["../icons.svg"] = _line(metadata, sprite)
    text = json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True)
    (VENDOR / "MANIFEST.json").write_text(text + "\n", encoding="utf-8")


def problems() -> list[str]:
    """Files whose bytes are not those of the manifest, and vendored files that it does not name."""
    manifest = json.loads((VENDOR / "MANIFEST.json").read_text(encoding="utf-8"))
    found = []
    for name, entry in manifest.items():
        path = VENDOR / name
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            found.append(f"{name}: not the bytes of the manifest")
    named = {(VENDOR / name).resolve() for name in manifest} | {(VENDOR / "MANIFEST.json").resolve()}
    found += [f"{p}: not in the manifest" for p in VENDOR.rglob("*") if p.is_file() and p.resolve() not in named]
    return found


def _pack(package: str, folder: Path) -> tarfile.TarFile:
    subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return tarfile.open(next(folder.glob("*.tgz")))


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(f"package/{name}")
    if member is None:
        raise FileNotFoundError(name)
    return member.read()


def _line(metadata: dict, content: bytes) -> dict[str, str]:
    return {
        "package": metadata["name"],
        "version": metadata["version"],
        "licence": metadata["license"],
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _sprite(archive: tarfile.TarFile) -> bytes:
    """The icons we use as one file; each is a symbol that `<use>` shows in the colour of its text."""
    available = set(archive.getnames())
    symbols = []
    for name in ICONS:
        if f"package/icons/{name}.svg" not in available:
            raise FileNotFoundError(f"icon {name}")
        svg = _read(archive, f"icons/{name}.svg").decode()
        inner = re.sub(r"^<svg[^>]*>|</svg>\s*$", "", svg.strip())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{inner}</symbol>')
    return ('<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols) + "</svg>\n").encode()


if __name__ == "__main__":
    if "--check" in sys.argv:
        bad = problems()
        print("\n".join(bad) or "vendored assets are as published")
        sys.exit(1 if bad else 0)
    update()
