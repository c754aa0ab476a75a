"""What was written into the user's files: each write, each day, or everything can be taken back."""

from datetime import date

import streamlit as st

from pictopy_ui.answers import Listing, Write
from pictopy_ui.markup import notes, work
from pictopy_ui.parts import nav
from pictopy_ui.parts.canvas import canvas
from pictopy_ui.parts.trouble import act, ask
from pictopy_ui.ports import Deps

STATUS = {"": "All", "written": "Written", "undone": "Taken back", "failed": "Failed"}


def show(deps: Deps) -> None:
    wishes = ask(deps.exif.failed_wishes, ())
    if wishes:
        st.subheader("Could not be written")
        nav.follow(canvas(work.failed_wishes(wishes), key="wishes"))
    day, status = _choice(deps)
    found = ask(lambda: deps.exif.ledger(cursor=nav.asked("writes") or None, day=day, status=status), Listing[Write]())
    if not found.items:
        _nothing(is_filtered=day is not None or bool(status))
        return
    done = canvas(work.writes(found.items), key="writes")
    if done and done.get("act") == "undo":
        act(lambda: deps.exif.undo(int(done["id"])), "Taken back: the file is as it was")
        st.rerun()
    nav.follow(done)
    if found.next and st.button("Older writes"):
        st.query_params["writes"] = found.next
        st.rerun()


def _choice(deps: Deps) -> tuple[date | None, str]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        day = st.date_input("Day", value=None, key="ledger.day", width=160, on_change=_from_the_start)
        status = st.segmented_control(
            "Status",
            list(STATUS),
            format_func=lambda name: STATUS[name],
            default="",
            required=True,
            key="ledger.status",
            on_change=_from_the_start,
        )
        _undo_many(deps, day)
    return day, status or ""


def _from_the_start() -> None:
    st.query_params.pop("writes", None)


def _undo_many(deps: Deps, day: date | None) -> None:
    which = f"of {day:%-d %B %Y}" if day else "there is"
    with st.popover(f"Undo {'this day' if day else 'everything'}", icon=":material/undo:"):
        st.write(f"Every write {which} is taken back: the files become what they were, byte for byte.")
        if st.button("Take it all back", type="primary"):
            act(lambda: deps.exif.undo_all(day), "Being taken back")
            st.rerun()


def _nothing(*, is_filtered: bool) -> None:
    if is_filtered:
        canvas(notes.note("No such write."), key="no-such-writes")
        return
    text = (
        "Name a person or an event, and PictoPy writes it into the photo or a sidecar beside it. "
        "Each write stands here and can be undone."
    )
    canvas(notes.empty("edit_note", "Nothing was written yet", text), key="no-writes")
