"""What the machine can see, and the models that see it."""

import streamlit as st

from pictopy_ui.answers import Models
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
    pulls = {pull.id: pull for pull in ask_quietly(deps.vision.pulls, ())}
    if not any(model.installed for model in models.items):
        canvas(
            notes.note("No model is installed: photos are kept, dated and placed, but nothing is recognised in them."),
            key="no-models",
        )
    starters = [model for model in models.items if model.starter and not model.installed]
    if starters and st.button("Get the starter models", type="primary", icon=":material/download:"):
        act(deps.vision.pull_starter, "On their way")
        st.rerun(scope="fragment")
    st.subheader("What is on")
    canvas(markup.tasks(models.tasks, {model.id: model.title for model in models.items}), key="tasks")
    st.subheader("Catalogue")
    _heed(deps, canvas(markup.models(models.items, pulls), key="models"))


def _heed(deps: Deps, done: Act | None) -> None:
    if not done:
        return
    if done["act"] == "pull":
        act(lambda: deps.vision.pull(done["id"]), "On its way")
    if done["act"] == "remove":
        act(lambda: deps.vision.remove(done["id"]), "Removed")
    st.rerun(scope="fragment")
