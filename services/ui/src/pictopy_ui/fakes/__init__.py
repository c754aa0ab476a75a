"""The in-memory twin of every service that the pages talk to: one small household of photos."""

from pictopy_ui.fakes.house import House
from pictopy_ui.fakes.services import deps_of

__all__ = ["House", "deps_of"]
