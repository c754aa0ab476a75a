"""What the house is doing, what went wrong, and what was written into the user's files."""

from functools import partial

import streamlit as st

from pictopy_ui.answers import Activity, Failure, Listing, Write
from pictopy_ui.domain.words import plural
from pictopy_ui.markup import notes, work
from pictopy_ui.parts import nav
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
    problems, written = st.tabs(["Problems", "Written into files"])
    with problems:
        _failures(deps)
    with written:
        _ledger(deps)


def _progress(deps: Deps) -> None:
    canvas(work.health(deps.watch.health()), key="health")
    activity = ask(deps.ingest.activity, None)
    if activity is not None:
        canvas(work.progress(activity), key="progress")
        _bad(activity)


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


def _ledger(deps: Deps) -> None:
    ledger = ask(lambda: deps.exif.ledger(cursor=nav.asked("writes") or None), Listing[Write]())
    wishes = ask(deps.exif.failed_wishes, ())
    if wishes:
        st.subheader("Could not be written")
        nav.follow(canvas(work.failed_wishes(wishes), key="wishes"))
    if not ledger.items:
        text = (
            "Name a person or an event, and PictoPy writes it into the photo or a sidecar beside it. "
            "Each write stands here and can be undone."
        )
        canvas(notes.empty("edit_note", "Nothing was written yet", text), key="no-writes")
        return
    done = canvas(work.writes(ledger.items), key="writes")
    if done and done.get("act") == "undo":
        act(lambda: deps.exif.undo(int(done["id"])), "Taken back: the file is as it was")
        st.rerun()
    nav.follow(done)
    if ledger.next and st.button("Older writes"):
        st.query_params["writes"] = ledger.next
        st.rerun()
