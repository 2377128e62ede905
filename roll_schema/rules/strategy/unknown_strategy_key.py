"""
Unknown key of a backend.

ROLL passes `strategy_config` to the backend. Megatron and vLLM refuse an unknown key when the workers start. DeepSpeed
ignores one at its top level and refuses one inside most sections. FSDP2 and `hf_infer` ignore it. Where the known keys
are of another version than the one that ROLL installs, this is a warning.

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_parallel_size: 2   # error: [unknown-strategy-key]

Use the name of the backend:

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_model_parallel_size: 2

References:

- ROLL 0.1.0-0.3.0: roll/distributed/strategy/megatron_strategy.py, TrainingArguments(**config_dict)
- ROLL 0.1.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, **vllm_config
- DeepSpeed 0.19.8: deepspeed/runtime/config_utils.py, DeepSpeedConfigModel
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import releases
from roll_schema.facts.strategies import Backend, Entry, backend_of, entries
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.change import Rename
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.path import dotted, parse
from roll_schema.source.text import closest, listed

if TYPE_CHECKING:
    from roll_schema.facts.releases import Release
    from roll_schema.models.strategy_args import StrategyArguments

SLIPS = {
    "tensor_model_parallel_size": "tensor_parallel_size",
    "pipeline_model_parallel_size": "pipeline_parallel_size",
    "tensor_parallel_size": "tensor_model_parallel_size",
    "pipeline_parallel_size": "pipeline_model_parallel_size",
    "tp_size": "tensor_parallel_size",
}
"""Names of one backend that another one has for the same setting."""


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def unknown_strategy_key(strategy: StrategyArguments, context: Context) -> Iterator[Problem]:
    backend = backend_of(strategy.strategy_name)
    if backend is None or not strategy.strategy_config or backend.unknown == "passed on":
        return
    written = list(entries(backend, strategy.strategy_config, context.release))
    unknown = [entry for entry in written if entry.key is None]
    if other := meant_for(backend, written):
        ignored = backend.unknown == "ignored"
        names = listed([entry.name for entry in unknown if "." not in entry.path])
        verb = "ignores" if ignored else "refuses"
        message = f"`strategy_config` has keys of {other.title} ({names}), which `{strategy.strategy_name}` {verb}"
        effect = Effect.IGNORED if ignored else Effect.WORKER_START
        also = {"strategy_name": "the strategy"}
        advice = f"use keys of {backend.title}, or a strategy of {other.title}"
        advice = advice if backend.keys else f"set `strategy_config: {{}}`, or use a strategy of {other.title}"
        yield Problem("strategy_config", message, advice, also, effect, at_key=True)
        unknown = [entry for entry in unknown if "." in entry.path]
    for entry in unknown:
        yield _problem(entry, backend, strategy.strategy_name, context.release)


def meant_for(backend: Backend, written: list[Entry]) -> Backend | None:
    """The backend that settings were written for, if the given one does not know several of their keys."""
    unknown = [entry.name for entry in written if entry.key is None and "." not in entry.path]
    if len(unknown) < 2:
        return None
    others = (backend_of(name) for name in ("deepspeed_train", "megatron_train", "fsdp2_train", "vllm"))
    fitting = (other for other in others if other and all(name in other.keys for name in unknown))
    return next((other for other in fitting if other is not backend), None)


def _problem(entry: Entry, backend: Backend, strategy_name: str, release: Release) -> Problem:
    nested = "." in entry.path
    # DeepSpeed drops every `auto` before it checks the keys of a section.
    checked = entry.inside is not None and not entry.inside.lax and entry.value != "auto" and backend.of
    ignored = backend.unknown == "ignored" and not checked
    others = _other_releases(entry.name, backend, release)
    if entry.name in SLIPS:
        meant = SLIPS[entry.name] if SLIPS[entry.name] in entry.known else None
    else:
        meant = closest(entry.name, entry.known, cutoff=0.85)
    if others:
        reads = "reads" if len(others) == 1 else "read"
        advice = f"remove `{entry.name}`, which only ROLL {releases.span_of(others)} {reads}"
    elif meant:
        advice = f"did you mean `{meant}`?"
    else:
        advice = f"remove `{entry.name}`, or correct its name"
    doubtful = bool(backend.of) and backend.unknown != "refused" and not others and entry.name not in SLIPS
    typo = meant is not None and backend.unknown != "perhaps"
    severity = Severity.WARNING if (doubtful and not typo) or not entry.known else Severity.ERROR
    if not entry.known:
        message = f"`{entry.path}` has no effect: `{strategy_name}` reads no `strategy_config`"
    else:
        where = f" in `{dotted(parse(entry.path)[:-1])}`" if nested else ""
        verb = "ignores" if ignored else "may refuse" if severity is Severity.WARNING else "refuses"
        known = f" (checked against {backend.of})" if severity is Severity.WARNING and backend.of else ""
        since = f" in ROLL {release.name}" if others else ""
        message = f"unknown key `{entry.name}`{where}{since}; {backend.title} {verb} it{known}"
    effect = Effect.IGNORED if ignored else Effect.WORKER_START
    change = Rename(meant) if meant and not others else None
    path = f"strategy_config.{entry.path}"
    return Problem(path, message, advice, {}, effect, severity, at_key=True, change=change, certain=typo)


def _other_releases(name: str, backend: Backend, release: Release) -> list[str]:
    """Releases of ROLL that have a key which this one does not have."""
    key = backend.keys.get(name)
    if key is None or release.matches(key.releases):
        return []
    return [other for other in releases.NAMES if releases.load(other).matches(key.releases)]
