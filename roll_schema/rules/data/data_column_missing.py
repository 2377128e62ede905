"""
A column that the data does not have.

`messages` and `prompt` name the column that prompts come from. Rows without it stop the run when the data set is
loaded. Read are the first rows of JSON lines below the folder that roll-lint is started in.

With rows such as `{"question": "1+1?", "ground_truth": "2", "tag": "math"}` in `data/math.jsonl`:

    actor_train:
      data_args: {file_name: [data/math.jsonl], messages: messages}

is an error at `messages`, and silent with `prompt: question` instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.dataset import sample
from roll_schema.models.each import each
from roll_schema.planning.workers import data_files_of
from roll_schema.rules.rule import RLVR_TRAINING, Context, Problem, rule
from roll_schema.rules.unknown import did_you_mean
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import listed

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.STARTUP, pipelines=RLVR_TRAINING)
def data_column_missing(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    arguments = config.actor_train.data_args
    key = "messages" if arguments is not None and arguments.messages else "prompt"
    column = getattr(arguments, key, None)
    if arguments is None or not column:
        return
    written = f"actor_train.data_args.{key}"

    def judge(place: str, name: str) -> Iterator[Problem]:
        read = sample(name)
        if read is None or not read.rows or any(column in row for row in read.rows):
            return
        names = sorted(map(str, read.rows[0]))
        yield Problem(
            written if context.is_set(written) else place,
            f"the rows of `{name}` have no column `{column[:60]}`",
            help=did_you_mean(column, names, f"They have {listed(names)}.")[0],
            also={place: "the file"},
        )

    yield from each(data_files_of("actor_train", config.actor_train), judge)
