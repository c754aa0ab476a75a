"""The commands about the user's files: `rebuild`, `ledger`, `undo`."""

import argparse
from collections.abc import Callable
from datetime import date
from typing import Any

from pictopy_local.data_dir import DataDir
from pictopy_local.ledger import Which, ledger, undo
from pictopy_local.rebuild import rebuild

Option = Callable[[argparse.ArgumentParser], None]
DataOf = Callable[[argparse.Namespace], DataDir]


def add_files_commands(commands: Any, data_option: Option, library_option: Option, data_of: DataOf) -> None:
    """Registers them. `library_option` is required, `data_of` names the folder that was given or the usual one."""
    _add_rebuild(commands, data_option, library_option)
    _add_ledger(commands, data_option, data_of)
    _add_undo(commands, data_option, data_of)


def _add_rebuild(commands: Any, data_option: Option, library_option: Option) -> None:
    command = commands.add_parser("rebuild", help="make new databases from the photos and the journals beside them")
    command.add_argument("--from-files", action="store_true", required=True, help="say so: it is the only source")
    library_option(command)
    data_option(command)
    command.add_argument("--again", action="store_true", help="also on a data folder that holds databases")
    command.add_argument("--json", action="store_true", help="one JSON object on stdout")
    command.add_argument("--stall-s", type=float, default=600.0, help="give up after so long without any change")
    command.set_defaults(run=_rebuild)


def _rebuild(given: argparse.Namespace) -> int:
    if given.data is None:
        raise OSError("name the new data folder: --data DIR")
    return rebuild(DataDir(given.data), given.library, again=given.again, as_json=given.json, stall_s=given.stall_s)


def _add_ledger(commands: Any, data_option: Option, data_of: DataOf) -> None:
    command = commands.add_parser("ledger", help="list what was written into the photos")
    command.add_argument("--photo", metavar="ID", help="of one photo")
    command.add_argument("--day", type=_day, metavar="YYYY-MM-DD", help="of one UTC day")
    command.add_argument("--status", help="of one outcome, such as failed")
    command.add_argument("--json", action="store_true")
    data_option(command)
    command.set_defaults(
        run=lambda given: ledger(data_of(given), Which(given.photo, given.day, given.status), as_json=given.json)
    )


def _add_undo(commands: Any, data_option: Option, data_of: DataOf) -> None:
    command = commands.add_parser("undo", help="take back what was written into the photos, byte for byte")
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("--write", type=int, metavar="N", help="one write of the ledger")
    which.add_argument("--photo", metavar="ID", help="all writes of one photo")
    which.add_argument("--day", type=_day, metavar="YYYY-MM-DD", help="all writes of one UTC day")
    which.add_argument("--all", action="store_true", help="everything that was ever written")
    command.add_argument("--yes", action="store_true", help="do not ask")
    data_option(command)
    command.set_defaults(run=lambda given: _undo(given, data_of(given)))


def _undo(given: argparse.Namespace, data: DataDir) -> int:
    told = {"photo_id": given.photo, "day": given.day, "all": given.all or None}
    body = {name: value for name, value in told.items() if value is not None}
    return undo(data, body, given.write, is_sure=given.yes)


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()
