"""For whole-stack tests: `pytest_plugins = ["pictopy_testing.stack_plugin"]`."""

from collections.abc import Iterator

import pytest

from pictopy_testing.stack import Running, Stack


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One stack that is up for the whole session; each test brings its own library."""
    with Stack(tmp_path_factory.mktemp("stack") / "data").up() as stack:
        yield stack
