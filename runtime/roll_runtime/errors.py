"""What can end a run, with the exit code that says so; each message names the remedy."""

from __future__ import annotations

INVALID_CONFIG, USAGE, ENVIRONMENT, TRAINING, DATA, UNSAVED = 1, 2, 3, 4, 5, 6


class RunError(Exception):
    """A run cannot start or go on; `code` is the exit code."""

    code = TRAINING


class EnvironmentProblem(RunError):
    """The machine or cluster lacks something that the run needs."""

    code = ENVIRONMENT


class WrongUsage(RunError):
    """The command line names what is not there, or does not allow what the config asks for."""

    code = USAGE


class DataProblem(RunError):
    """Rows, a model or a checkpoint cannot be read, or hold nothing to work with."""

    code = DATA


class TrainingFailed(RunError):
    """The numbers went wrong: a loss that is not finite, an adapter that the engine does not have."""

    code = TRAINING

    @classmethod
    def not_finite(cls, what: str, steps: int) -> TrainingFailed:
        """A number that is not finite, found before the weights were changed by it."""
        return cls(
            f"{what} is not finite after {steps} optimizer steps: lower `learning_rate`; no weight was changed by it"
        )


class WorkerLost(RunError):
    """A process of the run died or no longer answers; a restart from the last checkpoint may help."""

    code = TRAINING


class NotSaved(RunError):
    """The run reached its end, but its last checkpoint could not be written."""

    code = UNSAVED


class Interrupted(Exception):
    """The user or the scheduler asked the run to stop; `signal` is the number of what was sent."""

    def __init__(self, signal: int) -> None:
        super().__init__(signal)
        self.signal = signal
