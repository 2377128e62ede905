"""
Rows whose tag no reward is for.

A row goes to the reward that lists its `tag` in `tag_included`. A row with any other tag becomes one of `math_rule`, so
that the wrong verifier scores it; without a reward of that name, the first such row stops the run. Rows with a `domain`
of their own keep it. Read are the first rows of JSON lines below the folder that roll-lint is started in.

With rows tagged `math` and `logic` in `data/mixed.jsonl`:

    actor_train:
      data_args: {file_name: [data/mixed.jsonl]}
    rewards:
      math_rule: {tag_included: [math]}

is a warning at the file, and silent with `tag_included: [math, logic]`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.dataset import DEFAULT_DOMAIN, sample
from roll_schema.models.each import each
from roll_schema.models.section import fields_of, known
from roll_schema.planning.workers import data_files_of
from roll_schema.rules.rule import RLVR_TRAINING, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import listed

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.IGNORED, pipelines=RLVR_TRAINING)
def unrewarded_tag(config: RLVRConfig) -> Iterator[Problem]:
    rewards = config.rewards or {}
    domains = {tag: name for name, reward in rewards.items() for tag in reward.tag_included or ()}
    caught = DEFAULT_DOMAIN in rewards

    def judge(role: str, worker: WorkerConfig | None) -> Iterator[Problem]:
        for place, name in known(data_files_of(role, worker)) if worker is not None else ():
            read = sample(name)
            found = [row.get("tag") for row in read.rows if row.get("domain") is None] if read is not None else []
            other = sorted({tag for tag in found if isinstance(tag, str)} - domains.keys())
            if not other:
                continue
            shown = listed([tag[:60] for tag in other])
            yield Problem(
                place,
                f"rows of `{name}` are tagged {shown}, which no reward lists: "
                + (f"`{DEFAULT_DOMAIN}` scores them" if caught else f"there is no `{DEFAULT_DOMAIN}` to score them"),
                help="Add the tag to the `tag_included` of the reward that is meant, or leave such rows out.",
                severity=Severity.WARNING if caught else Severity.ERROR,
                effect=Effect.IGNORED if caught else Effect.FIRST_STEP if role == "actor_train" else Effect.EVALUATION,
            )

    yield from each(fields_of(config, "actor_train", "validation"), judge)
