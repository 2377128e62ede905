"""Losses, advantages, divergences and masks: against their formulas, and against TRL's on the same numbers."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from roll_runtime import advantage, kl, loss, masked, masks
from roll_runtime.loss import Samples
from roll_runtime.settings import Correction, LossSettings, MaskSettings, Shaping
from torch import Tensor

PLAIN = LossSettings(
    clip_low=0.2,
    clip_high=0.2,
    dual_clip=None,
    aggregation="seq-mean-token-mean",
    by_sample=False,
    policy_weight=1.0,
    kl_weight=0.0,
    entropy_weight=0.0,
    positive_weight=0.0,
    negative_weight=0.0,
    rollout_ratio_bound=None,
    corrections=(),
    weigh_difficulty=False,
    weigh_length=False,
)
SHAPING = Shaping(
    group=2,
    mean=None,
    std=None,
    reward_clip=None,
    whiten_rewards=False,
    whiten_advantages=False,
    advantage_clip=None,
    gamma=1.0,
)


def samples(seed: int = 0, count: int = 4, length: int = 5) -> tuple[Tensor, Samples]:
    torch.manual_seed(seed)
    lengths = torch.randint(1, length + 1, (count,))
    mask = (torch.arange(length) < lengths[:, None]).float()
    old = -torch.rand(count, length)
    made = Samples(
        mask=mask,
        loss_mask=mask,
        advantages=torch.randn(count, length) * mask,
        scores=torch.tensor([1.0, 0.0] * (count // 2)),
        old=old,
        rollout=old + 0.1 * torch.randn(count, length),
        reference=old + 0.3 * torch.randn(count, length),
        difficulty=torch.rand(count),
    )
    return (old + 0.4 * torch.randn(count, length)).requires_grad_(), made


def by_hand(log_probs: Tensor, given: Samples, low: float = 0.2, high: float = 0.2) -> Tensor:
    """PPO's clipped loss of each token, written as in the paper, one token at a time."""
    result = torch.zeros_like(given.mask)
    for row in range(len(given.mask)):
        for at in range(given.mask.shape[1]):
            ratio = (log_probs[row, at] - given.old[row, at]).exp()
            gain = given.advantages[row, at]
            result[row, at] = -min(ratio * gain, ratio.clamp(1 - low, 1 + high) * gain)
    return result


def test_the_clipped_loss_is_that_of_ppo() -> None:
    log_probs, given = samples()
    found, report = loss.policy_loss(log_probs, None, given, PLAIN)
    rows = [tokens[mask > 0].mean() for tokens, mask in zip(by_hand(log_probs, given), given.mask, strict=True)]
    torch.testing.assert_close(found, torch.stack(rows).mean())
    assert 0 < report["clip_fraction"] < 1


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("token-mean", (1 + 2 + 3 + 4) / 4),
        ("seq-mean-token-mean", (1.5 + 3.5) / 2),
        ("seq-mean-token-sum", (3 + 7) / 2),
        ("seq-mean-token-sum-norm", (3 + 7) / 3),
    ],
)
def test_losses_become_one_number(how: str, expected: float) -> None:
    losses = torch.tensor([[1.0, 2.0, 99.0], [3.0, 4.0, 99.0], [99.0, 99.0, 99.0]])
    mask = torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    assert loss.aggregate(losses, mask, how).item() == pytest.approx(expected)


def test_dual_clip_bounds_what_a_bad_answer_costs() -> None:
    log_probs = torch.tensor([[2.0]])
    one = torch.ones(1, 1)
    given = Samples(one, one, -one, torch.zeros(1), torch.zeros(1, 1), torch.zeros(1, 1))
    assert loss.policy_loss(log_probs, None, given, PLAIN)[0].item() == pytest.approx(torch.e**2)
    assert loss.policy_loss(log_probs, None, given, replace(PLAIN, dual_clip=1.4))[0].item() == pytest.approx(1.4)


def test_corrections_leave_out_what_the_engine_saw_otherwise() -> None:
    log_probs, given = samples()
    apart = (given.old - given.rollout).exp()
    within = ((apart > 0.95) & (apart < 1.05)).float()
    assert 0 < within.sum() < within.numel()
    corrected = replace(PLAIN, corrections=(Correction("ratio", False, 0.95, 1.05),))
    expected, _ = loss.policy_loss(log_probs, None, replace(given, loss_mask=given.mask * within), PLAIN)
    torch.testing.assert_close(loss.policy_loss(log_probs, None, given, corrected)[0], expected)


def test_weights_are_one_on_average_and_favour_the_hard_and_the_short() -> None:
    _, given = samples()
    weights = loss.sample_weights(given, replace(PLAIN, weigh_difficulty=True))
    assert weights.mean().item() == pytest.approx(1)
    assert weights.argmax() == given.difficulty.argmax()  # type: ignore[union-attr]
    weights = loss.sample_weights(given, replace(PLAIN, weigh_length=True))
    assert weights[given.mask.sum(1).argmin()] == weights.max()


@pytest.mark.parametrize("estimator", ["kl", "k3"])
def test_estimates_are_unbiased(estimator: str) -> None:
    torch.manual_seed(0)
    policy, reference = (0.7 * torch.randn(8)).log_softmax(0), (0.7 * torch.randn(8)).log_softmax(0)
    exact = (policy.exp() * (policy - reference)).sum()
    drawn = torch.multinomial(policy.exp(), 200_000, replacement=True)
    found = kl.estimate(policy[drawn], reference[drawn], estimator).mean()
    assert found.item() == pytest.approx(exact.item(), rel=0.02)


def test_the_coefficient_moves_towards_its_target() -> None:
    steered = kl.Coefficient(0.1, target=6.0, horizon=10_000)
    steered.update(12.0, 1000)
    assert steered.value == pytest.approx(0.1 * (1 + 0.2 * 0.1))
    left = kl.Coefficient(0.1, target=None, horizon=10_000)
    left.update(12.0, 1000)
    assert left.value == 0.1


@given(st.lists(st.floats(-5, 5), min_size=4, max_size=4), st.sampled_from([0.5, 0.9, 1.0]))
@settings(max_examples=50, deadline=None)
def test_returns_are_the_discounted_sums(rewards: list[float], gamma: float) -> None:
    expected = [sum(gamma ** (later - at) * rewards[later] for later in range(at, 4)) for at in range(4)]
    found = advantage.returns(torch.tensor([rewards], dtype=torch.float64), gamma)
    torch.testing.assert_close(found, torch.tensor([expected], dtype=torch.float64))


def test_groups_are_normalised_each_by_itself() -> None:
    rewards = torch.tensor([1.0, 0.0, 5.0, 5.0])
    grouped = replace(SHAPING, mean="group", std="group")
    found = advantage.normalise(rewards, grouped)
    torch.testing.assert_close(found, torch.tensor([0.7071, -0.7071, 0.0, 0.0]), atol=1e-4, rtol=0)
    clipped = advantage.normalise(rewards, replace(grouped, reward_clip=0.5))
    torch.testing.assert_close(clipped, torch.tensor([0.5, -0.5, 0.0, 0.0]))


def test_a_group_of_one_gives_no_nan() -> None:
    alone = replace(SHAPING, group=1, mean="group", std="group")
    assert advantage.normalise(torch.tensor([1.0, 3.0]), alone).tolist() == [0, 0]


def test_the_reward_stands_on_the_last_token() -> None:
    mask = torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]])
    found = advantage.token_rewards(torch.tensor([2.0, 3.0]), mask, None, SHAPING)
    assert found.tolist() == [[0, 2, 0], [0, 0, 3]]
    assert advantage.advantages(found, mask, SHAPING).tolist() == [[2, 2, 0], [3, 3, 3]]


def test_whitened_values_have_mean_0_and_variance_1() -> None:
    _, made = samples(count=8)
    white = masked.whiten(made.advantages, made.mask)[made.mask > 0]
    assert white.mean().item() == pytest.approx(0, abs=1e-6)
    assert white.var().item() == pytest.approx(1, abs=1e-4)
    assert masked.whiten(torch.ones(1, 1), torch.ones(1, 1)).isfinite().all()


def test_masks() -> None:
    lengths, scores = torch.tensor([3.0, 8.0, 2.0, 8.0]), torch.tensor([1.0, 0.0, 1.0, 1.0])
    none = MaskSettings(2, None, None, None)
    assert masks.sample_mask(lengths, scores, none).tolist() == [1, 1, 1, 1]
    assert masks.sample_mask(lengths, scores, replace(none, longest=8)).tolist() == [1, 0, 1, 0]
    assert masks.sample_mask(lengths, scores, replace(none, difficulty=(0.1, 0.9))).tolist() == [1, 1, 0, 0]
    assert masks.sample_mask(lengths, scores, replace(none, wrong_from=8)).tolist() == [1, 0, 1, 1]


def trl_loss(log_probs: Tensor, given: Samples, **arguments: object) -> Tensor:
    """GRPOTrainer's own loss on these numbers."""
    grpo = pytest.importorskip("trl.trainer.grpo_trainer").GRPOTrainer
    wanted = {
        "use_liger_kernel": False,
        "beta": 0.0,
        "epsilon_low": 0.2,
        "epsilon_high": 0.2,
        "loss_type": "grpo",
        "importance_sampling_level": "token",
        **arguments,
    }
    trainer = SimpleNamespace(
        args=SimpleNamespace(delta=None, steps_per_generation=1, use_bias_correction_kl=False),
        accelerator=SimpleNamespace(gather=lambda value: value, reduce=lambda value, reduction: value, num_processes=1),
        model=SimpleNamespace(training=True),
        current_gradient_accumulation_steps=1,
        max_completion_length=log_probs.shape[1],
        _metrics={"train": _Lists(), "eval": _Lists()},
        top_entropy_quantile=1.0,
        use_vllm=False,
        vllm_importance_sampling_correction=False,
        off_policy_mask_threshold=None,
        aux_loss_enabled=False,
        _get_per_token_logps_and_entropies=lambda *_, **__: (log_probs, torch.zeros_like(log_probs), None),
        _entropy_bonus_enabled=False,
        **wanted,
    )
    count, length = log_probs.shape
    inputs = {
        "prompt_ids": torch.zeros(count, 1, dtype=torch.long),
        "prompt_mask": torch.ones(count, 1, dtype=torch.long),
        "completion_ids": torch.zeros(count, length, dtype=torch.long),
        "completion_mask": given.mask.long(),
        "advantages": given.advantages,
        "old_per_token_logps": given.old,
        "ref_per_token_logps": given.reference,
        "num_items_in_batch": given.mask.sum(),
    }
    found: Tensor = grpo._compute_loss(trainer, trainer.model, inputs)
    return found


class _Lists(dict[str, list[float]]):
    def __missing__(self, key: str) -> list[float]:
        return self.setdefault(key, [])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({}, {}),
        ({"clip_low": 0.1, "clip_high": 0.4}, {"epsilon_low": 0.1, "epsilon_high": 0.4}),
        ({"aggregation": "token-mean"}, {"loss_type": "bnpo"}),
        ({"kl_weight": 0.3}, {"beta": 0.3}),
        ({"by_sample": True}, {"importance_sampling_level": "sequence"}),
    ],
)
def test_the_loss_is_trls(ours: dict[str, object], theirs: dict[str, object]) -> None:
    log_probs, given = samples(seed=3)
    # TRL has one advantage per answer.
    given = replace(given, advantages=given.advantages[:, :1].expand_as(given.mask).contiguous())
    found, _ = loss.policy_loss(log_probs, None, given, replace(PLAIN, **ours))  # type: ignore[arg-type]
    mine = torch.autograd.grad(found, log_probs)[0]
    other = trl_loss(log_probs, replace(given, advantages=given.advantages[:, 0]), **theirs)
    torch.testing.assert_close(found, other)
    torch.testing.assert_close(mine, torch.autograd.grad(other, log_probs)[0])


def test_advantages_of_groups_are_trls() -> None:
    """TRL's are (reward - group mean) / (group standard deviation + 1e-4); ROLL adds 1e-6."""
    rewards = torch.tensor([1.0, 0.0, 0.5, 0.25])
    found = advantage.normalise(rewards, replace(SHAPING, mean="group", std="group"))
    groups = rewards.view(-1, 2)
    expected = ((groups - groups.mean(1, keepdim=True)) / (groups.std(1, keepdim=True) + 1e-4)).view(-1)
    torch.testing.assert_close(found, expected, atol=1e-3, rtol=0)
