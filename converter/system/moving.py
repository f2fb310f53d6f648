"""Folders moved, and what was done in them made to last."""

import errno
import os
import time
from pathlib import Path

# What a virus scanner or an indexer makes Windows refuse for a moment is granted a little later.
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)

_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EBADF)
"""What a network drive answers that cannot do this for a folder."""


def move(source: Path, target: Path) -> None:
    """Rename a file or folder, again a little later where something holds it for a moment; raises `OSError`."""
    for pause in _PAUSES:
        try:
            source.rename(target)
        except PermissionError:
            time.sleep(pause)
        else:
            return
    source.rename(target)


def sync_folder(folder: Path) -> None:
    """Have a folder keep what it lists, whatever happens to the machine; raises `OSError`."""
    if os.name == "nt":  # Windows opens no folder for this, and writes renames through on its own
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)
