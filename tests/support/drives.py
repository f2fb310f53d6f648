"""A drive that can do less than a disk of the machine."""

import errno
import os
import stat

import pytest


def sync_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer as a network drive that flushes files, and no folder."""
    sync = os.fsync

    def files_only(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", files_only)
