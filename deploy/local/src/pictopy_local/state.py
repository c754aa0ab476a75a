"""What a launcher tells others about itself, in `run/state.json`."""

from pydantic import BaseModel


class ProcessState(BaseModel):
    """`pid` is 0 while it is down. `started_at` (seconds since 1970) tells it from a later process with its pid."""

    name: str
    pid: int
    started_at: float
    url: str = ""
    log: str


class State(BaseModel):
    launcher_pid: int = 0
    processes: tuple[ProcessState, ...] = ()

    def url_of(self, name: str) -> str:
        """Base address, or empty where that part did not run."""
        return next((process.url for process in self.processes if process.name == name), "")

    @property
    def ui_url(self) -> str:
        return self.url_of("ui")

    @property
    def urls(self) -> dict[str, str]:
        """Base address of each service that speaks HTTP."""
        return {process.name: process.url for process in self.processes if process.url.startswith("http")}
