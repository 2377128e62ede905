"""
A chat template that ROLL does not have, for a tag.

ROLL 0.3.0 looks the templates of `tag_to_template` up while it loads the config.

    tag_to_template:
      math_dapo: qwen_3   # error: [unknown-template]

Write one of its own names:

    tag_to_template:
      math_dapo: qwen3
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.diagnostic import Severity
from roll_schema.rule import Context, Problem, rule
from roll_schema.text import closest

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, fails="at load", releases=">=0.3.0")
def unknown_template(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    known = context.release.registries["templates"]
    for tag, template in (config.tag_to_template or {}).items():
        if template not in known:
            close = closest(template, known)
            listed = ", ".join(f"`{name}`" for name in known)
            advice = f"Did you mean `{close}`?" if close else "Write one of these."
            yield Problem(f"tag_to_template.{tag}", f"ROLL has no template `{template}`, it has {listed}", advice)
