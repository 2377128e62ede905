"""Losses, advantages, divergences and masks: against their formulas, and against TRL's on the same numbers."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from roll_runtime.arithmetic import advantages, aggregate, balance, kl, loss_by_micro_batch, masked, policy, schedule
from roll_runtime.arithmetic.policy import FirstSeen, Samples
from roll_runtime.arithmetic.releases import ARITHMETIC
from roll_runtime.arithmetic.sample_masks import sample_masks
from roll_runtime.arithmetic.settings import AdvantageSettings, Bounds, Correction, Filter, LossSettings, MaskSettings
from roll_runtime.batch import Ends
from roll_runtime.errors import TrainingFailed
from roll_runtime.training.gradient_check import GradientCheck
from torch import Tensor

from roll_schema.facts import supported

PLAIN = LossSettings(
    columns=9,
    clip_low=0.2,
    clip_high=0.2,
    dual_clip=None,
    aggregation="seq-mean-token-mean",
    by_sample=False,
    policy_weight=1.0,
    kl_weight=None,
    entropy_weight=0.0,
    positive_weight=0.0,
    negative_weight=0.0,
    rollout_ratio_bound=None,
    correction=Correction(),
    weigh_length=False,
    scale_by_step=False,
)
SHAPING = AdvantageSettings(
    group=2,
    columns=9,
    mean=None,
    std=None,
    reward_clip=None,
    kl_estimator="kl",
    kl_in_rewards=False,
    whiten_rewards=False,
    whiten_advantages=False,
    advantage_clip=None,
    gamma=1.0,
)
NO_MASKS = MaskSettings(2, None, None, None)


def samples(seed: int = 0, count: int = 4, length: int = 5) -> tuple[Tensor, Samples]:
    torch.manual_seed(seed)
    lengths = torch.randint(1, length + 1, (count,))
    mask = (torch.arange(length) < lengths[:, None]).float()
    old = -torch.rand(count, length) * mask
    made = Samples(
        mask=mask,
        loss_mask=mask,
        advantages=torch.randn(count, length) * mask,
        scores=torch.tensor([1.0, 0.0] * (count // 2)),
        old=old,
        rollout=old + 0.1 * torch.randn(count, length) * mask,
        reference=old + 0.3 * torch.randn(count, length) * mask,
    )
    return (old + 0.4 * torch.randn(count, length) * mask).requires_grad_(), made


def loss_of(log_probs: Tensor, given: Samples, settings: LossSettings) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss before ROLL 0.2, which looks at a micro-batch alone."""
    counts = aggregate.counts(aggregate.counted(given.mask, given.loss_mask))
    return loss_by_micro_batch.loss(log_probs, torch.zeros_like(given.mask), given, counts, settings)


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
    found, report = loss_of(log_probs, given, PLAIN)
    rows = [tokens[mask > 0].mean() for tokens, mask in zip(by_hand(log_probs, given), given.mask, strict=True)]
    torch.testing.assert_close(found, torch.stack(rows).mean())
    assert 0 < report["actor/ppo_ratio_clipfrac"] < 1


LOSSES = torch.tensor([[1.0, 2.0, 99.0], [3.0, 4.0, 99.0], [99.0, 99.0, 99.0]])
COUNTING = torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])


@pytest.mark.parametrize(
    ("mode", "of_micro_batch", "of_step"),
    [
        ("token-mean", (1 + 2 + 3 + 4) / 4, (1 + 2 + 3 + 4) / 8),
        ("seq-mean-token-mean", (1.5 + 3.5) / 2, (1.5 + 3.5) / 5),
        ("seq-mean-token-sum", (3 + 7) / 2, (3 + 7) / 5),
        ("seq-mean-token-sum-norm", (3 + 7) / 9, (3 + 7) / 9),
    ],
)
def test_losses_become_one_number(mode: str, of_micro_batch: float, of_step: float) -> None:
    """A step of 8 tokens and 5 samples; ROLL's tensors have 9 columns."""
    found = aggregate.over_micro_batch(LOSSES, COUNTING, mode, 9)
    assert found.item() == pytest.approx(of_micro_batch)
    found = aggregate.over_step(LOSSES * COUNTING, COUNTING, mode, 9, aggregate.Count(8, 5))
    assert found.item() == pytest.approx(of_step)


@pytest.mark.parametrize("release", ["0.1.3", "0.2.1", "0.3.0"])
@pytest.mark.parametrize("mode", aggregate.MODES)
def test_micro_batches_and_ranks_add_up_from_0_2_on(release: str, mode: str) -> None:
    """The gradient of a step cut into four is that of a whole one; before 0.2 each part is averaged by itself."""
    log_probs, given = samples(seed=5)
    entropy = torch.zeros_like(given.mask)
    settings = replace(PLAIN, aggregation=mode, kl_weight=0.1)
    counts = aggregate.counts(aggregate.counted(given.mask, given.loss_mask))

    def gradient(rows: list[slice]) -> Tensor:
        parts = []
        for own in rows:
            part = Samples.of({name: values[own] for name, values in batch(given).items()}, given.old[own])
            parts.append(ARITHMETIC[release].loss(log_probs[own], entropy[own], part, counts, settings)[0])
        return torch.autograd.grad(sum(parts, torch.zeros(())), log_probs, retain_graph=True)[0]

    whole, cut = gradient([slice(None)]), gradient([slice(at, at + 1) for at in range(4)])
    adds_up = release != "0.1.3" or mode == "seq-mean-token-sum-norm"
    assert torch.allclose(whole, cut, atol=1e-6) == adds_up


def batch(given: Samples) -> dict[str, Tensor]:
    names = ("mask", "loss_mask", "advantages", "scores", "rollout", "reference")
    weights = {"weights": torch.ones_like(given.mask)}
    return {name: getattr(given, name) for name in names} | weights


def test_dual_clip_bounds_what_a_bad_answer_costs() -> None:
    log_probs = torch.tensor([[2.0]])
    one = torch.ones(1, 1)
    nothing = torch.zeros(1, 1)
    given = Samples(one, one, -one, torch.zeros(1), nothing, nothing, nothing)
    assert loss_of(log_probs, given, PLAIN)[0].item() == pytest.approx(torch.e**2)
    assert loss_of(log_probs, given, replace(PLAIN, dual_clip=1.4))[0].item() == pytest.approx(1.4)


def test_corrections_leave_out_what_the_engine_saw_otherwise() -> None:
    log_probs, given = samples()
    apart = (given.old - given.rollout).exp()
    within = ((apart > 0.95) & (apart < 1.05)).float()
    assert 0 < (given.mask * within).sum() < given.mask.sum()
    corrected = replace(PLAIN, correction=Correction((Filter("token", Bounds(0.95, 1.05), None),)))
    expected, _ = loss_of(log_probs, replace(given, loss_mask=given.mask * within), PLAIN)
    torch.testing.assert_close(loss_of(log_probs, given, corrected)[0], expected)


def test_weights_are_one_on_average_and_favour_the_short() -> None:
    _, given = samples()
    assert policy.length_weights(given.mask, PLAIN).tolist() == pytest.approx([1.0] * 4)
    weights = policy.length_weights(given.mask, replace(PLAIN, weigh_length=True))
    assert weights.mean().item() == pytest.approx(1)
    assert weights[given.mask.sum(1).argmin()] == weights.max() == pytest.approx(3 * weights.min())


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
    found = advantages.returns(torch.tensor([rewards], dtype=torch.float64), gamma)
    torch.testing.assert_close(found, torch.tensor([expected], dtype=torch.float64))


def test_groups_are_normalised_each_by_itself() -> None:
    rewards = torch.tensor([1.0, 0.0, 5.0, 5.0])
    grouped = replace(SHAPING, mean="group", std="group")
    found = advantages.normalise(rewards, grouped)
    torch.testing.assert_close(found, torch.tensor([0.7071, -0.7071, 0.0, 0.0]), atol=1e-4, rtol=0)


@pytest.mark.parametrize(("mean", "std"), [(None, "group"), ("batch", "group"), ("running", "running")])
def test_normalization_that_fails_in_roll_fails(mean: str | None, std: str) -> None:
    with pytest.raises(ValueError, match="norm"):
        advantages.normalise(torch.tensor([1.0, 3.0]), replace(SHAPING, mean=mean, std=std))


def scored(scores: list[float], mask: Tensor) -> advantages.Scored:
    return advantages.Scored(mask, torch.tensor(scores), torch.zeros_like(mask), torch.zeros_like(mask))


def test_whitening_has_regard_to_the_sample_masks() -> None:
    """The longest sample is left out, so that the mean is that of the others."""
    mask = torch.tensor([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    settings, masks = replace(SHAPING, whiten_advantages=True), replace(NO_MASKS, longest=3)
    found = advantages.shape_domain(scored([9.0, 1.0, 2.0, 3.0], mask), settings, masks, kl.Coefficient(0, None, 1))
    counting = found.advantages[found.loss_mask > 0]
    assert found.loss_mask.sum(1).tolist() == [0, 1, 2, 1]
    assert counting.mean().item() == pytest.approx(0, abs=1e-6)
    assert counting.var().item() == pytest.approx(1, abs=1e-4)


def test_each_domain_moves_the_coefficient() -> None:
    mask = torch.ones(4, 1)
    given = scored([1.0, 0.0, 1.0, 0.0], mask)._replace(old=torch.tensor([[2.0], [2.0], [0.0], [0.0]]))
    settings = replace(SHAPING, kl_in_rewards=True)
    coefficient = kl.Coefficient(0.1, target=1.0, horizon=10)
    domains = [("a", torch.tensor([0, 1])), ("b", torch.tensor([2, 3]))]
    found = advantages.shape(given, domains, settings, NO_MASKS, coefficient)
    assert found.metrics["a/critic/kl_coef"] == 0.1
    assert found.metrics["b/critic/kl_coef"] == pytest.approx(0.1 * 1.04)
    assert coefficient.value == pytest.approx(0.1 * 1.04 * 0.96)


def test_the_reward_stands_on_the_last_token() -> None:
    mask = torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]])
    found = advantages.on_last_token(torch.tensor([2.0, 3.0]), mask)
    assert found.tolist() == [[0, 2, 0], [0, 0, 3]]
    assert (advantages.returns(found, 1.0) * mask).tolist() == [[2, 2, 0], [3, 3, 3]]


def test_whitened_values_have_mean_0_and_variance_1() -> None:
    _, made = samples(count=8)
    white = masked.whiten(made.advantages, made.mask)[made.mask > 0]
    assert white.mean().item() == pytest.approx(0, abs=1e-6)
    assert white.var().item() == pytest.approx(1, abs=1e-4)
    with pytest.raises(ValueError, match="single token"):
        masked.whiten(torch.ones(1, 1), torch.ones(1, 1))


def test_masks() -> None:
    lengths, scores = torch.tensor([3.0, 8.0, 2.0, 8.0]), torch.tensor([1.0, 0.0, 1.0, 1.0])

    def found(name: str, **settings: object) -> list[float]:
        return sample_masks(lengths, scores, replace(NO_MASKS, **settings))[name].tolist()  # type: ignore[arg-type]

    assert [found(name) for name in ("max_len", "difficulty", "error_len")] == [[1, 1, 1, 1]] * 3
    assert found("max_len", longest=8) == [1, 0, 1, 0]
    assert found("difficulty", difficulty=(0.1, 0.9)) == [1, 1, 0, 0]
    assert found("error_len", wrong_from=8) == [1, 0, 1, 1]


@given(st.lists(st.integers(1, 500), min_size=1, max_size=8), st.integers(1, 4))
@settings(max_examples=50, deadline=None)
def test_ranks_get_every_sample_once_and_about_equal_work(lengths: list[int], ranks: int) -> None:
    lengths = lengths * ranks
    order = balance.balanced(lengths, ranks)
    assert sorted(order) == list(range(len(lengths)))
    size = len(lengths) // ranks
    tokens = [sum(lengths[at] for at in order[start : start + size]) for start in range(0, len(order), size)]
    assert max(tokens) - min(tokens) <= max(lengths)


def test_epochs_are_shuffled_each_and_alike_on_all_ranks() -> None:
    steps = schedule.steps(8, micro=2, accumulation=2, epochs=2, seed=42)
    assert [[len(rows) for rows in step.micro_batches] for step in steps] == [[2, 2]] * 4
    first, second = (torch.cat([step.samples for step in steps[at : at + 2]]) for at in (0, 2))
    assert first.sort().values.tolist() == second.sort().values.tolist() == list(range(8))
    assert first.tolist() != second.tolist() != list(range(8))
    again = schedule.steps(8, micro=2, accumulation=2, epochs=2, seed=42)
    assert torch.equal(torch.cat([step.samples for step in again]), torch.cat([first, second]))


def test_the_first_epoch_stands_for_the_old_policy() -> None:
    seen = FirstSeen(torch.ones(3, 2))
    early, late = torch.full((2, 2), -1.0), torch.full((2, 2), -2.0)
    assert torch.equal(seen.old(torch.tensor([0, 2]), early), early)
    assert torch.equal(seen.old(torch.tensor([2, 0]), late), early)
    assert torch.equal(seen.old(torch.tensor([1]), late[:1]), late[:1])


def test_completions_stop_at_the_end_of_sequence_and_before_padding() -> None:
    ends = Ends(sequence=2, padding=0)
    assert [ends.length(tokens) for tokens in ([5, 2, 7], [5, 0, 2], [2], [0], [5, 6], [])] == [2, 1, 1, 0, 2, 0]
    assert Ends(2, 2).length([5, 2]) == 1, "as in ROLL, where padding is the end of sequence as well"
    assert (Ends(2, None).length([5, 2]), Ends(2, None).tokens, Ends(2, 2).tokens) == (2, [2], [2])


def test_every_release_that_is_accepted_has_its_functions() -> None:
    assert set(ARITHMETIC) == set(supported.ARITHMETIC)


def test_a_gradient_that_is_not_finite_stops_before_the_step() -> None:
    parameter = torch.nn.Parameter(torch.zeros(2))
    check = GradientCheck([parameter], torch.device("cpu"))
    (parameter * 2).sum().backward()
    check.demand_finite(0)
    parameter.sqrt().sum().backward()  # 0, with an infinite gradient
    with pytest.raises(TrainingFailed, match="after 7 optimizer steps"):
        check.demand_finite(7)
    check.demand_finite(7)


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
        max_completion_length=PLAIN.columns,
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
    found, _ = loss_of(log_probs, given, replace(PLAIN, **ours))  # type: ignore[arg-type]
    mine = torch.autograd.grad(found, log_probs)[0]
    other = trl_loss(log_probs, replace(given, advantages=given.advantages[:, 0]), **theirs)
    torch.testing.assert_close(found, other)
    torch.testing.assert_close(mine, torch.autograd.grad(other, log_probs)[0])


def test_advantages_of_groups_are_trls() -> None:
    """TRL's are (reward - group mean) / (group standard deviation + 1e-4); ROLL adds 1e-6."""
    rewards = torch.tensor([1.0, 0.0, 0.5, 0.25])
    found = advantages.normalise(rewards, replace(SHAPING, mean="group", std="group"))
    groups = rewards.view(-1, 2)
    expected = ((groups - groups.mean(1, keepdim=True)) / (groups.std(1, keepdim=True) + 1e-4)).view(-1)
    torch.testing.assert_close(found, expected, atol=1e-3, rtol=0)
