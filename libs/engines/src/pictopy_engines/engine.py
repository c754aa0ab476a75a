"""What all engines share: `with` starts one, and stops it also when the start failed half-way."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from pictopy_engines.child import Child


class Engine(ABC):
    @abstractmethod
    def start(self) -> Child:
        """Returns when the server answers."""

    @abstractmethod
    def stop(self) -> None:
        """Safe to call at any time, also twice."""

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
