"""
A domain with fewer rows than a step takes from it.

Each step takes a domain's share of `rollout_batch_size` prompts. ROLL asserts when the data set is loaded that the
domain has more rows than that. Judged are files that are read to their end: up to 200 rows of JSON lines below the
folder that roll-lint is started in.

With 40 rows tagged `math` in `data/math.jsonl`:

    rollout_batch_size: 64
    actor_train:
      data_args: {file_name: [data/math.jsonl], domain_interleave_probs: {math_rule: 1.0}}
    rewards:
      math_rule: {tag_included: [math]}

is an error at `math_rule`, and silent with `rollout_batch_size: 32`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.dataset import domain_of, sample
from roll_schema.planning.workers import data_files_of, prompts_per_domain
from roll_schema.rules.rule import RLVR_TRAINING, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.STARTUP, pipelines=RLVR_TRAINING)
def too_few_rows(config: RLVRConfig) -> Iterator[Problem]:
    arguments = config.actor_train.data_args
    if arguments is None or not arguments.domain_interleave_probs:
        return
    read = [sample(name) for _, name in data_files_of("actor_train", config.actor_train)]
    if not read or not all(part is not None and part.complete for part in read):
        return
    domains = {tag: name for name, reward in (config.rewards or {}).items() for tag in reward.tag_included or ()}
    rows = Counter(domain_of(row, domains) for part in read if part is not None for row in part.rows)
    for domain, taken in prompts_per_domain(arguments.domain_interleave_probs, config.rollout_batch_size).items():
        if taken >= rows[domain] > 0:
            yield Problem(
                f"actor_train.data_args.domain_interleave_probs.{domain}",
                f"a step takes {taken} of {config.rollout_batch_size} prompts from `{domain}`, and the data has "
                f"{rows[domain]} rows of it",
                help="Lower `rollout_batch_size` or the share, or add rows.",
                also={"/rollout_batch_size": "prompts per step"},
            )
