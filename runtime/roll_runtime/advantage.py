"""From one reward per answer to one advantage per token, as ROLL's RLVR pipeline does it, domain by domain.

Rewards are [samples], everything by token is [samples, response length] with `mask` 1 on the tokens of the answer. The
samples of a prompt follow one another. What needs a critic (`gae`) is not here.
"""

from __future__ import annotations

import torch
from torch import Tensor

from roll_runtime import masked
from roll_runtime.settings import Shaping

_TINY = 1e-6


def normalise(rewards: Tensor, shaping: Shaping) -> Tensor:
    """Rewards less their mean and over their standard deviation, of the batch or of each prompt's group; clipped."""
    groups = rewards.view(-1, shaping.group)
    means = {"batch": rewards.mean(), "group": groups.mean(1, keepdim=True), None: torch.zeros(())}
    spread = {"batch": _std(rewards, 0), "group": _std(groups, 1), None: torch.ones(())}
    result = groups - means[shaping.mean]
    if shaping.std is not None:
        result = result / (spread[shaping.std] + _TINY)
    return _clip(result.reshape(-1), shaping.reward_clip or None)


def token_rewards(rewards: Tensor, mask: Tensor, penalty: Tensor | None, shaping: Shaping) -> Tensor:
    """Each answer's reward on its last token, less a penalty per token; clipped as ROLL does it a second time."""
    result = torch.zeros_like(mask)
    last = (mask.sum(1) - 1).clamp_min(0).long()
    result[torch.arange(len(rewards)), last] = rewards
    if penalty is not None:
        result = result - penalty
    return _clip(result, shaping.reward_clip or None)


def advantages(rewards: Tensor, mask: Tensor, shaping: Shaping) -> Tensor:
    """Discounted rewards to come for each token (REINFORCE), whitened and clipped as asked; 0 outside of answers."""
    if shaping.whiten_rewards:
        rewards = masked.whiten(rewards, mask)
    result = returns(rewards * mask, shaping.gamma) * mask
    if shaping.whiten_advantages:
        result = masked.whiten(result, mask) * mask
    return _clip(result, shaping.advantage_clip)


def returns(rewards: Tensor, gamma: float) -> Tensor:
    """Sum of the rewards from each token on, discounted by gamma per token."""
    if gamma == 1:
        return rewards.flip(1).cumsum(1).flip(1)
    result = torch.zeros_like(rewards)
    running = torch.zeros_like(rewards[:, 0])
    for token in reversed(range(rewards.shape[1])):
        running = rewards[:, token] + gamma * running
        result[:, token] = running
    return result


def _std(values: Tensor, dim: int) -> Tensor:
    """Unbiased standard deviation; 0 for a single value, where torch gives NaN."""
    if values.shape[dim] == 1:
        return torch.zeros(())
    return values.std(dim, keepdim=True) if dim else values.std()


def _clip(values: Tensor, bound: float | None) -> Tensor:
    return values if bound is None else values.clamp(-bound, bound)
