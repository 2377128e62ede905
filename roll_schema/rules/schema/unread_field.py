"""
A field that ROLL declares and nothing in it reads.

The key is accepted and checked, and then no line of ROLL's looks at it: whatever is written, nothing changes. Which
fields these are differs between releases.

    adv_estimator: grpo
    add_len_reward: true   # warning: [unread-field]

Delete it:

    adv_estimator: grpo
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.models.section import Section
from roll_schema.models.validation import facts_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

INSTEAD = {
    "adapter_name_or_path": "training cannot start from a saved adapter",
    "do_sample": "`temperature: 0` is greedy",
    "eval_file_name": "`validation.data_args.file_name` names the validation data",
    "use_topr_loss": "`pg_variant: topr` of `{roles.train}` is what there is",
    "use_policy_loss_type": "`pg_variant` of `{roles.train}` chooses the policy loss",
    "val_n_sample": "`validation.generating_args.num_return_sequences` says it",
    "val_greedy": "`validation.generating_args.temperature: 0` is greedy",
    "l2": "`training_args.weight_decay` is what shrinks weights",
    "dataset_filter": "the data set is not filtered",
}
"""What does what the field promises."""


@rule(Severity.WARNING, effect=Effect.IGNORED)
def unread_field(section: Section, context: Context) -> Iterator[Problem]:
    owners = [parent.class_in_roll() for parent in type(section).__mro__ if issubclass(parent, Section)]
    unread = {field for owner in owners for field in context.release.unread.get(owner, ())}
    facts = facts_of(type(section), context.release)
    for field in sorted(unread & set(facts) & section.model_fields_set):
        message = f"nothing in ROLL {context.release.name} reads `{field}`"
        instead = INSTEAD.get(field, "").format(roles=context.roles)
        # A value that is the default anyway changes nothing by being ignored.
        by_default = section.__dict__.get(field, ...) == facts[field].get("default")
        severity = Severity.INFO if by_default else None
        advice = f"Delete it: {instead}." if instead else "Delete it."
        yield Problem(field, message, advice, severity=severity, at_key=True)
