"""
A template for one message, and rows with several.

The templates `base` and `empty` take exactly one message of the user; a row with a system message, or with an answer to
go on from, stops the run when the data set is loaded. Read are the first rows of JSON lines below the folder that
roll-lint is started in.

With `{"messages": [{"role": "system", "content": "..."}, {"role": "user", "content": "..."}]}` in `data/math.jsonl`:

    actor_train:
      data_args: {file_name: [data/math.jsonl], template: base, messages: messages}

is an error at the template, and silent with `template: qwen2_5`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from roll_schema.facts.catalog.dataset import sample
from roll_schema.models.each import each
from roll_schema.planning.workers import data_files_of
from roll_schema.rules.rule import RLVR_TRAINING, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig

FOR_ONE = ("base", "empty")


@rule(Severity.ERROR, effect=Effect.STARTUP, pipelines=RLVR_TRAINING)
def template_for_one_message(config: RLVRConfig) -> Iterator[Problem]:
    arguments = config.actor_train.data_args
    column = (arguments.messages or "") if arguments is not None else ""
    if arguments is None or not column:
        return
    template = config.global_template or arguments.template
    if template not in FOR_ONE:
        return

    def judge(place: str, name: str) -> Iterator[Problem]:
        read = sample(name)
        rows = read.rows if read is not None else ()
        number = next((at for at, row in enumerate(rows, 1) if not _is_one(row.get(column))), None)
        if number is not None:
            yield Problem(
                "global_template" if config.global_template else "actor_train.data_args.template",
                f"template `{template}` takes one message of the user, and row {number} of `{name}` has something else",
                help="Choose a chat template, such as `qwen2_5`, or reduce the rows to the user's message.",
                also={place: "the rows"},
            )

    yield from each(data_files_of("actor_train", config.actor_train), judge)


def _is_one(messages: Any) -> bool:
    """Whether a row's messages, which may be JSON in a text, are one of the user; what is neither is not judged."""
    if isinstance(messages, str):
        try:
            messages = json.loads(messages)
        except (ValueError, RecursionError):
            return True
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        return True
    return [message.get("role") for message in messages] == ["user"]
