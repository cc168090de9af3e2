"""Whether a folder can be reached now: disks are pulled out, network drives go away, and a folder that is empty because
nothing is mounted on it looks like one whose files were all deleted.

So what is mounted where is remembered: `mounts_of` when a folder is looked at, `unreachable` before anything is taken
for deleted. Knows nothing of the library.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import psutil

from rag.walking import is_folder

REMOTE = frozenset(
    {
        "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "webdav", "davfs", "fuse.davfs", "fuse.sshfs",
        "fuse.rclone", "fuse.gvfsd-fuse", "fuse.s3fs", "9p", "ceph", "fuse.ceph", "glusterfs", "fuse.glusterfs", "afs",
        "ncpfs", "osxfuse", "macfuse", "virtiofs", "vboxsf", "fuse.vmhgfs-fuse", "prl_fs",
    }
)  # fmt: skip
"""Kinds of file systems whose changes are made elsewhere, so that this system does not hear of them (inotify(7), and
fseventsd says the same of volumes it does not write)."""


def mount_of(path: Path) -> Path:
    """The mount point that a path lies on; the root of the file system at the latest."""
    for folder in (path, *path.parents):
        if _is_mount(folder):
            return folder
    return Path(path.anchor or "/")


def mounts_of(root: Path, folders: Iterable[Path] = ()) -> tuple[Path, ...]:
    """The mount point that `root` lies on, and those among `folders` below it; to be remembered."""
    return (mount_of(root), *(folder for folder in folders if folder != root and _is_mount(folder)))


def unreachable(root: Path, mounts: Sequence[Path]) -> tuple[Path, ...]:
    """What of a folder can't be reached now: itself, or the remembered mount points below it that are none now."""
    gone = tuple(mount for mount in mounts if not _is_mount(mount))
    if not is_folder(root) or any(root.is_relative_to(mount) for mount in gone):
        return (root,)
    return gone


def is_remote(path: Path) -> bool:
    """Whether the path lies on a drive of another computer."""
    mount = mount_of(path)
    if os.name == "nt" and str(mount).startswith("\\\\"):
        return True
    kinds = {part.mountpoint: part for part in psutil.disk_partitions(all=True)}
    found = kinds.get(str(mount))
    return found is not None and (found.fstype.lower() in REMOTE or "remote" in found.opts.split(","))


def _is_mount(path: Path) -> bool:
    try:
        return os.path.ismount(path)
    except (OSError, ValueError):
        return False
