"""
Unread field.

ROLL declares the field, accepts and checks its value, and never reads it. Which fields these are differs between
releases.

    adv_estimator: grpo
    add_len_reward: true   # warning: [unread-field]

Remove it:

    adv_estimator: grpo

References:

- ROLL 0.1.0-0.1.1: roll/pipeline/rlvr/rlvr_config.py, add_len_reward: bool
- ROLL 0.1.3-0.3.0: roll/configs/base_config.py, add_len_reward: bool
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.models.section import Section
from roll_schema.models.validation import facts_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

INSTEAD = {
    "adapter_name_or_path": "training cannot start from a saved adapter",
    "dataset_filter": "ROLL does not filter the data set",
    "do_sample": "set `temperature: 0` for greedy sampling",
    "eval_file_name": "set `validation.data_args.file_name`",
    "use_topr_loss": "set `{roles.train}.pg_variant: topr`",
    "use_policy_loss_type": "set `{roles.train}.pg_variant`",
    "val_n_sample": "set `validation.generating_args.num_return_sequences`",
    "val_greedy": "set `validation.generating_args.temperature: 0`",
    "l2": "set `training_args.weight_decay`",
}
"""What does the same, or that nothing does."""


@rule(Severity.WARNING, effect=Effect.IGNORED)
def unread_field(section: Section, context: Context) -> Iterator[Problem]:
    owners = [parent.class_in_roll() for parent in type(section).__mro__ if issubclass(parent, Section)]
    unread = {field for owner in owners for field in context.release.unread.get(owner, ())}
    facts = facts_of(type(section), context.release)
    for field in sorted(unread & set(facts) & section.model_fields_set):
        message = f"`{field}` has no effect: ROLL {context.release.name} never reads it"
        instead = INSTEAD.get(field, "").format(roles=context.roles)
        # The default changes nothing, even if ROLL ignores it.
        by_default = section.__dict__.get(field, ...) == facts[field].get("default")
        severity = Severity.INFO if by_default else None
        advice = f"remove `{field}`; {instead}" if instead else f"remove `{field}`"
        yield Problem(field, message, advice, severity=severity, at_key=True)
