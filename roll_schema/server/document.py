"""A text that an editor has open, with what linting it gave."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from roll_schema import models
from roll_schema.composition.references import Steps, nodes
from roll_schema.engine import detect, linting, request
from roll_schema.engine.options import Options
from roll_schema.engine.result import Result
from roll_schema.facts.releases import Release
from roll_schema.models.section import Section
from roll_schema.rules import RULES
from roll_schema.source import tree
from roll_schema.source.diagnostic import Diagnostic
from roll_schema.source.text import Source, Span
from roll_schema.source.tree import Node, lookup


class Document:
    """One version of a text; `before` is the one that it was typed from, which tells where this one is no YAML."""

    def __init__(self, path: Path, text: str, options: Options, before: Document | None = None) -> None:
        self.path = request.displayed(path)
        self.source = Source(self.path.as_posix(), text)
        self.options = options
        # The last version that was composed is all that a later one needs, however many were typed since.
        self._before: Document | None = before if before is None or before._is_composed else before._before or before

    @property
    def _is_composed(self) -> bool:
        return "result" in self.__dict__ and self.result.composed is not None

    @cached_property
    def _asked(self) -> tuple[Options, str]:
        try:
            return request.with_project(self.path, self.options), ""
        except request.InputError as error:
            return self.options, str(error)

    @property
    def asked(self) -> Options:
        """How to lint it, by its project's settings where these can be read."""
        return self._asked[0]

    @property
    def wrong_settings(self) -> str:
        """What is wrong with the project's settings; empty where nothing is."""
        return self._asked[1]

    @cached_property
    def result(self) -> Result:
        """What linting it gives."""
        return linting.lint(self.path, self.source, self.asked)

    @property
    def includes(self) -> dict[Source, Span]:
        """The fragments of the last version that could be composed, as far as that is known."""
        return self.whole.includes if "result" in self.__dict__ else {}

    @cached_property
    def own(self) -> Node | None:
        """The tree of the text itself, without its fragments; None where it is no YAML."""
        return tree.parse(self.source)[0]

    @cached_property
    def is_config(self) -> bool:
        """Whether it is a pipeline's config; a fragment is linted with the configs that include it."""
        if self.own is not None:
            return detect.is_pipeline_config(self.own)
        return self._before.is_config if self._before is not None else detect.mentions_pipeline(self.source.text)

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What is wrong with it; of a fragment, only what is wrong in any file."""
        found = self.result.diagnostics
        return found if self.is_config else [item for item in found if RULES[item.rule].group == "yaml"]

    @cached_property
    def whole(self) -> Result:
        """The result of this version or of the last one that could be composed."""
        if self.result.composed is None and self._before is not None:
            return self._before.whole
        return self.result

    @property
    def release(self) -> Release:
        return self.whole.facts

    @property
    def model(self) -> type[Section]:
        """The class of the whole config; that of RLVR where nothing tells the pipeline."""
        name = self.whole.pipeline.name
        base = lookup(self.whole.composed, ("pure_opd_pipeline_type",))
        return models.of_pipeline(name if name in models.PIPELINES else "rlvr", base.value if base is not None else "")

    def composed(self, steps: Steps) -> Node | None:
        """The value at a place of the composed config, as it is written."""
        return lookup(self.whole.composed, steps)

    def resolved(self, steps: Steps) -> Node | None:
        """The value at a place of the composed config, without `${...}`."""
        return lookup(self.whole.resolved, steps)

    def at(self, offset: int) -> tuple[Steps, Node] | None:
        """The innermost key or value of the text at an offset, with the keys that lead to it."""
        if self.own is None:
            return None
        found = None
        for steps, node in nodes(self.own):
            if steps and any(self._holds(span, offset) for span in (node.key_span, node.span)):
                found = steps, node
        return found

    def _holds(self, span: Span | None, offset: int) -> bool:
        return span is not None and span.source is self.source and span.start <= offset <= span.end
