"""One worker of a reward: scores the answers to a prompt."""

from __future__ import annotations

import math
import traceback
from typing import TYPE_CHECKING, Any

from roll_runtime import rewards
from roll_runtime.errors import RunError, TrainingFailed

if TYPE_CHECKING:
    from roll_schema.models.reward_config import RewardConfig


class Scorer:
    """The reward of a domain in a process of its own, so that scoring goes on beside generating."""

    def __init__(self, domain: str, settings: RewardConfig, given: rewards.Given) -> None:
        self.domain = domain
        self.settings, self.given = settings, given
        self.reward: rewards.Reward | None = None

    def score(self, answers: list[str], row: dict[str, Any]) -> list[float]:
        """The score of each answer; raises TrainingFailed for one that is no finite number."""
        if self.reward is None:
            self.reward = rewards.find(self.domain, self.settings, self.given)
        scores = []
        for answer in answers:
            given = self._scored(answer, row)
            try:
                score = float(given)
            except (TypeError, ValueError):
                score = math.nan
            if not math.isfinite(score):
                raise TrainingFailed(f"the reward of `{self.domain}` gave {given!r} for {answer[:200]!r}, not a number")
            scores.append(score)
        return scores

    def _scored(self, answer: str, row: dict[str, Any]) -> Any:
        assert self.reward is not None
        try:
            return self.reward(answer, row)
        except RunError:
            raise
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            raise TrainingFailed(
                f"the reward of `{self.domain}` failed at {last.filename}:{last.lineno} with "
                f"{type(error).__name__}: {error}, for {answer[:200]!r}"
            ) from None

    def stop(self) -> None:
        """Nothing is left behind."""
