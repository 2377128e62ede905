"""
Invalid merge key.

The merge key `<<` copies the keys of another mapping, or of a sequence of mappings. With any other value the file does
not load.

    actor_train:
      <<: deepspeed_train   # error: [invalid-merge]

Merge a mapping that has an anchor:

    reference: &worker
      model_args: {dtype: bf16}
    actor_train:
      <<: *worker

References:

- PyYAML 6.0.4: yaml/constructor.py, SafeConstructor.flatten_mapping
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

invalid_merge = fault_rule(__name__)
