"""The fake services over HTTP, each under its own path: `python -m pictopy_ui.fakes.server --port 8790`.

The pages run against it as they run against the real ones; the browser tests do, and whoever works on the looks.
"""

import argparse
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

import uvicorn
from fastapi import APIRouter, Body, FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse

from pictopy_contracts.signing import Signer
from pictopy_ui.answers import Failure, Policy
from pictopy_ui.domain.filters import Filters
from pictopy_ui.fakes.drawing import draw
from pictopy_ui.fakes.house import House
from pictopy_ui.fakes.services import SERVICES, deps_of
from pictopy_ui.ports import Deps, Refused, Unreachable

Json = Annotated[dict[str, Any], Body()]


def make_app(house: House, token: str) -> FastAPI:
    """`/<service>/v1/...`; only pictures can be had without the token, by signature."""
    app, deps = FastAPI(), deps_of(house)
    for service, routes in ROUTES.items():
        router = APIRouter(prefix=f"/{service}")
        routes(router, deps, house)
        _status(router, service)
        app.include_router(router)
    _pictures(app, house, Signer(token))

    @app.middleware("http")
    async def guard(request: Request, call_next: Any) -> Response:
        is_picture = "sig" in request.query_params
        if not is_picture and request.headers.get("authorization") != f"Bearer {token}":
            return JSONResponse({"detail": "no token"}, 401)
        if request.url.path.split("/")[1] in house.down:
            return JSONResponse({"detail": "away"}, 503)
        answer: Response = await call_next(request)
        return answer

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> Response:
        return JSONResponse({"detail": error.detail}, error.status)

    @app.exception_handler(Unreachable)
    async def away(_: Request, error: Unreachable) -> Response:
        return JSONResponse({"detail": error.detail}, 503)

    return app


def _listing(items: Any) -> dict[str, Any]:
    return {"items": items, "next": None}


def _status(router: APIRouter, service: str) -> None:
    @router.get("/status")
    def status() -> dict[str, Any]:
        return {"service": service, "version": "0.1.0", "ready": True, "settled": True}


def _ingest(router: APIRouter, deps: Deps, house: House) -> None:
    port = deps.ingest
    router.get("/v1/libraries")(lambda: _listing(port.libraries()))
    router.get("/v1/photos")(port.photos)
    router.get("/v1/photos/{photo_id}")(port.photo)
    router.get("/v1/activity")(port.activity)
    router.get("/v1/failures")(port.failures)
    router.post("/v1/libraries/{library_id}/scan")(port.scan)
    router.delete("/v1/libraries/{library_id}")(port.remove_library)

    router.post("/v1/stages/{stage}/pause")(lambda stage: port.hold(stage, is_held=True))
    router.post("/v1/stages/{stage}/resume")(lambda stage: port.hold(stage, is_held=False))
    router.get("/v1/conflicts")(port.conflicts)
    router.post("/v1/conflicts/{conflict_id}/{side}")(port.settle_conflict)
    _albums(router, deps)

    @router.post("/v1/libraries")
    def add(body: Json) -> None:
        port.add_library(body["path"], body.get("name"))

    @router.post("/v1/photos/lookup")
    def lookup(body: Json) -> Any:
        return _listing(list(port.lookup(body["ids"]).values()))

    @router.patch("/v1/photos/{photo_id}")
    def edit(photo_id: str, body: Json) -> None:
        port.edit(photo_id, body)

    @router.post("/v1/failures/retry")
    def retry(body: Json) -> None:
        port.retry(_failure(house, body))

    @router.post("/v1/failures/skip")
    def skip(body: Json) -> None:
        port.skip(_failure(house, body))


def _albums(router: APIRouter, deps: Deps) -> None:
    port = deps.ingest
    router.get("/v1/albums")(lambda: _listing(port.albums()))
    router.delete("/v1/albums/{album_id}")(port.remove_album)
    router.get("/v1/albums/{album_id}/photos")(lambda album_id: _listing(port.album_photos(album_id)))

    @router.post("/v1/albums")
    def add(body: Json) -> Any:
        return port.add_album(body["name"])

    @router.patch("/v1/albums/{album_id}")
    def rename(album_id: str, body: Json) -> None:
        port.rename_album(album_id, body["name"])

    @router.put("/v1/albums/{album_id}/photos")
    def change(album_id: str, body: Json) -> None:
        port.change_album(album_id, add=body["add"], remove=body["remove"])


def _failure(house: House, which: dict[str, Any]) -> Failure:
    def is_it(failure: Failure) -> bool:
        return all(getattr(failure, name) == value for name, value in which.items())

    return next(failure for failure in house.failures if is_it(failure))


def _vision(router: APIRouter, deps: Deps, _: House) -> None:
    port = deps.vision
    router.get("/v1/models")(port.models)
    router.get("/v1/models/pulls")(lambda: _listing(port.pulls()))
    router.post("/v1/models/pull-starter")(port.pull_starter)
    router.post("/v1/models/{model_id}/pull")(port.pull)
    router.get("/v1/profiles")(port.profiles)
    router.post("/v1/profiles/{profile_id}/use")(port.use_profile)
    router.get("/v1/models/bench")(port.bench)
    router.post("/v1/models/bench")(port.start_bench)
    router.post("/v1/models/changes/{task}/{how}")(port.end_change)
    router.post("/v1/tasks/{task}/on")(lambda task: port.switch(task, is_on=True))
    router.post("/v1/tasks/{task}/off")(lambda task: port.switch(task, is_on=False))

    @router.get("/v1/models/changes")
    def changes() -> Any:
        return _listing([{"task": one.task, "from": one.before, "to": one.after} for one in port.changes()])

    @router.post("/v1/models/{model_id}/use")
    def use(model_id: str, body: Json) -> None:
        port.use(model_id, body.get("task"))

    router.post("/v1/models/{model_id}/remove")(port.remove)


def _cluster(router: APIRouter, deps: Deps, _: House) -> None:
    port = deps.cluster
    router.get("/v1/people")(port.people)
    router.get("/v1/people/{person_id}")(port.person)
    router.get("/v1/people/{person_id}/faces")(port.faces_of_person)
    router.get("/v1/photos/{photo_id}/faces")(lambda photo_id: _listing(port.faces_of_photo(photo_id)))
    router.get("/v1/faces/unassigned")(port.unassigned)
    router.get("/v1/events")(port.events)
    router.get("/v1/conflicts")(lambda: _listing(port.conflicts()))
    router.get("/v1/model-change")(port.model_change)
    router.get("/v1/events/{event_id}")(port.event)
    router.post("/v1/decisions/{decision_id}/undo")(port.undo)

    @router.post("/v1/decisions")
    def decide(body: Json) -> Any:
        return port.decide(body.pop("kind"), **body)

    @router.patch("/v1/events/{event_id}")
    def rename(event_id: str, body: Json) -> None:
        port.rename_event(event_id, body["title"])


def _search(router: APIRouter, deps: Deps, _: House) -> None:
    port = deps.search
    router.get("/v1/photos/{photo_id}")(port.photo)
    router.get("/v1/photos/{photo_id}/similar")(lambda photo_id, limit=12: _listing(port.similar(photo_id, int(limit))))

    router.get("/v1/model-change")(port.model_change)

    @router.get("/v1/facets")
    def facets(request: Request) -> Any:
        return port.facets(_filters(request))

    @router.get("/v1/search")
    def search(request: Request, limit: int = 60, cursor: Annotated[str | None, Query()] = None) -> Any:
        return port.search(_filters(request), cursor, limit)

    @router.get("/v1/timeline")
    def timeline(request: Request) -> Any:
        return _listing([{"bucket": one.key, "count": one.count} for one in port.timeline(_filters(request))])


def _filters(request: Request) -> Filters:
    return Filters.from_query({name: request.query_params.getlist(name) for name in request.query_params})


def _memories(router: APIRouter, deps: Deps, _: House) -> None:
    port = deps.memories
    router.get("/v1/memories/{story_id}")(port.story)
    router.post("/v1/memories/{story_id}/seen")(port.seen)

    @router.get("/v1/memories")
    def stories(day: date) -> Any:
        return _listing(port.stories(day))

    @router.post("/v1/memories/build")
    def build(body: Json) -> None:
        port.build(date.fromisoformat(body["day"]))

    @router.post("/v1/memories/{story_id}/feedback")
    def feedback(story_id: str, body: Json) -> None:
        port.feedback(story_id, body["verdict"])


def _exif(router: APIRouter, deps: Deps, _: House) -> None:
    port = deps.exif
    router.get("/v1/photos/{photo_id}/plan")(lambda photo_id: _listing(port.plan(photo_id)))
    router.get("/v1/dry-run")(port.dry_run)
    router.post("/v1/dry-run")(port.start_dry_run)
    router.get("/v1/policy")(port.policy)
    router.get("/v1/wishes/failed")(lambda: _listing(port.failed_wishes()))
    router.post("/v1/ledger/{write_id}/undo")(port.undo)

    @router.get("/v1/ledger")
    def ledger(
        photo_id: str | None = None, cursor: str | None = None, day: date | None = None, status: str = ""
    ) -> Any:
        return port.ledger(photo_id, cursor, day=day, status=status)

    @router.post("/v1/undo")
    def undo(body: Json) -> None:
        port.undo_all(date.fromisoformat(body["day"]) if "day" in body else None)

    @router.put("/v1/policy")
    def put(body: Json) -> None:
        port.set_policy(Policy.model_validate(body))


ROUTES: dict[str, Callable[[APIRouter, Deps, House], None]] = dict(
    zip(SERVICES, (_ingest, _vision, _cluster, _search, _memories, _exif), strict=True)
)


def _pictures(app: FastAPI, house: House, signer: Signer) -> None:
    @app.get("/ingest/v1/photos/{photo_id}/{size}")
    def picture(photo_id: str, size: str, exp: str, sig: str) -> Response:
        if not signer.check(f"/v1/photos/{photo_id}/{size}", exp, sig):
            return JSONResponse({"detail": "bad signature"}, 403)
        boxes = [face.box for face in house.faces.values() if face.photo_id == photo_id]
        ratio = house.photos[photo_id].ratio or 1.0
        pixels = draw(int(photo_id, 16), ratio, boxes, "thumbnail" if size == "thumbnail" else "preview")
        return Response(pixels, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8790)
    parser.add_argument("--token", default="fake")
    parser.add_argument("--photos", type=int, default=150)
    parser.add_argument("--down", action="append", default=[], choices=SERVICES)
    asked = parser.parse_args()
    now = datetime.now()  # noqa: DTZ005  # local, as photos are
    lived_in = House.furnished(asked.photos, now) if asked.photos else House()
    lived_in.down |= set(asked.down)
    uvicorn.run(make_app(lived_in, asked.token), host="127.0.0.1", port=asked.port, log_level="warning")
