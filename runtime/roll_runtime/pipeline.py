"""The training loop: adapter to the engines, answers, rewards, log-probabilities, advantages, optimizer steps.

Left out of what ROLL's RLVR pipeline can do: critics, asynchronous generation, filtering of prompts by their scores,
judges and sandboxes as rewards, images. The rules of the group `run` refuse configs that ask for these.
"""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from roll_runtime import batch, helpers, rewards, stall
from roll_runtime.arithmetic import advantages, correction, kl, metrics
from roll_runtime.batch import Answer, Batch
from roll_runtime.cluster import Cluster, Worker, address_of, names, put
from roll_runtime.data import DataSet, Prompt, Sampler
from roll_runtime.errors import Interrupted, TrainingFailed
from roll_runtime.placement import Placement
from roll_runtime.recipe import Recipe
from roll_runtime.rollout.transformers import TransformersEngine
from roll_runtime.rollout.vllm import VllmEngine
from roll_runtime.scorer import Scorer
from roll_runtime.settings import Sampling
from roll_runtime.store import Position, Store
from roll_runtime.training import backend
from roll_runtime.training.trainer import Trainer

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

ENGINES = {"vllm": VllmEngine, "hf_infer": TransformersEngine}
_SAMPLES_SHOWN = 8

_BYTES_SAVED = 20
"""Least bytes on the disk per trained parameter: the weight twice, and three numbers of Adam."""

APART = 0.1
"""Mean distance of log-probabilities per token that is worth an alarm: ten times what bf16 explains."""

_CPU_ENVIRONMENT = {"VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_CPU_OMP_THREADS_BIND": "nobind"}
"""Without the first, vLLM's CPU build takes most of the memory for its cache; the other lets workers share cores."""

_ENVIRONMENT = {
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_LOGGING_LEVEL": "WARNING",
    "TOKENIZERS_PARALLELISM": "false",
}

Listener = Callable[[str, dict[str, Any]], None]
"""Told of every `phase`, `step`, `saved` and `message` of the run, with what is known of it."""


@dataclass(slots=True)
class Team:
    """The run's workers by role."""

    trainers: list[Worker]
    engines: list[Worker]
    scorers: dict[str, list[Worker]]


@dataclass(slots=True)
class Pipeline:
    """A run on a cluster that is up; `position` is where it stands."""

    recipe: Recipe
    cluster: Cluster
    store: Store
    data: DataSet
    validation: DataSet | None
    pad: int
    listener: Listener
    given_rewards: rewards.Given = field(default_factory=rewards.Given)
    times: dict[str, float] = field(default_factory=dict)
    unsaved: str = ""
    team: Team = field(init=False)
    _adapter: int = 0
    _drifts: bool = False
    _modules: int = 0
    _parameters: int = 0
    _inner: float = 0.0

    def start(self) -> None:
        """Start every worker; gives back when all of them are ready."""
        recipe, cluster = self.recipe, self.cluster
        self._build_helpers()
        shared = put(recipe)
        placement = cluster.placement
        engine = ENGINES[recipe.engine.strategy_args.strategy_name]
        trainers = [
            cluster.seat(Trainer, seat, self._environment("actor_train"), shared, seat.rank)
            for seat in placement.of("actor_train")
        ]
        engines = [
            cluster.seat(engine, seat, self._environment("actor_infer"), shared) for seat in placement.of("actor_infer")
        ]
        scorers = {
            domain: [
                cluster.loose(f"{domain}-{rank}", Scorer, recipe.variables(reward), domain, reward, self.given_rewards)
                for rank in range(max(reward.world_size or 1, 1))
            ]
            for domain, reward in (recipe.config.rewards or {}).items()
        }
        self.team = Team(trainers, engines, scorers)
        with stall.waiting(lambda: f"{names(worker for worker, _ in cluster.waited_for) or trainers[0].name} to start"):
            cluster.know_processes()
            address, port = address_of(trainers[0])
        meeting = [(worker, worker.call("meet", address, port)) for worker in trainers]
        loading = [(worker, worker.call("start")) for worker in (*trainers, *engines)]
        with stall.waiting(lambda: _missing(cluster.waited_for, meeting)):
            started = cluster.all(meeting + loading)[len(meeting) :]
        self._modules, self._parameters = started[0]["modules"], started[0]["parameters"]
        self.listener("started", started[0])

    def _build_helpers(self) -> None:
        """Have every node of the trainer compile what its backend needs, before there is a worker to be killed."""
        needed = backend.helpers(self.recipe, self.cluster.has_gpus)
        if self.cluster.address is None:
            # The only node is this machine, where a look takes no second.
            needed = [name for name in needed if not helpers.is_built(name)]
        if not needed:
            return
        environment, others = self._environment("actor_train"), [""]
        with stall.waiting(lambda: next(filter(None, others), f"{', '.join(needed)} to be compiled")):
            while any(others := self.cluster.on_nodes("actor_train", environment, helpers.build, needed)):
                time.sleep(1)

    def run(self, position: Position, resumed: Path | None) -> Position:
        """Train from a position to the last step; gives the last position that was reached.

        Raises Interrupted, after saving, when the run was asked to stop; and what ends a run otherwise.
        """
        config = self.recipe.config
        if resumed is not None:
            self._on_trainers("load", resumed)
        rows = Sampler(self.data.prompts, self.recipe.shares, config.seed, dict(position.taken))
        coefficient = kl.Coefficient(position.kl_coefficient, config.target_kl, config.kl_horizon)
        saved = position.step if resumed is not None else -1
        try:
            while position.step < config.max_steps:
                self.cluster.check_stop()
                position = self._step(position, rows, coefficient)
                last = position.step == config.max_steps
                if last or position.step % config.save_steps == 0 or self.unsaved:
                    saved = self.save(position, saved)
        except Interrupted:
            if saved != position.step and position.step:
                self.save(position, saved)
            raise
        return position

    def save(self, position: Position, saved: int) -> int:
        """Write a checkpoint; gives the step of the last one that is on the disk."""
        keep = self.recipe.config.max_ckpt_to_keep or 0
        with self._phase("save"), self.cluster.shield():
            try:
                # Ranks of which one finds no room would wait for each other.
                self.store.demand_room(_BYTES_SAVED * self._parameters)
                with self.store.checkpoint(position, keep) as folder:
                    calls = self._calls("save", folder)
                    try:
                        self.cluster.all(calls)
                    except TrainingFailed:
                        self.cluster.settle(calls)
                        raise
            except (OSError, TrainingFailed) as error:
                self.unsaved = f"{getattr(error, 'strerror', None) or _first_line(error)}; {self.store.free}"
                self.listener("message", {"text": f"step {position.step} could not be saved: {self.unsaved}"})
                return saved
        self.unsaved = ""
        self.listener("saved", {"step": position.step})
        return position.step

    def _step(self, position: Position, rows: Sampler, coefficient: kl.Coefficient) -> Position:
        """One step: the position behind it. What a broken step left, such as prompts taken, is not in a position."""
        config, recipe = self.recipe.config, self.recipe
        begun = time.perf_counter()
        self.times = {}
        step = position.step + 1
        number = position.step
        if number % max(config.actor_train.model_update_frequency or 1, 1) == 0 or not self._adapter:
            with self._phase("sync"):
                self._sync(step)
        report: dict[str, Any] = {}
        if self.validation is not None and config.eval_steps > 0 and number % config.eval_steps == 0:
            with self._phase("validate"):
                report |= self._validate(step)
        prompts = rows.take(config.rollout_batch_size)
        with self._phase("generate"):
            answers, scores = self._rollout(prompts, recipe.rollout_sampling, _seed_of(config.seed, step))
        asked = [prompt for prompt in prompts for _ in range(recipe.batches.group)]
        samples = batch.make(asked, answers, self.pad)
        samples["scores"] = torch.tensor(scores)
        if not samples["mask"].any():
            raise TrainingFailed(f"step {step}: no answer has a single token")
        if not samples["rollout"].isfinite().all():
            raise TrainingFailed(f"step {step}: the engine's probabilities are not finite; lower `learning_rate`")
        with self._phase("reference"):
            if recipe.uses_reference:
                samples["reference"] = self._log_probs(samples, reference=True)
        with self._phase("log-probs"):
            if recipe.recomputes:
                samples["old"] = self._log_probs(samples, reference=False)
        with self._phase("advantage"):
            report |= self._advantages(samples, asked, coefficient)
        with self._phase("train"), self.cluster.shield():
            report |= self._train(samples, step)
        tokens = int(samples["mask"].sum())
        report |= self._rewards_of(asked, answers, scores, samples)
        seconds = time.perf_counter() - begun
        report["tokens_per_second"] = tokens / seconds
        report["time/step"] = seconds
        report |= {f"time/{name}": spent for name, spent in self.times.items()}
        position = Position(
            step,
            dict(rows.taken),
            coefficient.value,
            recipe.batches.ranks,
            position.tokens + tokens,
            recipe.backend,
        )
        self._record(step, report, asked, answers, scores)
        self._watch(report.get("train/rollout_logp_diff", 0.0))
        self.listener("step", {"step": step, **report})
        return position

    def _sync(self, step: int) -> None:
        """Bring the trainer's adapter to every engine, and make sure that it took hold there."""
        config, weights = next(filter(None, self._on_trainers("adapter")))
        self._adapter = step
        shared = put(weights)
        loads = [(engine, engine.call("load", step, config, shared)) for engine in self.team.engines]
        for engine, bound in zip(self.team.engines, self.cluster.all(loads), strict=True):
            if bound != self._modules:
                raise TrainingFailed(
                    f"{engine.name} changes {bound} modules by the adapter, the trainer trains {self._modules}: "
                    "the model's modules have other names there; choose another `lora_target`"
                )

    def _rollout(self, prompts: list[Prompt], sampling: Sampling, seed: int) -> tuple[list[Answer], list[float]]:
        """Answers and scores, prompt by prompt; scoring goes on while the engines are still generating."""
        engines = self.team.engines
        shares = [list(range(number, len(prompts), len(engines))) for number in range(len(engines))]
        calls = [
            (engine, engine.call("generate", [prompts[at].tokens for at in share], sampling, seed + number))
            for number, (engine, share) in enumerate(zip(engines, shares, strict=True))
            if share
        ]
        answers: dict[int, list[Answer]] = {}
        scoring: dict[int, tuple[Worker, Any]] = {}
        for engine, groups in self.cluster.stream(calls):
            share = shares[engines.index(engine)]
            for number, found in groups:
                at = share[number]
                answers[at] = found
                scorers = self.team.scorers[prompts[at].domain]
                scorer = scorers[at % len(scorers)]
                texts = [answer.text for answer in found]
                scoring[at] = (scorer, scorer.call("score", texts, prompts[at].row))
        with self._phase("reward"):
            scored = self.cluster.all(scoring[at] for at in range(len(prompts)))
        return (
            [answer for at in range(len(prompts)) for answer in answers[at]],
            [score for scores in scored for score in scores],
        )

    def _log_probs(self, samples: Batch, reference: bool) -> torch.Tensor:
        return torch.cat(self._on_parts("log_probs", samples, reference))

    def _advantages(self, samples: Batch, asked: list[Prompt], coefficient: kl.Coefficient) -> dict[str, float]:
        """Put `advantages` and `loss_mask` into the batch, domain by domain."""
        recipe, mask = self.recipe, samples["mask"]
        old = samples.get("old", torch.zeros_like(mask))
        by_domain = {domain: torch.tensor(at) for domain, at in _by_domain(asked).items()}
        try:
            shaped = advantages.shape(
                advantages.Scored(mask, samples["scores"], old, samples.get("reference", old)),
                by_domain.items(),
                recipe.advantages,
                recipe.masks,
                coefficient,
            )
        except ValueError as error:
            raise TrainingFailed(f"advantages cannot be computed, in ROLL {recipe.release} neither: {error}") from None
        samples["loss_mask"], samples["advantages"] = shaped.loss_mask, shaped.advantages
        report = dict(shaped.metrics)
        if "reference" in samples:
            parts = [report[f"{domain}/critic/kl"] * len(at) for domain, at in by_domain.items()]
            report["kl"] = sum(parts) / len(mask)
        report["advantage_mean"] = (shaped.advantages.sum() / mask.sum()).item()
        return report

    def _train(self, samples: Batch, step: int) -> dict[str, float]:
        """Train on the samples, where something of them counts in the loss; gives what the ranks report."""
        recipe = self.recipe
        if step <= (recipe.config.critic_warmup or 0):
            return {}
        if not samples["loss_mask"].any():
            self.listener("message", {"text": f"step {step}: no token counts in the loss, so nothing is trained"})
            return {"mask/final_mask_sum_eq_0": 1.0}
        arithmetic, report = recipe.arithmetic, {"mask/final_mask_sum_eq_0": 0.0}
        trained = samples | {"completions": samples["mask"]}
        if "old" in samples and arithmetic.report is not None:
            corrected = correction.of_batch(
                samples["old"],
                samples["rollout"],
                samples["mask"],
                recipe.loss.correction,
                recipe.columns,
                arithmetic.report,
            )
            trained |= corrected.applied(samples)
            report |= {name: value.item() for name, value in corrected.metrics.items()}
        order = arithmetic.order(samples["attention_mask"].sum(1).tolist(), recipe.batches.ranks)
        reports = self._on_parts("train", batch.pick(trained, torch.tensor(order)))
        return report | metrics.of_ranks(reports)

    def _validate(self, step: int) -> dict[str, float]:
        sampling = self.recipe.validation_sampling
        assert self.validation is not None
        assert sampling is not None
        prompts = [prompt for found in self.validation.prompts.values() for prompt in found]
        answers, scores = self._rollout(prompts, sampling, _seed_of(self.recipe.config.seed, -step))
        asked = [prompt for prompt in prompts for _ in range(sampling.count)]
        rows = [_sample(step, *row) for row in zip(asked, answers, scores, strict=True)]
        self._write("validation.jsonl", *rows[:_SAMPLES_SHOWN])
        return _means("validation/score", asked, scores)

    def _rewards_of(
        self, asked: list[Prompt], answers: list[Answer], scores: list[float], samples: Batch
    ) -> dict[str, float]:
        return {
            **_means("reward/mean", asked, scores),
            "reward/min": min(scores),
            "reward/max": max(scores),
            "response_length": samples["mask"].sum(1).mean().item(),
            "finished": sum(answer.finished for answer in answers) / len(answers),
            "groups_alike": _alike(scores, self.recipe.batches.group),
        }

    def _record(
        self, step: int, report: dict[str, Any], asked: list[Prompt], answers: list[Answer], scores: list[float]
    ) -> None:
        group = self.recipe.batches.group
        shown = [at * group for at in range(min(_SAMPLES_SHOWN, len(asked) // group))]
        self._write("metrics.jsonl", {"step": step, **report})
        self._write("samples.jsonl", *(_sample(step, asked[at], answers[at], scores[at]) for at in shown))

    def _write(self, name: str, *rows: dict[str, Any]) -> None:
        """Record rows; a disk that is full does not end the run, since the rows are kept and written later."""
        try:
            self.store.record(name, *rows)
        except OSError as error:
            text = f"{name} cannot be written now ({error.strerror}; {self.store.free}); its rows are kept"
            self.listener("message", {"text": text})

    def _watch(self, apart: float) -> None:
        """Say so, once, where trainer and rollout engine come to disagree on what they both compute."""
        drifts = apart > APART
        if drifts and not self._drifts:
            text = (
                f"trainer and rollout engine are {apart:.3f} apart (`train/rollout_logp_diff` beyond {APART}): "
                "lower `model_update_frequency`, give both the same `dtype`, or use `train_infer_ratio_mask`"
            )
            self.listener("message", {"text": text})
        self._drifts = drifts

    def _on_parts(self, method: str, samples: Batch, *arguments: Any) -> list[Any]:
        """Call a method on every rank with its part of the samples."""
        parts = batch.split(samples, len(self.team.trainers))
        calls = [
            (trainer, trainer.call(method, part, *arguments))
            for trainer, part in zip(self.team.trainers, parts, strict=True)
        ]
        return self.cluster.all(calls)

    def _on_trainers(self, method: str, *arguments: Any) -> list[Any]:
        return self.cluster.all(self._calls(method, *arguments))

    def _calls(self, method: str, *arguments: Any) -> list[tuple[Worker, Any]]:
        """Call a method on every rank."""
        return [(trainer, trainer.call(method, *arguments)) for trainer in self.team.trainers]

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        """Count the time of a phase, without that of phases within it."""
        self.listener("phase", {"name": name})
        outer, self._inner = self._inner, 0.0
        begun = time.perf_counter()
        yield
        spent = time.perf_counter() - begun
        self.times[name] = self.times.get(name, 0.0) + spent - self._inner
        self._inner = outer + spent

    def _environment(self, role: str) -> dict[str, str]:
        """Environment variables of a role's workers: the config's own win over the usual ones."""
        worker: WorkerConfig = getattr(self.recipe.config, role)
        usual = (
            _ENVIRONMENT
            if self.cluster.has_gpus
            else _ENVIRONMENT | _CPU_ENVIRONMENT | _threads(role, self.cluster.placement)
        )
        return usual | self.recipe.variables(worker)


def _threads(role: str, placement: Placement) -> dict[str, str]:
    """One role works at a time: its workers on a node share the cores, which all nodes are taken to have alike."""
    busiest = max(Counter(seat.node for seat in placement.of(role)).values())
    # Threads that spin while they wait for others keep these from running: beside other programs for most of a step.
    return {"OMP_NUM_THREADS": str(max(len(os.sched_getaffinity(0)) // busiest, 1)), "OMP_WAIT_POLICY": "passive"}


def _missing(waited_for: list[tuple[Worker, Any]], meeting: list[tuple[Worker, Any]]) -> str:
    """What the start of the workers waits for: trainers that still look for each other, others that load a model."""
    references = [reference for _, reference in meeting]
    apart = [worker for worker, reference in waited_for if reference in references]
    loading = [worker for worker, _ in waited_for if worker not in apart]
    parts = [f"{names(apart)} to meet the other ranks"] if apart else []
    parts += [f"{names(loading)} to load the model"] if loading else []
    return ", and for ".join(parts)


def _by_domain(asked: list[Prompt]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for at, prompt in enumerate(asked):
        found[prompt.domain].append(at)
    return found


def _means(name: str, asked: list[Prompt], scores: list[float]) -> dict[str, float]:
    """The mean score, under a name, and that of each domain below it."""
    domains = {f"{name}/{domain}": [scores[number] for number in at] for domain, at in _by_domain(asked).items()}
    return {key: sum(own) / len(own) for key, own in {name: scores, **domains}.items()}


def _alike(scores: list[float], group: int) -> float:
    """Share of the prompts whose answers all have the same score, from which a group learns nothing."""
    groups = [scores[start : start + group] for start in range(0, len(scores), group)]
    return sum(len(set(own)) == 1 for own in groups) / len(groups)


def _sample(step: int, prompt: Prompt, answer: Answer, score: float) -> dict[str, Any]:
    return {"step": step, "domain": prompt.domain, "prompt": prompt.text, "answer": answer.text, "score": score}


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _seed_of(seed: int, step: int) -> int:
    """A seed for a step, far from those of its neighbours."""
    return (seed * 1_000_003 + step * 7919) % (1 << 31)
