"""The journal's store in memory; it keeps the same contract tests as the one in Postgres."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.registry import owner_of
from pictopy_contracts.statements import Statement
from pictopy_exif.domain.journal import CLAIM_S, Entry, Key
from pictopy_exif.domain.records import JournalState
from pictopy_exif.fakes import FakeStore


class FakeJournal:
    """Looks into `store` for libraries, files and the ledger, as the real one does in its tables."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store
        self._said: dict[Key, Statement] = {}
        self._heard_at: dict[Key, datetime] = {}
        self._states: dict[LibraryId, JournalState] = {}

    async def keep(self, said: Statement, delay_s: float) -> None:
        key = (owner_of(said.SUBJECT), said.kind, said.statement_id)
        known = self._said.get(key)
        if known is not None and known.revision >= said.revision:
            return
        if known is None or (known.body, known.is_gone) != (said.body, said.is_gone):
            self._heard_at[key] = datetime.now(UTC)
        self._said[key] = said
        await self._make_due(said.photo_ids, delay_s)

    async def touch(self, photo_ids: Collection[PhotoId], delay_s: float) -> None:
        spoken = [each for each in photo_ids if any(each in said.photo_ids for said in self._said.values())]
        if spoken:
            await self._make_due(spoken, delay_s)

    async def touch_all(self, delay_s: float) -> None:
        await self._make_due((), delay_s)

    async def claim(self) -> list[LibraryId]:
        now = datetime.now(UTC)
        due = [each for each in self._states.values() if each.due_at and each.due_at <= now]
        again_at = now + timedelta(seconds=CLAIM_S)
        self._states |= {each.library_id: replace(each, state="done", due_at=again_at) for each in due}
        return sorted(each.library_id for each in due)

    async def waiting(self) -> int:
        return sum(each.due_at is not None and each.state != "failed" for each in self._states.values())

    async def entries(self, library_id: LibraryId) -> list[Entry]:
        found = []
        for (owner, kind, said_id), said in self._said.items():
            if not said.is_gone and await self._concerns(said, library_id):
                photo_ids, body = said.photo_ids, said.body
                entry = Entry(owner=owner, kind=kind, id=said_id, revision=said.revision, body=body)
                found.append(entry.model_copy(update={"by": said.by, "photo_ids": photo_ids}))
        return found

    async def known(self) -> set[Key]:
        return set(self._said)

    async def written_hash(self, library_id: LibraryId) -> str | None:
        writes = await self._store.ledger(None, None, 1_000_000, status="written")
        ours = (each for each in writes if each.target == "journal" and each.library_id == library_id)
        return next((each.hash_after for each in ours), None)

    async def is_muted(self, library_id: LibraryId) -> bool:
        writes = await self._store.ledger(None, None, 1_000_000, status="undone")
        undone = [each for each in writes if each.target == "journal" and each.library_id == library_id]
        undone_at = max((each.undone_at for each in undone if each.undone_at), default=None)
        by_user = [key for key, each in self._said.items() if each.by == "user"]
        heard = [self._heard_at[key] for key in by_user if await self._concerns(self._said[key], library_id)]
        return undone_at is not None and all(each <= undone_at for each in heard)

    async def settle(self, library_id: LibraryId, reason: str | None, attempts: int, wait_s: float | None) -> None:
        if (await self.state(library_id)).state == "due":
            return
        due_at = None if wait_s is None else datetime.now(UTC) + timedelta(seconds=wait_s)
        self._states[library_id] = JournalState(library_id, "failed" if reason else "done", reason, attempts, due_at)

    async def state(self, library_id: LibraryId) -> JournalState:
        return self._states.get(library_id, JournalState(library_id))

    async def failed(self) -> list[JournalState]:
        return [each for _, each in sorted(self._states.items()) if each.state == "failed"]

    async def _make_due(self, photo_ids: Collection[PhotoId], delay_s: float) -> None:
        concerned = await self._libraries_of(photo_ids) if photo_ids else set(await self._store.roots())
        for library_id in concerned & set(await self._store.roots()):
            at = datetime.now(UTC) + timedelta(seconds=delay_s)
            known = self._states.get(library_id, JournalState(library_id))
            if known.state == "due" and known.due_at is not None:
                at = min(at, known.due_at)
            self._states[library_id] = replace(known, state="due", attempts=0, due_at=at)

    async def _concerns(self, said: Statement, library_id: LibraryId) -> bool:
        libraries = await self._libraries_of(said.photo_ids)
        return not libraries or library_id in libraries

    async def _libraries_of(self, photo_ids: Collection[PhotoId]) -> set[LibraryId]:
        states = [await self._store.photo(each) for each in photo_ids]
        return {file.library_id for state in states if state is not None for file in state.files}
