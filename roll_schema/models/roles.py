"""Which section of a config plays which part: in pure on-policy distillation, the student's sections are the actors.

The typed config has each section in the field of its part. Rules and plans go by these fields, `actor_train` and
`actor_infer`; what a person reads, and every path in the tree, has the sections' own names.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from roll_schema.source.diagnostic import Fault

if TYPE_CHECKING:
    from roll_schema.models.section import Section
    from roll_schema.source.tree import Node


class Roles(NamedTuple):
    """The sections that play the parts; `discarded` are those that ROLL drops, with what takes their places."""

    train: str = "actor_train"
    infer: str = "actor_infer"
    discarded: dict[str, str] = {}

    def written(self, path: str) -> str:
        """A path that begins with a part, as the config has it; any other as it is."""
        part, dot, rest = path.partition(".")
        return f"{self._sections.get(part, part)}{dot}{rest}"

    def kept(self, root: Node) -> Node:
        """The config without the sections that are discarded."""
        return replace(root, value={key: node for key, node in root.value.items() if key not in self.discarded})

    def faults(self, root: Node) -> Iterator[Fault]:
        """The sections that are there although they are discarded."""
        for section, instead in self.discarded.items():
            node = root.value.get(section)
            if node is not None:
                message = f"`{section}` is ignored: pure distillation uses `{instead}`"
                advice = f"move the settings of `{section}` to `{instead}`"
                yield Fault("discarded-section", message, node.key_span or node.span, advice, section)

    def give_parts(self, config: Section) -> None:
        """Move the sections of a typed config into the fields of their parts."""
        values = vars(config)
        for part, section in self._sections.items():
            if part != section:
                values.pop(part, None)
                if section in values:  # otherwise it is unknown
                    values[part] = values[section]
                values[section] = None

    @property
    def _sections(self) -> dict[str, str]:
        return {"actor_train": self.train, "actor_infer": self.infer}


USUAL = Roles()

STUDENT = Roles(
    "student_train",
    "student_infer",
    {"actor_train": "student_train", "actor_infer": "student_infer", "reference": "teacher"},
)
"""The roles of pure on-policy distillation."""


def roles_of(root: Node, fields: Container[str], pipeline: str) -> Roles:
    """The roles of a config whose top level has these fields: the student's where it or its start script asks so."""
    switch = root.value.get("is_pure_opd")
    asked = switch is not None and switch.value is True
    return STUDENT if "is_pure_opd" in fields and (asked or pipeline == "onpolicy_distill") else USUAL
