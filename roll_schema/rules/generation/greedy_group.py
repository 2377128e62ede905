"""
Group of greedy samples.

With `temperature: 0`, the engine always picks the most likely token, so all samples of a prompt are equal. Their
rewards are equal too, and their advantages within the group are 0. vLLM refuses a greedy request for more than one
sample. ROLL sends such requests unless `is_num_return_sequences_expand` splits them.

    num_return_sequences_in_group: 8
    actor_infer:
      generating_args:
        temperature: 0   # warning: [greedy-group]

Sample the rollouts:

    num_return_sequences_in_group: 8
    actor_infer:
      generating_args:
        temperature: 0.99

References:

- ROLL 0.1.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, create_sampling_params_for_vllm
- vLLM 0.32.0: vllm/sampling_params.py, SamplingParams._verify_greedy_sampling
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def greedy_group(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    sampling, group = config.actor_infer.generating_args, config.num_return_sequences_in_group
    if sampling is not None and sampling.temperature == 0 and group > 1:
        yield Problem(
            "actor_infer.generating_args.temperature",
            f"`temperature: 0` makes all {group} samples of a prompt equal",
            help="set `temperature: 0.99`",
            also=context.where_set({"num_return_sequences_in_group": f"samples per prompt: {group}"}),
        )
