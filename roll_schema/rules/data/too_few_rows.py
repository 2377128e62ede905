"""
Too few rows of a domain.

Each step takes the share of a domain out of `rollout_batch_size` prompts. ROLL asserts when it loads the data that the
domain has more rows than one step takes. The rule reads JSON Lines files of at most 200 rows below the working
directory of roll-lint.

With 40 rows tagged `math` in `data/math.jsonl`, this is an error at `math_rule`:

    rollout_batch_size: 64
    actor_train:
      data_args: {file_name: [data/math.jsonl], domain_interleave_probs: {math_rule: 1.0}}
    rewards:
      math_rule: {tag_included: [math]}

`rollout_batch_size: 32` takes fewer rows.

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, assert domain_batch_size < len(self.domain_datasets[domain])
- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, update_dataset_domain
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.dataset import domain_of, sample
from roll_schema.planning.workers import data_files_of, prompts_per_domain
from roll_schema.rules.rule import ON_TEXT, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.STARTUP, pipelines=ON_TEXT)
def too_few_rows(config: RLVRConfig) -> Iterator[Problem]:
    arguments = config.actor_train.data_args
    if arguments is None or not arguments.domain_interleave_probs:
        return
    samples = [sample(name) for _, name in data_files_of("actor_train", config.actor_train)]
    if not samples or not all(part is not None and part.complete for part in samples):
        return
    domains = {tag: name for name, reward in (config.rewards or {}).items() for tag in reward.tag_included or ()}
    rows = Counter(domain_of(row, domains) for part in samples if part is not None for row in part.rows)
    for domain, taken in prompts_per_domain(arguments.domain_interleave_probs, config.rollout_batch_size).items():
        if taken >= rows[domain] > 0:
            yield Problem(
                f"actor_train.data_args.domain_interleave_probs.{domain}",
                f"`{domain}` must have more rows than a step takes ({taken}), found {rows[domain]}",
                help=f"lower `rollout_batch_size`, or add rows of `{domain}`",
                also={"/rollout_batch_size": "prompts per step"},
            )
