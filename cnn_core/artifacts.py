"""Shipped files: checksums, atomic saves, the manifest that describes them, verified reading.

``manifest.json`` holds the size and SHA-256 of every other file of the folder. Publishing a model
changes three files, and a process can be killed between any two of them. So the change is first
announced in the manifest under ``pending``: from then on a file is whole when it is the recorded
one *or* the announced one, and each step leaves a folder that verifies.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from cnn_core.errors import ArtifactError

AnyPath = str | os.PathLike[str]

MANIFEST = "manifest.json"
HISTORY = "history.json"
WORK_FOLDER = ".training"
FORMAT = 1
SNAPSHOTS_ENDING = "_snapshots.npz"
SECTIONS = ("data", "drawing", "history", "labels", "models", "patterns", "readouts", "snapshots")
DESCRIBED_SUFFIXES = (".keras", ".h5", ".npz", ".json")
REMEDY = (
    "check the file out again, install the package anew, or train it anew; "
    "`python -m cnn_core check` lists every fault"
)


@dataclass(frozen=True)
class Fault:
    """What is wrong with one file, and what helps: one line when printed."""

    file: str
    fault: str
    remedy: str = REMEDY

    def __str__(self) -> str:
        return f"{self.file}: {self.fault}; {self.remedy}"


def sha256_of(path: AnyPath) -> str:
    """SHA-256 of a file's content, as 64 hex digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(path: AnyPath) -> dict[str, Any]:
    """Size and checksum of a file, as the manifest records them: ``bytes`` and ``sha256``."""
    return {"bytes": os.stat(path).st_size, "sha256": sha256_of(path)}


@contextlib.contextmanager
def replacing(path: AnyPath) -> Iterator[Path]:
    """Give a temporary file in the same folder that becomes ``path`` when the block succeeds.

    Other processes see the old file or the whole new one, never a part. When the block fails, the
    old file stays and the temporary one goes.

    Yields
    ------
    pathlib.Path
        Where to write; it ends like ``path``, since some writers look at the suffix.
    """
    with staging(path) as staged:
        yield staged
        flush_to_disk(staged)
        os.replace(staged, path)
        flush_to_disk(Path(path).parent)


@contextlib.contextmanager
def staging(path: AnyPath) -> Iterator[Path]:
    """Give a temporary file beside ``path``, which is gone after the block unless it was moved."""
    path = Path(path)
    staged = path.with_name(f".{os.getpid()}.tmp.{path.name}")
    try:
        yield staged
    finally:
        staged.unlink(missing_ok=True)


def flush_to_disk(path: AnyPath) -> None:
    """Have the system write a file, or a folder's list of names, to the disk now."""
    is_folder = os.path.isdir(path)
    if is_folder and os.name == "nt":
        return  # Windows opens no folder and keeps its list of names by itself
    descriptor = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def save_text(path: AnyPath, text: str) -> None:
    """Save text as UTF-8, atomically."""
    with replacing(path) as staged:
        staged.write_bytes(text.encode())


def json_text(content: object) -> str:
    """Render JSON the same way every time: sorted keys, two spaces, a closing newline."""
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


@contextlib.contextmanager
def only_one(lock_path: AnyPath, message: str) -> Iterator[None]:
    """Hold a lock that ends with the process, however it ends.

    Raises
    ------
    ArtifactError
        With ``message`` when another process holds it.
    """
    lock_path = Path(lock_path)
    lock_path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # A lock that the system does not end with the process would outlive a kill.
        held = FileLock(lock_path, fallback_to_soft=False).acquire(blocking=False)
    except Timeout:
        raise ArtifactError(message) from None
    with held:
        yield


# --- the manifest -----------------------------------------------------------------------------


def manifest_text(content: dict[str, Any]) -> str:
    """Render a manifest, with the checksum of its own content in it."""
    rest = {key: value for key, value in content.items() if key != "checksum"}
    digest = hashlib.sha256(json_text(rest).encode()).hexdigest()
    return json_text({**rest, "checksum": digest})


def save_manifest(folder: AnyPath, content: dict[str, Any]) -> None:
    """Save a manifest atomically and deterministically."""
    save_text(Path(folder) / MANIFEST, manifest_text(content))


def read_manifest(folder: AnyPath) -> dict[str, Any]:
    """Read and check the manifest of a folder.

    Returns
    -------
    dict
        ``format``; ``data``, ``history``, ``models`` and, once there are any, ``labels`` (what is
        known of labels in the data), ``patterns``, ``readouts`` and ``snapshots``, each
        ``{file: record}`` with at least ``bytes`` and ``sha256``; ``pending`` like these while a
        change is under way.

    Raises
    ------
    ArtifactError
        When it is missing, not the text that was saved, or of another format.
    """
    return _parse_manifest(Path(folder) / MANIFEST)[0]


def empty_manifest() -> dict[str, Any]:
    """Describe a folder that holds no artifact yet."""
    return {"format": FORMAT, **{section: {} for section in SECTIONS}}


def manifest_or_empty(folder: AnyPath) -> dict[str, Any]:
    """Read the manifest of a folder, or give an empty one where there is none yet."""
    return read_manifest(folder) if (Path(folder) / MANIFEST).exists() else empty_manifest()


def _parse_manifest(path: Path) -> tuple[dict[str, Any], bytes]:
    def fault(what: str) -> ArtifactError:
        return ArtifactError(str(Fault(str(path), what)))

    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise fault("missing") from None
    except OSError as error:
        raise fault(f"cannot be read ({error.strerror})") from None
    try:
        content = json.loads(raw.decode())
    except (ValueError, RecursionError):
        raise fault("truncated or altered: not valid JSON") from None
    if not isinstance(content, dict) or "format" not in content:
        raise fault("altered: not a manifest")
    # Rendering is deterministic, so any changed byte shows here.
    if manifest_text(content).encode() != raw:
        raise fault("altered: checksum differs")
    if content["format"] != FORMAT:
        raise fault(f"format {content['format']} where this version reads {FORMAT}")
    return content, raw


# --- verification -----------------------------------------------------------------------------


def verify_artifacts(folder: AnyPath, besides: Collection[str] = ()) -> None:
    """Make sure that a folder holds the files that its manifest describes.

    Parameters
    ----------
    besides
        Sections of the manifest whose files may be damaged.

    Raises
    ------
    ArtifactError
        One line for the first fault: file, fault, remedy.
    """
    faults = find_faults(folder, besides)
    if faults:
        raise ArtifactError(str(faults[0]))


def find_faults(folder: AnyPath, besides: Collection[str] = ()) -> tuple[Fault, ...]:
    """List everything that is wrong with a folder of artifacts.

    Parameters
    ----------
    besides
        Sections of the manifest whose files are not looked at.

    Returns
    -------
    tuple
        Empty when every file is there and is the one that the manifest describes, and no model,
        data or JSON file lies there undescribed.
    """
    folder = Path(folder)
    while True:
        try:
            manifest, raw = _parse_manifest(folder / MANIFEST)
        except ArtifactError as error:
            file, _, rest = str(error).partition(": ")
            return (Fault(file, *rest.split("; ", 1)),)
        faults = tuple(_faults_against(folder, manifest, besides))
        # A training may have published a model meanwhile: then look again.
        try:
            unchanged = (folder / MANIFEST).read_bytes() == raw
        except OSError:
            unchanged = False
        if not faults or unchanged:
            return faults


def _faults_against(
    folder: Path, manifest: dict[str, Any], besides: Collection[str]
) -> Iterator[Fault]:
    pending = manifest.get("pending", {})
    described: set[str] = {MANIFEST}
    for section in SECTIONS:
        recorded, announced = manifest.get(section, {}), pending.get(section, {})
        described |= {*recorded, *announced}
        if section in besides:
            continue
        for file in sorted({*recorded, *announced}):
            accepted = [part[file] for part in (recorded, announced) if file in part]
            may_be_absent = file not in recorded
            fault = _fault_of(folder / file, accepted, may_be_absent)
            if fault:
                yield Fault(str(folder / file), fault)
    for path in sorted(folder.iterdir()):
        hidden = path.name.startswith(".")
        if path.suffix in DESCRIBED_SUFFIXES and path.name not in described and not hidden:
            yield Fault(
                str(path),
                f"not in the manifest {MANIFEST}",
                "move it out of this folder (a model is opened from anywhere); "
                "`python -m cnn_core check` lists every fault",
            )


def _fault_of(path: Path, accepted: list[dict[str, Any]], may_be_absent: bool) -> str | None:
    try:
        found = fingerprint(path)
    except FileNotFoundError:
        return None if may_be_absent else "missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if any(matches(found, record) for record in accepted):
        return None
    expected = accepted[0]["bytes"]
    if found["bytes"] < expected:
        return f"truncated: {found['bytes']:,} of {expected:,} bytes"
    return "altered: checksum differs"


def matches(found: dict[str, Any], record: dict[str, Any]) -> bool:
    """Whether a file's fingerprint is the one in a manifest record."""
    return all(found[key] == record[key] for key in ("bytes", "sha256"))
