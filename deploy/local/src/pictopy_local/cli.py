"""The command `pictopy`."""

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pictopy_engines import EngineError
from pictopy_local.client import ApiError
from pictopy_local.data_dir import DataDir, default_data_dir
from pictopy_local.demo.library import make_demo_library
from pictopy_local.doctor import doctor
from pictopy_local.export import export
from pictopy_local.files_commands import add_files_commands
from pictopy_local.models_command import add_models_command
from pictopy_local.once import once
from pictopy_local.say import answer, say
from pictopy_local.signals import stop_on_signal
from pictopy_local.status import status
from pictopy_local.up import up

STALL_S = 600.0


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 also after Ctrl-C; 1 for what went wrong, said in one line."""
    arguments = _parser().parse_args(argv)
    try:
        with stop_on_signal():
            return int(arguments.run(arguments))
    except KeyboardInterrupt:
        say("stopped")
        return 0
    except BrokenPipeError:  # the reader of the output had enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (EngineError, ApiError, OSError) as error:
        say(f"pictopy: {error}")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("pictopy", description="PictoPy on this machine, without a container.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("up", help="run until Ctrl-C")
    _library_option(command)
    _data_option(command)
    command.set_defaults(run=_up)

    command = commands.add_parser("demo", help="make a library of generated pictures and run on it")
    _data_option(command)
    command.set_defaults(run=_demo)

    command = commands.add_parser("once", help="import, wait until everything has settled, report, stop")
    _library_option(command, required=True)
    _data_option(command)
    command.add_argument("--json", action="store_true", help="one JSON object on stdout")
    command.add_argument("--stall-s", type=float, default=STALL_S, help="give up after so long without any change")
    command.set_defaults(run=_once)

    command = commands.add_parser("export", help="print as JSON all that a person would miss")
    _data_option(command)
    command.set_defaults(run=lambda given: export(_existing_data(given)))

    command = commands.add_parser("status", help="address, health and work of each service")
    _data_option(command)
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=lambda given: status(_existing_data(given), as_json=given.json))

    command = commands.add_parser("token", help="print the API token of a data folder")
    _data_option(command)
    command.set_defaults(run=_token)

    add_models_command(commands, _data_option, _existing_data)
    add_files_commands(commands, _data_option, partial(_library_option, required=True), _existing_data)

    command = commands.add_parser("doctor", help="look at each part and say what to do")
    _data_option(command)
    command.set_defaults(run=lambda given: doctor(_existing_data(given)))
    return parser


def _library_option(command: argparse.ArgumentParser, *, required: bool = False) -> None:
    command.add_argument(
        "--library",
        type=_folder,
        action="append",
        default=[],
        required=required,
        metavar="DIR",
        help="folder of photos",
    )


def _data_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--data", type=Path, metavar="DIR", help="where PictoPy keeps its own data ($PICTOPY_DATA)")


def _folder(text: str) -> Path:
    folder = Path(text).expanduser()
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return folder.absolute()


def _data(given: argparse.Namespace) -> DataDir:
    return DataDir(given.data or default_data_dir())


def _demo_data() -> DataDir:
    return DataDir(default_data_dir().with_name("pictopy-demo"))


def _existing_data(given: argparse.Namespace) -> DataDir:
    """For commands that look: the demo's data where nothing was named and only the demo was ever started."""
    data, demo = _data(given), _demo_data()
    return demo if given.data is None and demo.exists() and not data.exists() else data


def _up(given: argparse.Namespace) -> int:
    return up(_data(given), given.library)


def _demo(given: argparse.Namespace) -> int:
    data = DataDir(given.data) if given.data else _demo_data()
    library = data.root / "demo-library"
    if not data.is_running():
        make_demo_library(library)
    return up(data, [library])


def _once(given: argparse.Namespace) -> int:
    return once(_data(given), given.library, as_json=given.json, stall_s=given.stall_s)


def _token(given: argparse.Namespace) -> int:
    data = _existing_data(given)
    if not data.exists():
        say(f"nothing has been started on {data.root} yet")
        return 1
    answer(data.token())
    return 0
