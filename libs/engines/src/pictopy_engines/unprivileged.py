"""Running a program that refuses root, for root, without making a user account."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from pictopy_engines.child import EngineError

NOBODY = 65534
"""User and group id of `nobody`/`nogroup` on Linux."""


def server_owner(data_dir: Path) -> tuple[int, int]:
    """User and group that the server runs as: ourselves, or for root the owner of the data or else nobody."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    if data_dir.exists() and (stat := data_dir.stat()).st_uid != 0:
        return stat.st_uid, stat.st_gid
    return NOBODY, NOBODY


def as_user(argv: Sequence[str], uid: int, gid: int) -> list[str]:
    """`argv` under another user id that may still pass root's own folders (mode 700), wherever the data lies."""
    if os.geteuid() == uid:
        return list(argv)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise EngineError("Postgres refuses to run as root: install setpriv (util-linux) or run as a plain user")
    user = ["--reuid", str(uid), "--regid", str(gid), "--clear-groups"]
    rights = ["--securebits", "+no_setuid_fixup", "--inh-caps", "+dac_override", "--ambient-caps", "+dac_override"]
    return [setpriv, *user, *rights, *argv]


def private_dir(path: Path, uid: int, gid: int) -> Path:
    """A folder of mode 700 of that user. Raises: EngineError where it is somebody else's."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(path, uid, gid)
    elif path.stat().st_uid != uid:
        raise EngineError(f"{path} belongs to another user")
    path.chmod(0o700)
    return path
