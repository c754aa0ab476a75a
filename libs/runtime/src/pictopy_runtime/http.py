"""The HTTP side that all services share: who may call, how errors look, health, metrics, progress."""

import hmac
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException

from pictopy_contracts.signing import Signer
from pictopy_runtime.errors import AppError, Transient
from pictopy_runtime.health import Check, Progress, failing

Given = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]
OPEN_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
common = APIRouter()


def deps_of(request: Request) -> Any:
    """The service's Deps, for `Annotated[Deps, Depends(deps_of)]`."""
    return request.app.state.deps


async def authorise(request: Request, given: Given) -> None:
    """The bearer token, or for GET a valid signature of this very path. Raises AppError 401."""
    token = request.app.state.web.token.encode()
    has_token = given is not None and hmac.compare_digest(given.credentials.encode(), token)
    if not (has_token or request.url.path in OPEN_PATHS or _has_signature(request)):
        raise AppError(401, "a bearer token is needed; `pictopy token` prints it")


def _has_signature(request: Request) -> bool:
    query = request.query_params
    if request.method not in ("GET", "HEAD") or "sig" not in query:
        return False
    signer: Signer = request.app.state.signer
    return signer.check(request.url.path, query.get("exp", ""), query["sig"])


def problem(status: int, detail: str, **more: object) -> JSONResponse:
    """RFC 9457."""
    body = {"type": "about:blank", "status": status, "detail": detail, **more}
    return JSONResponse(jsonable_encoder(body), status, media_type="application/problem+json")


@dataclass(frozen=True)
class Web:
    """What an app is made of, beside the routes that all have."""

    name: str
    token: str
    deps: Any
    routers: tuple[APIRouter, ...] = ()
    checks: list[Check] = field(default_factory=list)
    progress: Progress = field(default_factory=Progress)


def make_app(web: Web) -> FastAPI:
    """The whole HTTP app of a service."""
    app = FastAPI(title=f"PictoPy {web.name}", version=version("pictopy-runtime"), dependencies=[Depends(authorise)])
    app.state.web, app.state.signer, app.state.deps = web, Signer(web.token), web.deps
    for router in (common, *web.routers):
        app.include_router(router)
    app.exception_handler(AppError)(lambda _, error: problem(error.status, error.detail))
    app.exception_handler(Transient)(lambda _, error: problem(503, str(error)))
    app.exception_handler(HTTPException)(lambda _, error: problem(error.status_code, str(error.detail)))
    app.exception_handler(RequestValidationError)(lambda _, error: _invalid(error))
    return app


def _invalid(error: RequestValidationError) -> Response:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return problem(422, f"{where}: {first['msg']}", errors=error.errors())


@common.get("/healthz", tags=["health"])
async def healthz() -> dict[str, str]:
    """The process lives."""
    return {"status": "alive"}


@common.get("/readyz", tags=["health"])
async def readyz(request: Request) -> Response:
    """Its dependencies answer; 503 names those that do not."""
    reasons = await failing(request.app.state.web.checks)
    return problem(503, "not ready", failing=reasons) if reasons else JSONResponse({"status": "ready"})


@common.get("/metrics", tags=["health"])
async def metrics() -> Response:
    """Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@common.get("/status", tags=["health"])
async def status(request: Request) -> dict[str, Any]:
    """Readiness and what is left to do: `settled` is true when nothing is."""
    web: Web = request.app.state.web
    reasons = await failing(web.checks)
    progress = await web.progress.read() if not reasons else {"settled": False}
    return {"service": web.name, "version": request.app.version, "ready": not reasons, "failing": reasons, **progress}
