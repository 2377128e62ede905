"""
Single-message template for chat data.

The templates `base` and `empty` accept exactly one message, with the role `user`. A row with a system message or an
answer fails when the data is loaded. The rule reads the first rows of JSON Lines files below the working directory of
roll-lint.

With `{"messages": [{"role": "system", "content": "..."}, {"role": "user", "content": "..."}]}` in `data/math.jsonl`,
this is an error at `template`:

    actor_train:
      data_args: {file_name: [data/math.jsonl], template: base, messages: messages}

`template: qwen2_5` accepts such rows.

References:

- ROLL 0.1.0-0.3.0: roll/datasets/chat_template.py, base_chat_template
- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, get_encode_function.encode_function
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from roll_schema.facts.catalog.dataset import sample
from roll_schema.models.each import each
from roll_schema.planning.workers import data_files_of
from roll_schema.rules.rule import ON_TEXT, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig

FOR_ONE = ("base", "empty")


@rule(Severity.ERROR, effect=Effect.STARTUP, pipelines=ON_TEXT)
def template_for_one_message(config: RLVRConfig) -> Iterator[Problem]:
    arguments = config.actor_train.data_args
    column = (arguments.messages or "") if arguments is not None else ""
    if arguments is None or not column:
        return
    template = config.global_template or arguments.template
    if template not in FOR_ONE:
        return
    key, owner = ("global_template", "") if config.global_template else ("template", "actor_train.data_args.")
    other_templates = config.tag_to_template or {}

    def judge(place: str, name: str) -> Iterator[Problem]:
        rows = part.rows if (part := sample(name)) is not None else ()
        chats = (at for at, row in enumerate(rows, 1) if not _is_one(row.get(column)))
        number = next((at for at in chats if rows[at - 1].get("tag") not in other_templates), None)
        if number is not None:
            yield Problem(
                f"{owner}{key}",
                f"template `{template}` requires one user message per row, found others in row {number} of `{name}`",
                help=f"set `{key}` to a chat template such as `qwen2_5`",
                also={place: "data file"},
            )

    yield from each(data_files_of("actor_train", config.actor_train), judge)


def _is_one(messages: Any) -> bool:
    """Whether the messages of a row, which may be JSON in a string, are one user message; others are not judged."""
    if isinstance(messages, str):
        try:
            messages = json.loads(messages)
        except (ValueError, RecursionError):
            return True
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        return True
    return [message.get("role") for message in messages] == ["user"]
