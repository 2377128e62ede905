"""
Missing column in the data.

`messages` or `prompt` names the column that RLVR makes prompts from. If the rows do not have it, loading the data
fails. The rule reads the first rows of JSON Lines files below the working directory of roll-lint.

With rows such as `{"question": "1+1?", "ground_truth": "2", "tag": "math"}` in `data/math.jsonl`, this is an error at
`messages`:

    actor_train:
      data_args: {file_name: [data/math.jsonl], messages: messages}

`prompt: question` names a column that exists.

References:

- ROLL 0.1.1-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, get_encode_function.encode_function
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.dataset import sample
from roll_schema.models.each import each
from roll_schema.planning.workers import data_files_of
from roll_schema.rules.rule import ON_TEXT, Context, Problem, rule
from roll_schema.rules.unknown import did_you_mean
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import listed

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.STARTUP, releases=">=0.1.1", pipelines=ON_TEXT)
def data_column_missing(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    arguments = config.actor_train.data_args
    key = "messages" if arguments is not None and arguments.messages else "prompt"
    column = getattr(arguments, key, None)
    if arguments is None or not column:
        return
    column_key = f"actor_train.data_args.{key}"

    def judge(place: str, name: str) -> Iterator[Problem]:
        read = sample(name)
        if read is None or not read.rows or any(column in row for row in read.rows):
            return
        names = sorted(map(str, read.rows[0]))
        yield Problem(
            column_key if context.is_set(column_key) else place,
            f"missing column `{column[:60]}` in `{name}`",
            help=did_you_mean(column, names, f"set `{key}` to {'one of ' if len(names) > 1 else ''}{listed(names)}")[0],
            also={place: "data file"},
        )

    yield from each(data_files_of("actor_train", config.actor_train), judge)
