"""
Arithmetic that roll-run does not have.

roll-run computes advantages, loss and gradients as the config's release of ROLL does. It has the arithmetic of the
releases that it was compared with, and none for ROLL 0.1.0, which normalizes rewards by settings that no later release
has. It also refuses what fails in ROLL at the first step, since there is nothing to agree with:

- a clip range of null,
- `target_kl: 0`, by which ROLL divides,
- `loss_agg_mode: token-mean` with ROLL 0.2.0, which divides by a mapping there.

    pg_clip: null   # error: [arithmetic-not-covered]
    target_kl: 0.0   # error: [arithmetic-not-covered]
    add_token_level_kl: true

Give the numbers, or start the config with `--engine roll`:

    pg_clip: 0.2
    target_kl: 6.0
    add_token_level_kl: true

References:

- roll-run 0.1.0: roll_schema/facts/supported.py, ARITHMETIC
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import supported
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR)
def arithmetic_not_covered(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    release = context.release.name
    if release not in supported.ARITHMETIC:
        yield Problem(
            "",
            f"roll-run does not have the arithmetic of ROLL {release}, only of {', '.join(supported.ARITHMETIC)}",
            "Name another release (`--roll-release`), or start it with `--engine roll`.",
        )
    for name in _clip_ranges(config):
        if getattr(config, name) is None:
            yield Problem(
                name, f"`{name}` must be a number, found null: the loss is clipped by it", f"Set `{name}: 0.2`."
            )
    if config.target_kl == 0:
        yield Problem("target_kl", "`target_kl` must not be 0: ROLL divides by it", "Set `target_kl: 6.0`.")
    if release == "0.2.0" and config.loss_agg_mode == "token-mean":
        yield Problem(
            "loss_agg_mode",
            "`loss_agg_mode: token-mean` fails in ROLL 0.2.0: it divides by a mapping of counts",
            "Set `loss_agg_mode: seq-mean-token-mean`, or use ROLL 0.2.1.",
        )


def _clip_ranges(config: RLVRConfig) -> tuple[str, ...]:
    """The fields that the policy loss is clipped by."""
    ranges = ("pg_clip_low", "pg_clip_high") if config.use_pg_clip_range else ("pg_clip",)
    return (*ranges, "pg_clip") if config.use_pg_clip_range and config.dual_clip_loss else ranges
