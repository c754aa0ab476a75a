"""A page as a person opens it, without a browser."""

from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.testing.v1 import AppTest

from pictopy_ui.fakes.house import House

PATIENCE_S = 20.0


def _script(house: object, page: str) -> None:
    """AppTest runs the body alone, so it brings its own imports."""
    from typing import cast  # noqa: PLC0415  as the docstring says

    from pictopy_ui.fakes import House, deps_of  # noqa: PLC0415  as the docstring says
    from pictopy_ui.shell import show  # noqa: PLC0415  as the docstring says

    show(deps_of(cast(House, house)), page)


def open_page(house: House, page: str, **query: str) -> AppTest:
    """The page after its first run, on the fake services."""
    test = AppTest.from_function(_script, args=(house, page), default_timeout=PATIENCE_S)
    # Without it each AppTest reads the metadata of every installed distribution (0.5 s), for components we do not have.
    test._bidi_component_manager = BidiComponentManager()
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def drawn(test: AppTest) -> str:
    """All HTML that the page drew by itself."""
    return " ".join(str(element.proto) for element in test.get("bidi_component"))
