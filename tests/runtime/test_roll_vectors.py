"""The arithmetic of each release against results that ROLL's own functions gave; ranks are loops here."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from roll_runtime.arithmetic import advantages, aggregate, correction, kl, metrics, schedule
from roll_runtime.arithmetic.policy import FirstSeen, Samples
from roll_runtime.batch import Batch, pick
from roll_runtime.recipe import Recipe
from torch import Tensor

from roll_schema.engine import request
from roll_schema.engine.options import Options
from tests.session import FOLDER

CORPUS = os.environ.get("ROLL_CORPUS", "")
FILES = sorted(Path(CORPUS, "roll_vectors").glob("*.jsonl"))
TOLERANCE = 1e-6
OF_ROLL_ITSELF = {"actor_train/grad_norm", "actor/lr"}
"""Metrics that are not of the arithmetic."""

CONFIGURED = ("settings", "strategy", "ranks", "micro", "accumulation")
"""What of a case a config has."""

Case = dict[str, Any]

pytestmark = pytest.mark.skipif(not CORPUS, reason="ROLL_CORPUS is not set")


@cache
def read(path: Path) -> tuple[dict[str, Case], list[Case]]:
    """The inputs of a file by name, and its cases."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["id"]: row for row in rows if row["kind"] == "inputs"}, [row for row in rows if row["kind"] != "inputs"]


def test_there_are_results() -> None:
    assert {path.stem for path in FILES} >= {"0.1.3", "0.2.1", "0.3.0"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_number_is_that_of_roll(path: Path) -> None:
    inputs, cases = read(path)
    apart = {
        case["id"]: found for case in cases if (found := list(differences(path.stem, inputs[case["inputs"]], case)))
    }
    assert not apart, f"{len(apart)} of {len(cases)} cases differ:\n" + "\n".join(
        f"{name}: {'; '.join(found)}" for name, found in apart.items()
    )
    assert cases


def differences(release: str, given: Case, case: Case) -> Iterator[str]:
    """What of a case's results differs from ROLL's."""
    expected = case["result"]
    try:
        found = computed(release, given, case)
    except ValueError as error:
        found = {"error": str(error)}
    if "error" in expected or "error" in found:
        if ("error" in expected) != ("error" in found):
            yield f"ROLL: {expected.get('error')}, here: {found.get('error')}"
        return
    for name, value in expected.items():
        yield from apart(name, found.get(name), value)


def apart(name: str, found: Any, expected: Any) -> Iterator[str]:
    """Places at which a result differs; of lists of numbers, the largest difference."""
    if isinstance(expected, dict):
        for key in (expected.keys() | (found or {}).keys()) - OF_ROLL_ITSELF:
            yield from apart(f"{name}.{key}", (found or {}).get(key), expected.get(key))
        return
    mine, theirs = flat(found), flat(expected)
    if len(mine) != len(theirs):
        yield f"{name}: {len(mine)} numbers where ROLL has {len(theirs)}"
        return
    if not theirs:
        return
    a, b = (torch.tensor(values, dtype=torch.float64) for values in (mine, theirs))
    bound = TOLERANCE * max(1.0, b.nan_to_num().abs().max().item())
    worst = torch.where(a.isnan() & b.isnan() | (a == b), 0.0, (a - b).abs()).max().item()
    if not worst <= bound:
        yield f"{name}: {worst:.3g} apart, {bound:.3g} allowed"


def flat(value: Any) -> list[float]:
    """All numbers in nested lists; ROLL's file has strings for those that are not finite."""
    if isinstance(value, list):
        return [number for item in value for number in flat(item)]
    return [] if value is None else [float(value)]


def computed(release: str, given: Case, case: Case) -> dict[str, Any]:
    """A case's results, by the names that they have in the file."""
    recipe = recipe_of(release, json.dumps({name: case[name] for name in CONFIGURED}))
    batch, domains = batch_of(given), domains_of(given)
    recomputes = recipe.config.enable_old_logprobs_recompute
    k3 = case["settings"].get("kl_penalty") == "k3"
    coefficient = kl.Coefficient(recipe.config.init_kl_coef, recipe.config.target_kl, recipe.config.kl_horizon)
    old = batch["old"] if recomputes else torch.zeros_like(batch["old"])
    shaped = advantages.shape(
        advantages.Scored(batch["mask"], batch["scores"], old, batch["reference"]),
        domains.items(),
        # ROLL's loader refuses `k3` here, its function has it.
        replace(recipe.advantages, kl_estimator="k3") if k3 else recipe.advantages,
        recipe.masks,
        coefficient,
    )
    result: dict[str, Any] = {"pipeline": pipeline_result(shaped, given, list(domains), coefficient)}
    if case.get("train") is False or not shaped.loss_mask.any():
        return result
    batch |= {"loss_mask": shaped.loss_mask, "advantages": shaped.advantages}
    if not recomputes:
        del batch["old"]
    elif recipe.arithmetic.report is not None:
        corrected = correction.of_batch(
            batch["old"],
            batch["rollout"],
            batch["mask"],
            recipe.loss.correction,
            recipe.columns,
            recipe.arithmetic.report,
        )
        batch |= corrected.applied(batch)
        result |= {"correction_metrics": numbers(corrected.metrics), "loss_mask": by_token(batch["loss_mask"], given)}
        if recipe.loss.correction.weight is not None:
            result["is_weight"] = by_token(corrected.weights, given)
    return result | trained(recipe, batch, given, case)


def trained(recipe: Recipe, batch: Batch, given: Case, case: Case) -> dict[str, Any]:
    """What the optimizer sees, with every rank's part in its order."""
    sizes, settings, arithmetic = recipe.batches, recipe.loss, recipe.arithmetic
    lengths = [prompt + answer for prompt, answer in zip(given["prompts"], given["answers"], strict=True)]
    order = arithmetic.order(lengths, sizes.ranks) if case.get("balance") else list(range(len(lengths)))
    parts = torch.tensor(order).view(sizes.ranks, -1)
    steps = schedule.steps(parts.shape[1], sizes.micro, sizes.accumulation, sizes.epochs, recipe.config.seed)
    seen = [FirstSeen(batch["mask"][part]) for part in parts]
    scale = 1 / sizes.accumulation / sizes.ranks
    if settings.scale_by_step:
        scale *= sizes.accumulation * sizes.ranks
    reports: list[list[dict[str, Tensor]]] = [[] for _ in parts]
    micro_batches: list[list[list[int]]] = [[] for _ in parts]
    losses: list[list[float]] = [[] for _ in parts]
    gradients, entropy_gradients = [], []
    for step in steps:
        counted = [
            aggregate.counted(*(batch[name][part[step.samples]] for name in ("mask", "loss_mask"))) for part in parts
        ]
        counts = aggregate.counts(torch.stack(counted).sum(0))
        by_log_probs, by_entropy = torch.zeros_like(batch["mask"]), torch.zeros_like(batch["mask"])
        for rank, part in enumerate(parts):
            for own in step.micro_batches:
                rows = part[own]
                micro = pick(batch, rows)
                log_probs = (micro["new"] * micro["mask"]).requires_grad_()
                entropy = (entropies(case, given)[rows] * micro["mask"]).requires_grad_()
                old = micro["old"] if "old" in micro else seen[rank].old(own, log_probs)
                samples = Samples.of(micro, old)
                loss, report = arithmetic.loss(log_probs, entropy, samples, counts, settings)
                found = torch.autograd.grad(loss, (log_probs, entropy), allow_unused=True)
                by_log_probs[rows] += scale * found[0]
                by_entropy[rows] += scale * found[1] if found[1] is not None else 0.0
                micro_batches[rank].append(rows.tolist())
                losses[rank].append(loss.item())
                reports[rank].append(report)
        gradients.append(by_token(by_log_probs, given))
        entropy_gradients.append(by_token(by_entropy, given))
    of_ranks = [metrics.of_rank(own, len(steps), arithmetic.finish) for own in reports]
    result = {
        "micro_batches": micro_batches,
        "losses": losses,
        "gradients": gradients,
        "metrics": metrics.of_ranks(of_ranks),
    }
    if settings.entropy_weight > 0:
        result |= {"entropy": case["result"]["entropy"], "entropy_gradients": entropy_gradients}
    return result


def pipeline_result(
    shaped: advantages.Shaped, given: Case, domains: list[str], coefficient: kl.Coefficient
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "normalised": shaped.normalised.tolist(),
        "sample_mask": shaped.loss_mask.any(1).tolist(),
        "final_tokens": shaped.loss_mask.sum().item(),
        # In the prompt, which tensors of completions lack, ROLL has the first token's return times 0.
        "outside": (shaped.raw_advantages[:, 0] * 0).abs().max().item(),
        "kl_coefficient": coefficient.value,
        "metrics": {
            domain: {
                name.removeprefix(f"{domain}/"): value
                for name, value in shaped.metrics.items()
                if name.startswith(f"{domain}/")
            }
            for domain in domains
        },
    }
    for name in ("token_rewards", "raw_advantages", "advantages"):
        found[name] = by_token(getattr(shaped, name), given)
    if not shaped.loss_mask.any():
        found["step_is_skipped"] = True
    return found


@cache
def recipe_of(release: str, case: str) -> Recipe:
    """The settings of a case as roll-run computes them from a config."""
    given = json.loads(case)
    ranks = given["ranks"]
    model = {"lora_target": "q_proj", "lora_rank": 8, "dtype": "fp32"}
    backend = {"deepspeed": "deepspeed_train", "fsdp2": "fsdp2_train"}[given["strategy"]]
    trainer = {
        "model_args": model,
        "training_args": {
            "per_device_train_batch_size": given["micro"],
            "gradient_accumulation_steps": given["accumulation"],
        },
        "data_args": {"file_name": ["train.jsonl"], "domain_interleave_probs": {"a": 0.5, "b": 0.5}},
        "strategy_args": {"strategy_name": backend, "strategy_config": {}},
        "device_mapping": str(list(range(ranks))),
    }
    config: dict[str, Any] = {
        "pretrain": "model",
        "exp_name": "vectors",
        "prompt_length": 4,
        "response_length": 12,
        "rollout_batch_size": 2,
        "num_return_sequences_in_group": 4,
        "adv_estimator": "reinforce",
        "init_kl_coef": 0.0,
        "enable_old_logprobs_recompute": True,
        "seed": 42,
        "actor_train": trainer,
        "actor_infer": {
            "model_args": model,
            "strategy_args": {"strategy_name": "vllm", "strategy_config": {}},
            "device_mapping": str(list(range(ranks))),
        },
        "rewards": {domain: {"worker_cls": "MathRuleRewardWorker", "tag_included": [domain]} for domain in "ab"},
    }
    for key, value in given["settings"].items():
        place = config
        if (key, value) == ("kl_penalty", "k3"):
            continue
        *sections, last = key.split(".")
        for section in sections:
            place = place[section]
        place[last] = value
    path = FOLDER / f"vectors-{release}.yaml"
    path.write_text(json.dumps(config), encoding="utf-8")
    # One rule, since all of them take most of the time.
    options = Options(release=release, pipeline="rlvr", select=frozenset({"greedy-group"}))
    result = request.lint(request.Request(path, options))
    assert result.config is not None, result.diagnostics
    return Recipe(result.config, release)  # type: ignore[arg-type]


def batch_of(given: Case) -> Batch:
    batch = {
        name: padded(given[key], given) for name, key in zip(TOKENS, ("new", "old", "ref", "rollout"), strict=True)
    }
    batch["mask"] = padded([[1.0] * length for length in given["answers"]], given)
    batch["scores"] = torch.tensor(given["scores"], dtype=torch.float32)
    return batch


TOKENS = ("new", "old", "reference", "rollout")


def entropies(case: Case, given: Case) -> Tensor:
    found = case["result"].get("entropy")
    return padded(found, given) if found else torch.zeros(len(given["answers"]), max(given["answers"]))


def padded(rows: list[list[float]], given: Case) -> Tensor:
    width = max(given["answers"])
    return torch.tensor([row + [0.0] * (width - len(row)) for row in rows], dtype=torch.float32)


def by_token(values: Tensor, given: Case) -> list[list[float]]:
    return [row[:length].tolist() for row, length in zip(values, given["answers"], strict=True)]


def numbers(values: dict[str, Tensor]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items()}


def domains_of(given: Case) -> dict[str, Tensor]:
    return {
        domain: torch.tensor([at for at, own in enumerate(given["domains"]) if own == domain])
        for domain in dict.fromkeys(given["domains"])
    }
