"""
A key that the backend does not know.

ROLL hands `strategy_config` to the backend as it is. Megatron and vLLM refuse a key that they do not know when the
workers start; DeepSpeed ignores one at its top level and refuses one inside most of its sections; FSDP2 and `hf_infer`
ignore it. Where the known keys are of another version than the one ROLL installs, this is a warning.

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_parallel_size: 2   # error: [unknown-strategy-key]

Write the backend's own name:

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_model_parallel_size: 2
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import releases
from roll_schema.facts.strategies import Backend, Entry, backend_of, entries
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.change import Rename
from roll_schema.source.diagnostic import Effect, Severity
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
"""Names that another backend has for the same thing."""


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def unknown_strategy_key(strategy: StrategyArguments, context: Context) -> Iterator[Problem]:
    backend = backend_of(strategy.strategy_name)
    if backend is None or not strategy.strategy_config or backend.unknown == "passed on":
        return
    found = list(entries(backend, strategy.strategy_config, context.release))
    unknown = [entry for entry in found if entry.key is None]
    if other := meant_for(backend, found):
        deed = "ignores them" if backend.unknown == "ignored" else "refuses them when the workers start"
        names = listed([entry.name for entry in unknown if "." not in entry.path])
        message = f"these are settings of {other.title} ({names}), but `{strategy.strategy_name}` {deed}"
        effect = Effect.IGNORED if backend.unknown == "ignored" else Effect.WORKER_START
        own = f"Write {backend.title}'s own settings" if backend.keys else "Delete them"
        advice = f"{own}, or choose a strategy of {other.title}."
        also = {"strategy_name": "the backend"}
        yield Problem("strategy_config", message, advice, also, effect, at_key=True)
        unknown = [entry for entry in unknown if "." in entry.path]
    for entry in unknown:
        yield _problem(entry, backend, strategy.strategy_name, context.release)


def meant_for(asked: Backend, found: list[Entry]) -> Backend | None:
    """The backend that settings were written for, when the asked one knows several of their keys not."""
    unknown = [entry.name for entry in found if entry.key is None and "." not in entry.path]
    if len(unknown) < 2:
        return None
    others = (backend_of(name) for name in ("deepspeed_train", "megatron_train", "fsdp2_train", "vllm"))
    fitting = (other for other in others if other and all(name in other.keys for name in unknown))
    return next((other for other in fitting if other is not asked), None)


def _problem(entry: Entry, backend: Backend, strategy_name: str, release: Release) -> Problem:
    nested = "." in entry.path
    # DeepSpeed drops every `auto` before it looks at the keys of a section.
    checked = entry.inside is not None and not entry.inside.lax and entry.value != "auto" and backend.of
    ignored = backend.unknown == "ignored" and not checked
    others = _other_releases(entry.name, backend, release)
    if entry.name in SLIPS:
        meant = SLIPS[entry.name] if SLIPS[entry.name] in entry.known else None
    else:
        meant = closest(entry.name, entry.known, cutoff=0.85)
    where = f"`{entry.path.rpartition('.')[0]}` of " if nested else ""
    deed = "ignores it in silence" if ignored else "refuses it when the workers start"
    if not entry.known:
        message = f"`{strategy_name}` reads no settings: `{entry.path}` is ignored"
    elif others:
        message = f"ROLL {release.name} hands `{entry.path}` to {backend.title}, which {deed}"
    else:
        message = f"{where}{backend.title} has no key `{entry.name}`, and {deed}"
    if others:
        help_text = f"Delete it: only ROLL {releases.span_of(others)} {'reads' if len(others) == 1 else 'read'} it."
    elif meant:
        help_text = f"Did you mean `{meant}`?"
    else:
        help_text = "Delete it, or correct its name."
    doubtful = bool(backend.of) and backend.unknown != "refused" and not others and entry.name not in SLIPS
    typo = meant is not None and backend.unknown != "perhaps"
    severity = Severity.WARNING if (doubtful and not typo) or not entry.known else Severity.ERROR
    if severity is Severity.WARNING and backend.of:
        help_text += f" Known are the keys of {backend.of}."
    effect = Effect.IGNORED if ignored else Effect.WORKER_START
    change = Rename(meant) if meant and not others else None
    path = f"strategy_config.{entry.path}"
    return Problem(path, message, help_text, {}, effect, severity, at_key=True, change=change, certain=typo)


def _other_releases(name: str, backend: Backend, release: Release) -> list[str]:
    """Releases of ROLL that take a key which this one does not take."""
    key = backend.keys.get(name)
    if key is None or release.matches(key.releases):
        return []
    return [other for other in releases.NAMES if releases.load(other).matches(key.releases)]
