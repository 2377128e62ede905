"""Where metrics go beside `metrics.jsonl`: what `track_with` names, when it is installed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roll_runtime.errors import EnvironmentProblem

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig

Numbers = dict[str, float]


class Tracker:
    """Takes the numbers of each step; the same interface for all of them."""

    def log(self, step: int, numbers: Numbers) -> None:
        """Nothing is tracked (`stdout`)."""

    def close(self) -> None:
        """Write what is still held back."""


class TensorBoard(Tracker):
    """Event files below `tracker_kwargs.log_dir`; a resumed run goes on in the same folder."""

    def __init__(self, name: str, settings: dict[str, Any]) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(str(Path(settings.get("log_dir") or "./output/tensorboard") / name))

    def log(self, step: int, numbers: Numbers) -> None:
        for key, value in numbers.items():
            self._writer.add_scalar(key, value, step)

    def close(self) -> None:
        self._writer.close()


class WandB(Tracker):
    """Weights & Biases; `api_key` of `tracker_kwargs` logs in, the rest goes to `wandb.init`."""

    def __init__(self, name: str, settings: dict[str, Any]) -> None:
        import wandb

        given = dict(settings)
        if key := given.pop("api_key", None):
            wandb.login(key=key)
        self._run = wandb.init(name=name, resume="allow", id=given.pop("id", name), **given)

    def log(self, step: int, numbers: Numbers) -> None:
        self._run.log(numbers, step=step)

    def close(self) -> None:
        self._run.finish()


class SwanLab(Tracker):
    """SwanLab; `login_kwargs.api_key` or `api_key` of `tracker_kwargs` logs in, the rest goes to `swanlab.init`."""

    def __init__(self, name: str, settings: dict[str, Any]) -> None:
        import swanlab

        given = dict(settings)
        login = dict(given.pop("login_kwargs", {}) or {})
        if key := given.pop("api_key", None) or login.get("api_key"):
            swanlab.login(api_key=key)
        self._swanlab = swanlab
        swanlab.init(experiment_name=name, **given)

    def log(self, step: int, numbers: Numbers) -> None:
        self._swanlab.log(numbers, step=step)

    def close(self) -> None:
        self._swanlab.finish()


class MLflow(Tracker):
    """MLflow; `tracking_uri` and `experiment` of `tracker_kwargs` name the place."""

    def __init__(self, name: str, settings: dict[str, Any]) -> None:
        import mlflow

        self._mlflow = mlflow
        if uri := settings.get("tracking_uri"):
            mlflow.set_tracking_uri(uri)
        mlflow.set_experiment(settings.get("experiment", name))
        mlflow.start_run(run_name=name)

    def log(self, step: int, numbers: Numbers) -> None:
        self._mlflow.log_metrics(numbers, step=step)

    def close(self) -> None:
        self._mlflow.end_run()


_KINDS: dict[str, Callable[[str, dict[str, Any]], Tracker]] = {
    "tensorboard": TensorBoard,
    "wandb": WandB,
    "swanlab": SwanLab,
    "mlflow": MLflow,
}


def make(config: RLVRConfig, name: str) -> Tracker:
    """The tracker that the config names; raises EnvironmentProblem where it is not installed."""
    kind = _KINDS.get(config.track_with or "")
    if kind is None:
        return Tracker()
    try:
        return kind(name, dict(config.tracker_kwargs or {}))
    except ModuleNotFoundError as error:
        raise EnvironmentProblem(
            f"`track_with: {config.track_with}` needs {error.name}: pip install {error.name}, or write `stdout`"
        ) from None
