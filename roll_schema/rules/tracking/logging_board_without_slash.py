"""
Logging board folder without a final slash.

Detects a `save_logging_board_dir` that does not end in `/`. ROLL appends the file name to it as it is: with `./board`,
files are called `./boarddata_...` and lie next to the folder that ROLL creates.

    save_logging_board_dir: ./board   # warning: [logging-board-without-slash]
    enable_old_logprobs_recompute: true

Add the slash:

    save_logging_board_dir: ./board/
    enable_old_logprobs_recompute: true

References:

- ROLL 0.1.3-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, open(file_dir + file_name
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT, releases=">=0.1.3", pipelines=("rlvr",))
def logging_board_without_slash(config: RLVRConfig) -> Iterator[Problem]:
    folder = config.save_logging_board_dir
    if folder and not folder.endswith("/"):
        message = "`save_logging_board_dir` must end with `/`: ROLL appends file names without one"
        yield Problem("save_logging_board_dir", message, f"set `save_logging_board_dir: {folder}/`")
