"""`pictopy models ...`: see, fetch, choose, measure, carry and remove models."""

import argparse
import json
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from pictopy_local.client import ApiError
from pictopy_local.data_dir import DataDir
from pictopy_local.models_desk import ModelsApi, joined, models_api
from pictopy_local.models_tables import (
    bench_table,
    entry_lines,
    machine_line,
    megabytes,
    models_table,
    profiles_table,
    tasks_table,
)
from pictopy_local.say import answer, console, say, tables

BENCH_LOOK_S = 0.5
DataOf = Callable[[argparse.Namespace], DataDir]
Action = Callable[[ModelsApi, argparse.Namespace], int]


def add_models_command(
    commands: Any, add_data_option: Callable[[argparse.ArgumentParser], None], data_of: DataOf
) -> None:
    """Registers `models` and its own commands."""
    parser = commands.add_parser("models", help="see, fetch, choose and measure models")
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    def add(name: str, action: Action, text: str, *, writes: bool = False) -> argparse.ArgumentParser:
        command: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
        add_data_option(command)
        command.set_defaults(run=lambda given: _run(action, given, data_of(given), writes=writes))
        return command

    _add_looks(add)
    _add_changes(add)


def _add_looks(add: Callable[..., argparse.ArgumentParser]) -> None:
    add("list", _list, "every model of the catalogue, what each task is done with").add_argument(
        "--json", action="store_true"
    )
    command = add("info", _info, "all that the catalogue knows of a model")
    command.add_argument("id")
    command.add_argument("--json", action="store_true")
    command = add("profiles", _profiles, "sets of models by kind of machine; --use takes one", writes=True)
    command.add_argument("--use", metavar="PROFILE", help="fetch what is missing and use it")
    command.add_argument("--json", action="store_true")
    command = add("bench", _bench, "measure the installed models on this machine")
    command.add_argument("--json", action="store_true")
    add("verify", _verify, "read installed files again and compare them with the catalogue").add_argument(
        "ids", nargs="*", metavar="ID"
    )


def _add_changes(add: Callable[..., argparse.ArgumentParser]) -> None:
    command = add("pull", _pull, "fetch models by id; without one the starter set", writes=True)
    command.add_argument("ids", nargs="*", metavar="ID")
    command = add("use", _use, "let a model do its tasks from now on", writes=True)
    command.add_argument("id")
    command.add_argument("--task", help="only this one of its tasks")
    for state in ("off", "on"):
        command = add(state, _switch, f"turn a task {state}; what was found is kept", writes=True)
        command.add_argument("task")
        command.set_defaults(state=state)
    command = add("remove", _remove, "delete a model's files; photos keep what it found", writes=True)
    command.add_argument("id")
    command.add_argument("--version", help="only this version (see info)")
    command = add("changes", _changes, "changes from one embedding to another that are not finished", writes=True)
    command.add_argument("--finish", metavar="TASK", help="stop computing the old model")
    command.add_argument("--back", metavar="TASK", help="use the old model again")
    command = add("bundle", _bundle, "write installed models into one file for a machine without a network")
    command.add_argument("file", type=Path)
    command.add_argument("ids", nargs="*", metavar="ID", help="default: all that is installed")
    add("take", _take, "install the models of a bundle", writes=True).add_argument("file", type=Path)


def _run(action: Action, given: argparse.Namespace, data: DataDir, *, writes: bool) -> int:
    if writes:
        data.make()
    with models_api(data) as api:
        return action(api, given)


def _list(api: ModelsApi, given: argparse.Namespace) -> int:
    told = api.get("/v1/models")
    if given.json:
        answer(json.dumps(told, indent=1))
        return 0
    tables.print(models_table(told["items"]))
    tables.print()
    tables.print(tasks_table(told["tasks"]))
    tables.print(f"\nengine: {told['engine']['name']}. {told['engine']['why']}", markup=False)
    return 0


def _info(api: ModelsApi, given: argparse.Namespace) -> int:
    entry = api.get(f"/v1/models/{given.id}")
    item = next(each for each in api.get("/v1/models")["items"] if each["id"] == given.id)
    here = {key: item[key] for key in ("installed", "in_use", "chosen", "versions", "why_not_offered")}
    whole = {**entry, "on this machine": here}
    answer(json.dumps(whole, indent=1) if given.json else "\n".join(entry_lines(whole)))
    return 0


def _pull(api: ModelsApi, given: argparse.Namespace) -> int:
    if not given.ids:
        return _follow(api, api.post("/v1/models/pull-starter"))
    asked = [api.post(f"/v1/models/{model_id}/pull") for model_id in given.ids]
    for one in asked:
        if one["warning"]:
            say(f"mind the licence of {one['items'][0]['model']}: {one['warning']}")
    return _follow(api, {"items": [item for one in asked for item in one["items"]]})


def _follow(api: ModelsApi, asked: Any) -> int:
    """Shows the pulls until each has ended; 1 where one failed, with its reason."""
    wanted = {item["model"] for item in asked["items"]}
    pulls: list[dict[str, Any]] = []
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bars: dict[str, TaskID] = {}
        for event in api.events("/v1/models/pulls/stream"):
            pulls = [pull for pull in event["items"] if pull["model"] in wanted]
            for pull in pulls:
                bar = bars.setdefault(pull["model"], progress.add_task(pull["model"], total=None, visible=False))
                progress.update(bar, completed=pull["done_bytes"], total=pull["total_bytes"], visible=True)
            if all(pull["status"] in ("done", "failed") for pull in pulls):
                break
    return _tell_ends(pulls)


def _tell_ends(pulls: Iterable[dict[str, Any]]) -> int:
    failed = 0
    for pull in pulls:
        if pull["status"] == "done":
            say(f"{pull['model']} is installed ({megabytes(pull['total_bytes'])} MB, verified)")
        else:
            failed += 1
            say(str(pull["reason"]))
    return 1 if failed else 0


def _use(api: ModelsApi, given: argparse.Namespace) -> int:
    told = api.post(f"/v1/models/{given.id}/use", {"task": given.task} if given.task else {})
    tables.print(tasks_table({name: task for name, task in told["tasks"].items() if task["model"] == given.id}))
    for change in api.get("/v1/models/changes")["items"]:
        if change["to"] == given.id:
            say(
                f"photos are looked at again, with {change['from']} kept beside until all have {change['to']}; "
                f"`pictopy models changes --back {change['task']}` takes it back"
            )
    return 0


def _switch(api: ModelsApi, given: argparse.Namespace) -> int:
    told = api.post(f"/v1/tasks/{given.task}/{given.state}")
    tables.print(tasks_table({given.task: told["tasks"][given.task]}))
    return 0


def _remove(api: ModelsApi, given: argparse.Namespace) -> int:
    suffix = f"?version={given.version}" if given.version else ""
    api.post(f"/v1/models/{given.id}/remove{suffix}")
    say(f"{given.id} is removed; what it found in photos is kept")
    return 0


def _verify(api: ModelsApi, given: argparse.Namespace) -> int:
    wrong = 0
    for model_id in given.ids or _installed(api):
        try:
            api.post(f"/v1/models/{model_id}/verify")
        except ApiError as error:
            wrong += 1
            say(str(error))
        else:
            say(f"{model_id}: whole and unchanged")
    return 1 if wrong else 0


def _profiles(api: ModelsApi, given: argparse.Namespace) -> int:
    if given.use:
        failed = _follow(api, api.post(f"/v1/profiles/{given.use}/use"))
        if failed:
            return failed
    told = api.get("/v1/profiles")
    if given.json:
        answer(json.dumps(told, indent=1))
        return 0
    tables.print(profiles_table(told))
    tables.print(f"\n{machine_line(told['hardware'])}", markup=False)
    for item in told["items"]:
        if item["why_not"]:
            tables.print(f"{item['id']} {item['why_not']}", markup=False)
    return 0


def _bench(api: ModelsApi, given: argparse.Namespace) -> int:
    told = api.post("/v1/models/bench")
    with console.status("measuring"):
        while told["running"]:
            time.sleep(BENCH_LOOK_S)
            told = api.get("/v1/models/bench")
    if not told["items"]:
        say("no model is installed; `pictopy models pull` fetches the starter set")
        return 1
    if given.json:
        answer(json.dumps(told, indent=1))
    else:
        tables.print(bench_table(told["items"]))
    return 0


def _changes(api: ModelsApi, given: argparse.Namespace) -> int:
    for task, end in ((given.finish, "finish"), (given.back, "back")):
        if task:
            api.post(f"/v1/models/changes/{task}/{end}")
    open_changes = api.get("/v1/models/changes")["items"]
    for change in open_changes:
        say(f"{change['task']}: from {change['from']} to {change['to']} since {change['started_at']}")
    if not open_changes:
        say("no change of model is open")
    return 0


def _bundle(api: ModelsApi, given: argparse.Namespace) -> int:
    ids = given.ids or _installed(api)
    if not ids:
        say("no model is installed, so there is nothing to bundle")
        return 1
    size = api.download(f"/v1/models/bundle?ids={joined(ids)}", given.file)
    say(f"{given.file} has {len(ids)} models ({megabytes(size)} MB); take it with: pictopy models take {given.file}")
    return 0


def _take(api: ModelsApi, given: argparse.Namespace) -> int:
    with given.file.open("rb") as handle:
        taken: Sequence[str] = api.upload("/v1/models/bundle", handle)["items"]
    say(f"installed from {given.file}: {', '.join(taken)}")
    return 0


def _installed(api: ModelsApi) -> list[str]:
    return [item["id"] for item in api.get("/v1/models")["items"] if item["installed"]]
