"""What a rule is: a generator of Problems over one kind of thing, with its manual as the docstring of its module."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from roll_schema.facts.missing import FactMissing
from roll_schema.models.roles import STUDENT, USUAL, Roles
from roll_schema.models.section import Unresolved, guarded
from roll_schema.source.path import parse
from roll_schema.source.tree import UNKNOWN, Node, lookup, plain

if TYPE_CHECKING:
    from roll_schema.facts.catalog.gpus import Cluster, Gpu
    from roll_schema.facts.releases import Release
    from roll_schema.source.change import Change
    from roll_schema.source.diagnostic import Effect, Severity


class Problem(NamedTuple):
    """A finding at a field of the thing that the rule looks at (dotted; empty: the thing itself).

    `also` maps further fields to what they have to do with it; `effect` and `severity` overrule the rule's own.
    `change` is the fix for a machine to make; where it is not `certain` that it was meant so, only when asked for.
    """

    field: str
    message: str
    help: str = ""
    also: dict[str, str] = {}
    effect: Effect | None = None
    severity: Severity | None = None
    at_key: bool = False
    change: Change | None = None
    certain: bool = True


class Context(NamedTuple):
    """What a rule may know beside the section it looks at; `path` is that section's place in the config.

    `roles` has the names of the sections that play the parts of `actor_train` and `actor_infer`, for what people read.
    `compared` is the release that the config comes from, when two are compared; `targets` where it shall run but in
    ROLL itself.
    """

    release: Release
    root: Node
    path: str = ""
    pipeline: str = "rlvr"
    roles: Roles = USUAL
    compared: Release | None = None
    cluster: Cluster | None = None
    gpu: Gpu | None = None
    primary_file: str = ""
    targets: frozenset[str] = frozenset()

    @property
    def distills(self) -> bool:
        """Whether this is pure on-policy distillation, in which the student's sections play the parts."""
        return self.roles == STUDENT

    @property
    def only_samples(self) -> bool:
        """Whether the pipeline generates and trains nothing, so that no weights are sent over."""
        return self.pipeline in ("rlvr_rollout", "agentic_rollout")

    def need_cluster(self) -> Cluster:
        """The cluster; raises FactMissing when the command line does not tell it."""
        if self.cluster is None:
            raise FactMissing("cluster")
        return self.cluster

    def need_gpu(self) -> Gpu:
        """The kind of GPU; raises FactMissing when the command line does not tell it."""
        if self.gpu is None:
            raise FactMissing("gpu")
        return self.gpu

    def is_set(self, field_path: str) -> bool:
        """Whether the config itself sets this field of the section, to whatever value."""
        return self._node(field_path) is not None

    def where_set(self, notes: dict[str, str]) -> dict[str, str]:
        """Those of several notes, by field, whose field the config itself sets."""
        return {field_path: note for field_path, note in notes.items() if self.is_set(field_path)}

    def written(self, field_path: str) -> Any:
        """The value of a field as the config gives it; None where it gives none. Raises Unresolved if it is unknown."""
        node = self._node(field_path)
        if node is not None and node.value is UNKNOWN:
            raise Unresolved(field_path)
        return guarded(plain(node)) if node is not None else None

    def is_null(self, field_path: str) -> bool:
        """Whether the config sets this field to null."""
        node = self._node(field_path)
        return node is not None and node.value is None

    def text(self, field_path: str) -> str:
        """What is written for a field, or for the variable that it refers to; empty where nothing is."""
        node = self._node(field_path)
        return node.span.text if node is not None else ""

    def _node(self, field_path: str) -> Node | None:
        path = ".".join(filter(None, (self.path, field_path)))
        return lookup(self.root, parse(self.roles.written(path)))


RLVR_TRAINING = ("rlvr", "rlvr_vl", "rlvr_vlmath", "onpolicy_distill")
"""The pipelines that train on answers to prompts of a data set."""

BY_DOMAIN = tuple(name for name in RLVR_TRAINING if name != "rlvr_vlmath")
"""Those that run `max_steps` steps and take the prompts of each step by domain."""

ON_TEXT = ("rlvr", "onpolicy_distill")
"""Those that read the columns and the tags of text rows as the config names them."""

Check = Callable[..., Iterator[Problem]]


class Rule(NamedTuple):
    """A rule with what is known about it before it runs; `subject` is the class of thing it looks at."""

    name: str
    group: str
    severity: Severity
    effect: Effect | None
    check: Check
    subject: str
    takes_context: bool
    claims: tuple[str, ...]
    releases: str
    pipelines: tuple[str, ...]
    preview: bool

    @property
    def manual(self) -> str:
        """The rule's manual: the docstring of its module."""
        return (sys.modules[self.check.__module__].__doc__ or "").strip()


def rule(
    severity: Severity,
    effect: Effect | None = None,
    releases: str = "",
    claims: tuple[str, ...] = (),
    pipelines: tuple[str, ...] = (),
    preview: bool = False,
) -> Callable[[Check], Rule]:
    """Make a function a rule: its name is the rule's, the class of its first parameter is what it is run on.

    `effect` says what ROLL makes of the problem, `releases` and `pipelines` bound those it holds for (empty: all);
    `claims` names the errors that a rule on a SchemaError puts into words. A rule in `preview` runs only when selected.
    """

    def make(check: Check) -> Rule:
        code: Any = check
        annotations = [getattr(kind, "__name__", kind) for key, kind in code.__annotations__.items() if key != "return"]
        name = code.__name__.replace("_", "-")
        group = code.__module__.split(".")[-2]
        subject, takes_context = annotations[0], len(annotations) > 1
        about = (claims, releases, pipelines, preview)
        return Rule(name, group, severity, effect, check, subject, takes_context, *about)

    return make
