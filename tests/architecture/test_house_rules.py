"""Rules of the house that a linter does not know, each with the trouble it prevents."""

import ast
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from pictopy_contracts.document import page

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for part in ("libs", "services", "deploy/local") for path in (ROOT / part).glob("**/src/**/*.py"))
SERVICES = ("ingest", "vision", "cluster", "search", "memories", "exif")


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("service", SERVICES)
def test_sql_stands_in_the_store_only(service: str) -> None:
    """A query that hides in a handler is not seen by whoever changes the schema."""
    folder = ROOT / "services" / service / "src"
    stray = [
        f"{ids(path)}:{call.lineno}"
        for path in folder.glob("**/*.py")
        if not path.stem.startswith("store") and "store" not in path.parent.name
        for call in calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"execute", "executemany"}
    ]
    assert stray == []


def test_only_the_runtime_catches_everything() -> None:
    """A swallowed error is a photo that nobody misses. Two places may: `_attempt` with `_give_up`, and `run`."""
    allowed = {"libs/runtime/src/pictopy_runtime/consume.py": 2, "libs/runtime/src/pictopy_runtime/run.py": 1}
    found: dict[str, int] = {}
    for path in SOURCES:
        wide = [node for node in ast.walk(tree(path)) if isinstance(node, ast.ExceptHandler) and _catches_all(node)]
        if wide:
            found[ids(path)] = len(wide)
    assert found == allowed


def _catches_all(handler: ast.ExceptHandler) -> bool:
    """Whether it takes any error and keeps it: cleaning up and raising again is no swallowing."""
    named, last = handler.type, handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    return named is None or (isinstance(named, ast.Name) and named.id in {"Exception", "BaseException"})


@pytest.mark.parametrize("service", SERVICES)
def test_domains_know_no_clock(service: str) -> None:
    """A domain that reads a clock or rolls dice cannot be replayed."""
    impure = {"now", "today", "utcnow", "time", "monotonic", "getenv"}
    folder = ROOT / "services" / service / "src"
    stray = [
        f"{ids(path)}:{call.lineno}"
        for path in folder.glob("**/domain/**/*.py")
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in impure
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in {"datetime", "date", "time", "os"}
    ]
    assert stray == []


def test_files_and_functions_stay_small() -> None:
    """400 lines a file and 60 a function are where a reader gives up."""
    long_files = [f"{ids(path)}: {lines(path)}" for path in SOURCES if lines(path) > 400]
    long_functions = [
        f"{ids(path)}: {node.name}"
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert (long_files, long_functions) == ([], [])


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_wired_in_one_short_place(service: str) -> None:
    """Where `__main__` and `app` grow, logic has moved to where nobody tests it."""
    package = ROOT / "services" / service / "src" / f"pictopy_{service}"
    assert lines(package / "__main__.py") + lines(package / "app.py") < 120


def test_the_runtime_stays_thin() -> None:
    """A fat shared library is the monolith again."""
    assert sum(lines(path) for path in SOURCES if "pictopy_runtime" in path.parts) < 1000


def test_ignores_have_reasons() -> None:
    """`noqa` and `type: ignore` name their rule and say why."""
    bare = [f"{ids(path)}:{token.start[0]}" for path in SOURCES for token in _comments(path) if _is_bare(token.string)]
    assert bare == []


def _comments(path: Path) -> Iterator[tokenize.TokenInfo]:
    with path.open("rb") as file:
        yield from (token for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT)


def _is_bare(comment: str) -> bool:
    marker = next((word for word in ("noqa:", "type: ignore[") if word in comment), None)
    return marker is not None and len(comment.split(marker, 1)[1].split()) < 3


def test_the_page_of_messages_is_current() -> None:
    """docs/messages.md says what the code says; `make docs` writes it."""
    assert (ROOT / "docs" / "messages.md").read_text(encoding="utf-8") == page()
