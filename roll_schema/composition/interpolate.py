"""`${…}` to values, as OmegaConf 2.3 resolves them; every node keeps where its literal was written.

A fault is shown at the `${…}` that asks. What cannot be known becomes UNKNOWN, and so does all that depends on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from roll_schema.composition import grammar
from roll_schema.composition.grammar import Call, Interpolation, Malformed, Reference
from roll_schema.composition.place import place_in
from roll_schema.composition.resolvers import RESOLVERS, Refused, Unknown, plain
from roll_schema.source import files, scalars
from roll_schema.source.diagnostic import Edit, Fault, Note
from roll_schema.source.path import Path, dotted
from roll_schema.source.text import Span, closest, listed
from roll_schema.source.tree import UNKNOWN, Hop, Node, child

_NUMBER = re.compile(r"\d+")
_PATH_KEY = re.compile(r"[^.\[\]]+")

MAX_CHAIN = 150
"""Interpolations that may lead from one to the next; OmegaConf runs out of stack before."""


class _Fails(Exception):
    """An interpolation has no value; the fault is recorded, or the value is unknown for a reason already told."""


class Resolved(NamedTuple):
    """The tree without interpolations, what was wrong with them, and the top-level keys that they refer to.

    `unknown` counts the values that cannot be known before the run.
    """

    root: Node
    faults: list[Fault]
    used: set[str]
    unknown: int


def resolve(root: Node, environment: Mapping[str, str] | None = None) -> Resolved:
    """Resolve the interpolations of a tree; what has no value becomes UNKNOWN."""
    resolver = _Resolver(root, files.variable if environment is None else environment.get)
    resolved = resolver.node(root)
    return Resolved(resolved, list(resolver.faults.values()), resolver.used, resolver.unknown)


class _Resolver:
    def __init__(self, root: Node, environment: Callable[[str], str | None]) -> None:
        self.root, self.environment = root, environment
        self.faults: dict[tuple[str, int, int], Fault] = {}
        self.used: set[str] = set()
        self.unknown = 0
        self._done: dict[int, Node] = {}
        self._running: set[int] = set()
        self._parents: dict[int, tuple[Node, Path]] = {}
        self._asking: list[tuple[Node, Interpolation]] = []
        self._chain = 0
        self._link(root)

    def _link(self, root: Node) -> None:
        """Remember each node's parent and path, for relative references and for messages."""
        pending: list[tuple[Node, Path]] = [(root, ())]
        while pending:
            node, path = pending.pop()
            value = node.value
            if isinstance(value, dict):
                below = [(inner, (*path, str(key))) for key, inner in value.items()]
            elif isinstance(value, list):
                below = [(inner, (*path, index)) for index, inner in enumerate(value)]
            else:
                continue
            for inner, inner_path in below:
                self._parents.setdefault(id(inner), (node, inner_path))
                pending.append((inner, inner_path))

    def node(self, node: Node) -> Node:
        """The node with everything in it resolved."""
        value = node.value
        if isinstance(value, str):
            return self._scalar(node) if "${" in value else node
        if not isinstance(value, (dict, list)):
            return node
        done = self._done.get(id(node))
        if done is not None:
            return done
        if id(node) in self._running:
            raise _Cycle(node)
        self._running.add(id(node))
        try:
            resolved: Any
            if isinstance(value, dict):
                resolved = {key: self.node(child) for key, child in value.items()}
                changed = any(resolved[key] is not child for key, child in value.items())
            else:
                resolved = [self.node(child) for child in value]
                changed = any(new is not old for new, old in zip(resolved, value, strict=True))
        finally:
            self._running.discard(id(node))
        done = replace(node, value=resolved) if changed else node
        self._done[id(node)] = done
        return done

    def _scalar(self, node: Node) -> Node:
        done = self._done.get(id(node))
        if done is None:
            if id(node) in self._running:
                raise _Cycle(node)
            self._running.add(id(node))
            self._chain += 1
            try:
                done = self._evaluate(node)
            except _Fails:
                done = replace(node, value=UNKNOWN)
                self.unknown += 1
            finally:
                self._chain -= 1
                self._running.discard(id(node))
            self._done[id(node)] = done
        return done

    def _evaluate(self, node: Node) -> Node:
        try:
            parts = grammar.parse_text(node.value)
        except Malformed as error:
            help = error.help or grammar.REFERENCE
            self._fault("malformed-interpolation", str(error), node, error.start, error.end, help)
            raise _Fails from None
        if self._chain > MAX_CHAIN:
            message, help = f"chain of more than {MAX_CHAIN} interpolations", "write the value itself"
            self._fault("interpolation-cycle", message, node, 0, len(node.value), help)
            raise _Fails
        if len(parts) == 1 and not isinstance(parts[0], str):
            target = self._interpolation(parts[0], node)
            hop = Hop("interpolated", place_in(node, parts[0].start, parts[0].end))
            return replace(target, key_span=node.key_span, hops=(*target.hops, hop))
        texts, unknown = [], False
        for part in parts:
            try:
                texts.append(part if isinstance(part, str) else _text(self._interpolation(part, node).value))
            except _Fails:
                unknown = True
        if unknown:
            raise _Fails
        return replace(node, value="".join(texts))

    def _interpolation(self, part: Interpolation, node: Node) -> Node:
        """The node a reference leads to, or a node made of what a resolver gives."""
        self._asking.append((node, part))
        try:
            target = self.select(part, node) if isinstance(part, Reference) else self._call(part, node)
            resolved = self.node(target)
        except _Cycle as cycle:
            self._report_cycle(cycle.node)
            raise _Fails from None
        finally:
            self._asking.pop()
        if resolved.value is UNKNOWN:
            raise _Fails
        return resolved

    def _report_cycle(self, repeated: Node) -> None:
        """Every `${…}` of a cycle is shown: only the reader knows which one is wrong."""
        nodes = [node for node, _ in self._asking]
        first = next((index for index, node in enumerate(nodes) if node is repeated), len(nodes) - 1)
        for node, part in self._asking[first:]:
            path, written = dotted(self._path(node)), self._written(part, node)
            message, help = f"circular interpolation `{written}` in `{path}`", f"write a value for `{path}`"
            self._fault("interpolation-cycle", message, node, part.start, part.end, help)

    def _key(self, key: str | Interpolation, node: Node) -> str:
        if isinstance(key, str):
            return key
        value = self._interpolation(key, node).value
        if not isinstance(value, str):
            message = f"expected a string as key, found {scalars.kind(value)}"
            help = f"write the key instead of `{self._written(key, node)}`"
            self._fault("malformed-interpolation", message, node, key.start, key.end, help)
            raise _Fails
        return value

    def select(self, part: Reference, node: Node) -> Node:
        keys = [self._key(key, node) for key in part.keys]
        base = self.root
        if part.dots:
            base = self._parents[id(node)][0] if id(node) in self._parents else self.root
            for _ in range(part.dots - 1):
                if id(base) not in self._parents:
                    message = f"`{self._written(part, node)}` goes above the root of the config"
                    self._fault("undefined-interpolation", message, node, part.start, part.end, "remove a leading dot")
                    raise _Fails
                base = self._parents[id(base)][0]
        return self._walk(base, keys, part, node)

    def _walk(self, base: Node, keys: list[str], part: Interpolation, node: Node) -> Node:
        if base is self.root and keys:
            self.used.add(keys[0])
        elif id(base) in self._parents:
            self.used.add(str(self._path(base)[0]))
        here = base
        for index, key in enumerate(keys):
            if isinstance(here.value, str) and "${" in here.value:
                here = self.node(here)
                if here.value is UNKNOWN:
                    raise _Fails
            found = child(here.value, key)
            if found is None:
                raise self._undefined(here, keys, index, part, node)
            here = found
        if here.value == "???":
            message = f"`{self._written(part, node)}` refers to `???`, a missing value"
            help = f"write a value for `{dotted(self._path(here))}`"
            self._fault("undefined-interpolation", message, node, part.start, part.end, help)
            raise _Fails
        return here

    def _undefined(self, here: Node, keys: list[str], index: int, part: Interpolation, node: Node) -> _Fails:
        """Record that a reference leads nowhere; to be raised by the caller."""
        written, key = self._written(part, node), keys[index]
        parent = ".".join(keys[:index])
        help_text = f"define `{key}` in `{parent}`" if parent else f"define `{key}` at the top level of the config"
        notes, meant = tuple[Note, ...](), ""
        if here.value is UNKNOWN:
            return _Fails()
        if isinstance(here.value, dict):
            where = f"`{parent}` has no key `{key}`" if parent else f"no key `{key}` at the top level"
            message = f"`{written}` is undefined: {where}"
            close = typo_of(key, here.value, self._path(node) if here is self.root else ())
            if close:
                meant = f"${{{'.'.join([*keys[:index], close, *keys[index + 1 :]])}}}"
                help_text = f"did you mean `{meant}`?"
                similar = here.value[close]
                notes = (Note(f"`{close}` is defined here", similar.key_span or similar.span),)
        elif isinstance(here.value, list):
            message = f"`{written}` is undefined: no index `{key}` in `{parent}` (length {len(here.value)})"
            help_text = f"write an index up to {len(here.value) - 1}" if here.value else f"add items to `{parent}`"
        else:
            message = f"`{written}` is undefined: expected a mapping in `{parent}`, found {scalars.kind(here.value)}"
            help_text = f"write `{parent}` as a mapping with a key `{key}`"
        variable = key if here is self.root else ""
        self._fault("undefined-interpolation", message, node, part.start, part.end, help_text, notes, meant, variable)
        return _Fails()

    def _call(self, part: Call, node: Node) -> Node:
        name = ".".join(self._key(piece, node) for piece in part.name)
        resolver = RESOLVERS.get(name)
        if resolver is None:
            help_text = _known_resolver(name, self._written(part, node))
            self._fault("unknown-resolver", f"unknown resolver `{name}`", node, part.start, part.end, help_text)
            raise _Fails
        arguments = [self.argument(argument, node) for argument in part.arguments]
        try:
            value = resolver(_Context(self, part, node), arguments)
        except Refused as refused:
            help_text = refused.help or f"correct the arguments of `{name}`"
            self._fault(refused.rule, str(refused), node, part.start, part.end, help_text)
            raise _Fails from None
        except Unknown:
            raise _Fails from None
        return value if isinstance(value, Node) else _wrap(value, node.span)

    def argument(self, element: grammar.Element, node: Node) -> Any:
        match element:
            case grammar.Literal():
                return element.value
            case grammar.Joined():
                values = [part if isinstance(part, str) else self._interpolation(part, node) for part in element.parts]
                if len(values) == 1 and not element.quoted:
                    return values[0]
                return "".join(_text(value.value) if isinstance(value, Node) else value for value in values)
            case grammar.Sequence():
                return [plain(self.argument(item, node)) for item in element.items]
            case grammar.Mapping():
                return {key.value: plain(self.argument(item, node)) for key, item in element.items}
        raise AssertionError(element)

    def _path(self, node: Node) -> Path:
        return self._parents[id(node)][1] if id(node) in self._parents else ()

    def _written(self, part: Interpolation, node: Node) -> str:
        return str(node.value)[part.start : part.end]

    def _fault(
        self,
        rule: str,
        message: str,
        node: Node,
        start: int,
        end: int,
        help_text: str = "",
        notes: tuple[Note, ...] = (),
        meant: str = "",
        variable: str = "",
    ) -> None:
        span = place_in(node, start, end)
        plainly_written = span.text == str(node.value)[start:end]
        edits = (Edit(span, meant, safe=True),) if meant and plainly_written else ()
        notes += tuple(Note(f"{hop.kind} here", hop.span) for hop in node.hops if hop.kind == "aliased")
        fault = Fault(rule, message, span, help_text, dotted(self._path(node)) or None, notes, edits, variable)
        self.faults.setdefault((span.source.name, span.start, span.end), fault)


class _Context(NamedTuple):
    """What a resolver may ask for where it is called."""

    resolver: _Resolver
    part: Call
    node: Node

    def variable(self, name: str) -> str | None:
        return self.resolver.environment(name)

    def select(self, path: str) -> Node | None:
        dots = len(path) - len(path.lstrip("."))
        reference = Reference(self.part.start, self.part.end, dots, list(_PATH_KEY.findall(path)))
        known = dict(self.resolver.faults)
        try:
            return self.resolver.node(self.resolver.select(reference, self.node))
        except _Fails:
            if dots > 1 and reference.keys:
                raise
            self.resolver.faults = known
        return None

    def evaluate(self, element: grammar.Element) -> Any:
        return self.resolver.argument(element, self.node)


class _Cycle(Exception):
    """A node is asked for while it is being resolved."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.node = node


def typo_of(key: str, known: Iterable[Any], path: Path = ()) -> str | None:
    """The key that was meant by what stands at a path: none above that, and none that differs in its numbers.

    `zero2` and `zero3` are names of two things.
    """
    numbers = _NUMBER.findall(key)
    names = (name for name in known if isinstance(name, str) and name not in path[:1])
    return _closest(key, (name for name in names if _NUMBER.findall(name) == numbers))


def _known_resolver(name: str, written: str) -> str:
    """What to write instead of a resolver that does not exist."""
    arguments = written.removeprefix(f"${{{name}:")
    if arguments.startswith("-"):  # a default as in a shell
        return f"write `${{oc.env:{name},{arguments[1:]}`"
    if name.lower() == "env" and arguments != written:
        return f"write `${{oc.env:{arguments}`"
    close = _closest(name, RESOLVERS)
    return f"did you mean `{close}`?" if close else f"write one of {listed(sorted(RESOLVERS))}"


def _closest(word: str, known: Any) -> str | None:
    return closest(word, (name for name in known if isinstance(name, str)), cutoff=0.75)


def _text(value: Any) -> str:
    """A value as OmegaConf writes it into a string."""
    return str(plain(value))


def _wrap(value: Any, span: Span) -> Node:
    if isinstance(value, dict):
        return Node({key: _wrap(item, span) for key, item in value.items()}, span)
    if isinstance(value, list):
        return Node([_wrap(item, span) for item in value], span)
    return Node(value, span)
