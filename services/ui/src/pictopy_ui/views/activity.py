"""What the house is doing, what went wrong, and what was written into the user's files."""

from functools import partial

import streamlit as st

from pictopy_ui.answers import Activity, Conflict, Failure, Listing
from pictopy_ui.domain.words import plural
from pictopy_ui.markup import notes, work
from pictopy_ui.parts import ledger, nav
from pictopy_ui.parts.canvas import Act, canvas
from pictopy_ui.parts.trouble import act, ask, start_run
from pictopy_ui.ports import Deps

REFRESH_S = 3


def show(deps: Deps) -> None:
    st.title("Activity")

    @st.fragment(run_every=REFRESH_S)
    def live() -> None:
        start_run()
        _progress(deps)

    live()
    problems, written, differing = st.tabs(["Problems", "Written into files", "Said differently elsewhere"])
    with problems:
        _failures(deps)
    with written:
        ledger.show(deps)
    with differing:
        _conflicts(deps)


def _progress(deps: Deps) -> None:
    canvas(work.health(deps.watch.health()), key="health")
    activity = ask(deps.ingest.activity, None)
    if activity is not None:
        done = canvas(work.progress(activity), key="progress")
        _bad(activity)
        if done and done.get("act") == "hold":
            act(lambda: deps.ingest.hold(done["stage"], is_held=done["to"] == "Pause"))
            st.rerun(scope="fragment")


def _bad(activity: Activity) -> None:
    bad = activity.failed_files + activity.dead
    if bad:
        canvas(notes.note(f"{plural(bad, 'thing')} went wrong: see Problems below."), key="progress-bad")


def _failures(deps: Deps) -> None:
    failures = ask(lambda: deps.ingest.failures(nav.asked("failures") or None), Listing[Failure]())
    if not failures.items:
        canvas(
            notes.empty("task_alt", "No problems", "Whatever cannot be read or done is listed here, with the reason."),
            key="no-failures",
        )
        return
    if st.button("Retry all of these", icon=":material/refresh:"):
        for failure in failures.items:
            act(partial(deps.ingest.retry, failure))
        st.rerun()
    done = canvas(work.failures(failures.items), key="failures")
    _settle(deps, failures, done)
    nav.follow(done)
    if failures.next and st.button("Next page", key="failures-next"):
        st.query_params["failures"] = failures.next
        st.rerun()


def _settle(deps: Deps, failures: Listing[Failure], done: Act | None) -> None:
    if not done or done.get("act") not in {"retry", "skip"}:
        return
    failure = failures.items[int(done["number"])]
    if done["act"] == "retry":
        act(lambda: deps.ingest.retry(failure), "Trying again")
    else:
        act(lambda: deps.ingest.skip(failure), "Skipped")
    st.rerun()


def _conflicts(deps: Deps) -> None:
    found = ask(lambda: deps.ingest.conflicts(nav.asked("conflicts") or None), Listing[Conflict]())
    named = ask(deps.cluster.conflicts, ())
    if not found.items and not named:
        text = "When another program changes what you said here, it stands here with what was kept, and why."
        canvas(notes.empty("handshake", "No differences", text), key="no-conflicts")
        return
    if named:
        nav.follow(canvas(work.conflicts(named), key="name-conflicts"))
    done = canvas(work.conflicts(found.items), key="conflicts")
    if done and done.get("act") == "settle":
        act(lambda: deps.ingest.settle_conflict(done["id"], done["side"]), "Settled")
        st.rerun()
    nav.follow(done)
    if found.next and st.button("Older differences"):
        st.query_params["conflicts"] = found.next
        st.rerun()
