"""
Tag without a reward.

RLVR sends a row to the reward that lists its `tag` in `tag_included`. A row with an unlisted tag gets the domain
`math_rule`. If that domain is configured, its reward scores the row, which may be the wrong verifier. If not, training
skips the row, and validation fails. Rows with their own `domain` keep it. The rule reads the first rows of JSON Lines
files below the working directory of roll-lint.

With rows tagged `math` and `logic` in `data/mixed.jsonl`, this is a warning at the file:

    actor_train:
      data_args: {file_name: [data/mixed.jsonl]}
    rewards:
      math_rule: {tag_included: [math]}

`tag_included: [math, logic]` lists both tags.

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, update_dataset_domain
- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, example["domain"] == dom
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.dataset import DEFAULT_DOMAIN, sample
from roll_schema.models.each import each
from roll_schema.models.section import fields_of, known
from roll_schema.planning.workers import data_files_of
from roll_schema.rules.rule import ON_TEXT, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import listed

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT, pipelines=ON_TEXT)
def unrewarded_tag(config: RLVRConfig) -> Iterator[Problem]:
    rewards = config.rewards or {}
    domains = {tag: name for name, reward in rewards.items() for tag in reward.tag_included or ()}

    def judge(role: str, worker: WorkerConfig | None) -> Iterator[Problem]:
        for place, name in known(data_files_of(role, worker)) if worker is not None else ():
            rows = part.rows if (part := sample(name)) is not None else ()
            tags = {row.get("tag") for row in rows if row.get("domain") is None and isinstance(row.get("tag"), str)}
            if unlisted := sorted(map(str, tags - domains.keys())):
                severity, effect, result = _outcome(config, role)
                shown = listed([tag[:60] for tag in unlisted])
                yield Problem(
                    place,
                    f"tag {shown} of `{name}` has no reward: {result}",
                    help=f"add `{unlisted[0][:60]}` to `tag_included` of a reward",
                    severity=severity,
                    effect=effect,
                )

    yield from each(fields_of(config, "actor_train", "validation"), judge)


def _outcome(config: RLVRConfig, role: str) -> tuple[Severity, Effect, str]:
    """What ROLL does with rows of the default domain."""
    data, training = config.actor_train.data_args, role == "actor_train"
    shares = data.domain_interleave_probs if data is not None else None
    if training and DEFAULT_DOMAIN not in (shares or config.rewards or {}):
        return Severity.WARNING, Effect.IGNORED, "training skips its rows"
    if DEFAULT_DOMAIN in (config.rewards or {}):
        return Severity.WARNING, Effect.DIFFERENT, f"`{DEFAULT_DOMAIN}` scores its rows"
    effect = Effect.STARTUP if training else Effect.EVALUATION
    return Severity.ERROR, effect, f"its rows need `rewards.{DEFAULT_DOMAIN}`"
