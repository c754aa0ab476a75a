"""What can be wrong with a model; the id is always in the sentence, because a person has to find the file."""

from pictopy_contracts.ids import ModelId


class ModelError(Exception):
    """A model cannot be had, loaded or run."""

    def __init__(self, model_id: ModelId, what: str) -> None:
        super().__init__(f"model {model_id}: {what}")
        self.model_id = model_id


class BadOutputError(ModelError):
    """A model answered with something that cannot be true; the same picture would give it again."""


class EngineAwayError(ModelError):
    """The server that should run it does not answer, or not in time: a matter of the server, not of the model."""
