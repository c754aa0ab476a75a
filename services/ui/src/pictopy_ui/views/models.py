"""What the machine can see, and the models that see it."""

from collections.abc import Callable, Mapping

import streamlit as st

from pictopy_ui.answers import Bench, Change, ModelChange, Models, Profiles
from pictopy_ui.markup import models as markup
from pictopy_ui.markup import notes
from pictopy_ui.parts.canvas import Act, canvas
from pictopy_ui.parts.trouble import act, ask, ask_quietly, start_run
from pictopy_ui.ports import Deps

REFRESH_S = 2
MIRROR = """
Where this machine cannot reach the models' own addresses, give it a **mirror**: a folder or a web address that holds
the same files under their catalogue ids. Set it before the start:

```sh
PICTOPY_MODELS_MIRROR=/path/to/folder   # or https://…
```

Or make a **bundle** on another machine and take it here:

```sh
pictopy models bundle models.tar yunet_n_dynamic yolox_nano   # there
pictopy models take models.tar                                # here
```

Each file is compared with the checksum of the catalogue, wherever it comes from.
"""


def show(deps: Deps) -> None:
    st.title("Models")
    st.caption("Everything runs on this machine. A task without a model is off; all else works.")

    @st.fragment(run_every=REFRESH_S)
    def live() -> None:
        start_run()
        models = ask(deps.vision.models, None)
        if models is not None:
            _models(deps, models)

    live()
    with st.expander("Models from a mirror, or without a network", icon=":material/lan:"):
        st.markdown(MIRROR)


def _models(deps: Deps, models: Models) -> None:
    titles = {model.id: model.title for model in models.items}
    if not any(model.installed for model in models.items):
        canvas(
            notes.note("No model is installed: photos are kept, dated and placed, but nothing is recognised in them."),
            key="no-models",
        )
    starters = [model for model in models.items if model.starter and not model.installed]
    if starters and st.button("Get the starter models", type="primary", icon=":material/download:"):
        act(deps.vision.pull_starter, "On their way")
        st.rerun(scope="fragment")
    _changes(deps, titles)
    st.subheader("What is on")
    canvas(markup.engine(models.engine), key="engine")
    canvas(markup.tasks(models.tasks, titles), key="tasks")
    _switches(deps, models)
    _profiles(deps, titles)
    st.subheader("Catalogue")
    pulls = {pull.id: pull for pull in ask_quietly(deps.vision.pulls, ())}
    _heed(deps, canvas(markup.models(models.items, pulls), key="models"))
    _bench(deps, titles)


def _switches(deps: Deps, models: Models) -> None:
    """A task can be off though a model for it is there; what it found so far stays."""
    on = [name for name, task in models.tasks.items() if task.on]
    can = [name for name in models.tasks if name in on or _has_model(models, name)]
    if not can:
        return
    st.session_state["models.on"] = on

    def send() -> None:
        wanted = set(st.session_state["models.on"])
        for name in wanted.symmetric_difference(on):
            act(lambda: deps.vision.switch(name, is_on=name in wanted), "Saved")  # noqa: B023  # called at once

    st.pills(
        "Look for",
        can,
        selection_mode="multi",
        key="models.on",
        format_func=lambda name: markup.TASKS.get(name, (name, ""))[0],
        on_change=send,
    )


def _has_model(models: Models, task: str) -> bool:
    return any(model.installed and task in (model.tasks or (model.task,)) for model in models.items)


def _profiles(deps: Deps, titles: Mapping[str, str]) -> None:
    found = ask_quietly(deps.vision.profiles, Profiles())
    if not found.items:
        return
    st.subheader("Sets for a kind of machine")
    st.caption(f"This machine: {markup.machine(found.hardware)}")
    _heed(deps, canvas(markup.profiles(found.items, found.recommended, titles), key="profiles"))


def _changes(deps: Deps, titles: Mapping[str, str]) -> None:
    changes: tuple[Change, ...] = ask_quietly(deps.vision.changes, ())
    if not changes:
        return
    st.subheader("A change of model")
    st.caption("Both models are kept until you finish: nothing is lost meanwhile, and it can be taken back.")
    for change in changes:
        owner = deps.cluster if change.task == "face_embedding" else deps.search
        progress: ModelChange | None = ask_quietly(owner.model_change, None)
        _heed(deps, canvas(markup.change(change, progress, titles), key=f"change-{change.task}"))


def _bench(deps: Deps, titles: Mapping[str, str]) -> None:
    st.subheader("How fast they are here")
    bench = ask_quietly(deps.vision.bench, Bench())
    if st.button("Measure", icon=":material/speed:", disabled=bench.running, help="Takes a few seconds a model."):
        act(deps.vision.start_bench, "Measuring")
        st.rerun(scope="fragment")
    if bench.running:
        st.caption("Measuring …")
    if bench.items:
        canvas(markup.timings(bench.items, titles), key="bench")


def _heed(deps: Deps, done: Act | None) -> None:
    if not done:
        return
    which = done["id"]
    deeds: dict[str, tuple[Callable[[], None], str]] = {
        "pull": (lambda: deps.vision.pull(which), "On its way"),
        "remove": (lambda: deps.vision.remove(which), "Removed; what it found stays"),
        "use": (lambda: deps.vision.use(which), "In use from now on"),
        "profile": (lambda: deps.vision.use_profile(which), "Fetching what is missing, then it is used"),
        "change-finish": (lambda: deps.vision.end_change(which, "finish"), "The old model is no longer computed"),
        "change-back": (lambda: deps.vision.end_change(which, "back"), "Taken back"),
    }
    if done["act"] in deeds:
        act(*deeds[done["act"]])
    st.rerun(scope="fragment")
