"""`device_mapping` expressions, read with `ast` and never evaluated.

ROLL gives the text to Python's `eval` in `WorkerConfig.__post_init__` (all releases) and asks the result for its
length.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from math import isfinite, prod
from typing import Any

MAX_DEVICES = 1_000_000
_MAX_LENGTH = 10_000

_PURE = frozenset(
    (
        *("abs", "all", "any", "bool", "dict", "divmod", "enumerate", "filter", "float", "frozenset", "int", "iter"),
        *("len", "list", "map", "max", "min", "next", "pow", "range", "reversed", "round", "set", "slice", "sorted"),
        *("str", "sum", "tuple", "zip"),
    )
)
"""Functions of Python's that only compute."""

_MODULE_NAMES = frozenset(
    ("self", "ModelArguments", "DataArguments", "TrainingArguments", "GeneratingArguments", "StrategyArguments")
)


class InvalidDevices(ValueError):
    """`eval` would fail on the expression, or give something that has no length or holds no device ids."""


class UnplacedDevices(InvalidDevices):
    """ROLL loads the value, and no worker can be placed by it; `count` is its number of entries.

    `fraction` is a GPU id with a fraction, which some workers live with; None for what all fail with.
    """

    def __init__(self, reason: str, count: int, fraction: float | None = None) -> None:
        super().__init__(reason)
        self.count = count
        self.fraction = fraction


class OpaqueDevices(ValueError):
    """The expression is Python that ROLL may accept, but that cannot be understood without running it.

    `code` is the part of it that can do more than make numbers; empty where there is none.
    """

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.code = code


def parse_devices(text: str) -> list[int]:
    """Device ids in order; raises InvalidDevices (UnplacedDevices where ROLL still loads it) or OpaqueDevices."""
    return list(_parse(text))


@lru_cache(maxsize=64)
def _parse(text: str) -> tuple[int, ...]:
    # Every rule on placement asks for the same few texts again, which may stand for a million ids.
    return _ids(_value(text))


def _value(text: str) -> Any:
    """What `eval` would give."""
    if len(text) > _MAX_LENGTH:
        raise OpaqueDevices(f"the expression is {len(text):,} characters long")
    try:
        tree = ast.parse(text.lstrip(" \t"), mode="eval")
    except SyntaxError as error:
        raise InvalidDevices(f"not a Python expression ({error.msg})") from None
    except (ValueError, RecursionError, MemoryError):
        raise InvalidDevices("not a Python expression") from None
    try:
        return _evaluate(tree.body, {})
    except RecursionError:
        raise OpaqueDevices("the expression is nested too deep") from None
    except OverflowError:
        raise InvalidDevices("an integer is too large for Python to count to") from None
    except OpaqueDevices as reason:
        raise OpaqueDevices(str(reason), _code(tree)) from None


def _ids(value: Any) -> tuple[int, ...]:
    """The GPU ids of a value, by what ROLL does with it: `max()` of all ids at load, then slices for the workers."""
    if not isinstance(value, (list, tuple, range, set, dict)):
        shown = f" `{value}`" if isinstance(value, (int, float)) and not isinstance(value, bool) else ""
        raise InvalidDevices(f"expected a list of device ids, found {_describe(value)}{shown}")
    for item in value:
        if not isinstance(item, (int, float)):
            raise InvalidDevices(f"expected device ids, found item `{item!r}`")
    if isinstance(value, (set, dict)) and value:
        raise UnplacedDevices(f"{_describe_kind(value)} cannot be sliced into workers", len(value))
    for item in value:
        if isinstance(item, float):
            raise UnplacedDevices(f"GPU id `{item}` must be an integer", len(value), item)
    return tuple(int(item) for item in value)


def why_opaque(mapping: object) -> OpaqueDevices | None:
    """Why only `eval` could tell the ids of a `device_mapping`; None where they are told, or wrong."""
    try:
        if isinstance(mapping, str):
            parse_devices(mapping)
    except InvalidDevices:
        return None
    except OpaqueDevices as reason:
        return reason
    return None


def ranges(ids: Iterable[int]) -> str:
    """Device ids for people: `0-7, 12`."""
    parts: list[str] = []
    ordered = sorted(set(ids))
    start = 0
    for index in range(1, len(ordered) + 1):
        if index == len(ordered) or ordered[index] != ordered[index - 1] + 1:
            first, last = ordered[start], ordered[index - 1]
            parts.append(str(first) if first == last else f"{first}-{last}")
            start = index
    return ", ".join(parts)


def gpus(ids: Iterable[int]) -> str:
    """Device ids for a sentence: `GPU 3`, `GPUs 0-7, 12`."""
    ordered = sorted(set(ids))
    return f"GPU{'s' if len(ordered) > 1 else ''} {ranges(ordered)}"


def likeliest_cause(devices: str, gpus: int, sizes: Mapping[str, float]) -> str:
    """The path of the size that alone is to blame, an odd one (3, 6, 7, ...) first; else that of the devices."""
    product = prod(sizes.values())
    alone = [path for path, size in sizes.items() if size > 1 and gpus % (product / size) == 0]
    strange = [path for path in alone if sizes[path] > gpus or not _is_power_of_two(sizes[path])]
    blamed = strange or (alone if _is_power_of_two(gpus) else [])
    return max(blamed, key=lambda path: sizes[path], default=devices)


def oddest(batch: str, number: int, sizes: Mapping[str, int]) -> str:
    """The path of what is to blame for a batch that does not divide: an odd size where the batch is a round number."""
    strange = [path for path, size in sizes.items() if not _is_power_of_two(size)]
    return max(strange, key=lambda path: sizes[path]) if strange and _is_power_of_two(number) else batch


def _is_power_of_two(number: float) -> bool:
    return number > 0 and int(number) == number and int(number).bit_count() == 1


def _describe(value: Any) -> str:
    names = {int: "integer", float: "float", str: "string", type(None): "null", bool: "boolean"}
    return names.get(type(value), "another value")


def _evaluate(node: ast.expr, names: dict[str, Any]) -> Any:
    match node:
        case ast.Constant(value=value):
            if isinstance(value, (int, float, str, type(None))):
                return value
        case ast.List(elts=items):
            return _items(items, names)
        case ast.Tuple(elts=items):
            return tuple(_items(items, names))
        case ast.Set(elts=items):
            return set(_hashable(_items(items, names)))
        case ast.Dict(keys=keys) if None not in keys:
            return dict.fromkeys(_hashable(_items([key for key in keys if key is not None], names)))
        case ast.Name(id=name):
            return _name(name, names)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_number(operand, names)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return +_number(operand, names)
        case ast.BinOp(left=left, op=operator, right=right):
            return _binary(_evaluate(left, names), operator, _evaluate(right, names))
        case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]):
            return _call(function, arguments, names)
        case ast.Call(func=function):
            _check_names(function, names)
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
            return _comprehension(node, names)
        case ast.Attribute(value=value):
            _check_names(value, names)
    raise OpaqueDevices(f"unsupported expression `{ast.unparse(node)[:60]}`")


def _code(tree: ast.AST) -> str:
    """The first call or attribute that can reach beyond numbers and texts."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name not in _PURE:
                return f"{name}(…)"
            case ast.Attribute(attr=name) if name.startswith("_"):
                return f".{name}"
            case ast.Name(id=name) if name.startswith("__"):
                return name
    return ""


def _check_names(node: ast.expr, names: dict[str, Any]) -> None:
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id not in names:
            _known(part.id)


def _known(name: str) -> None:
    defined = name in _MODULE_NAMES or hasattr(builtins, name) or name.startswith("__") or name[:1].isupper()
    if not defined:
        raise InvalidDevices(f"unknown name `{name}`")


def _name(name: str, names: dict[str, Any]) -> Any:
    if name in names:
        return names[name]
    _known(name)
    if hasattr(builtins, name):
        raise InvalidDevices(f"expected a list of device ids, found Python function `{name}`")
    raise OpaqueDevices(f"`{name}` is known only inside ROLL")


def _items(nodes: list[ast.expr], names: dict[str, Any]) -> list[Any]:
    values: list[Any] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            values.extend(_sequence(_evaluate(node.value, names)))
        else:
            values.append(_evaluate(node, names))
    _bounded(values)
    return values


def _hashable(values: list[Any]) -> list[Any]:
    for value in values:
        if isinstance(value, (list, set, dict)):
            raise InvalidDevices("a list cannot be an item of a set")
    return values


def _sequence(value: Any) -> Any:
    if isinstance(value, (list, tuple, range, set, dict, str)):
        return value
    raise InvalidDevices(f"expected a sequence, found {_describe(value)}")


def _number(node: ast.expr, names: dict[str, Any]) -> Any:
    value = _evaluate(node, names)
    if not isinstance(value, (int, float)):
        raise InvalidDevices(f"`{ast.unparse(node)[:60]}` must be a number")
    return value


def _integer(node: ast.expr, names: dict[str, Any]) -> int:
    value = _evaluate(node, names)
    if not isinstance(value, int):
        raise InvalidDevices(f"`{ast.unparse(node)[:60]}` must be an integer")
    return value


def _binary(left: Any, operator: ast.operator, right: Any) -> Any:
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        if max(abs(left), abs(right)) > MAX_DEVICES:
            raise OpaqueDevices("the numbers are too large to be device ids")
        return _arithmetic(left, operator, right)
    if isinstance(operator, ast.Add) and type(left) is type(right) and isinstance(left, (list, tuple)):
        return _bounded([*left, *right]) if isinstance(left, list) else (*left, *right)
    if isinstance(operator, ast.Mult):
        times, sequence = (left, right) if isinstance(left, int) else (right, left)
        if isinstance(times, int) and isinstance(sequence, (list, tuple)):
            if times * len(sequence) > MAX_DEVICES:
                raise OpaqueDevices(f"more than {MAX_DEVICES:,} devices")
            return sequence * times
    if isinstance(left, set) and isinstance(right, set) and isinstance(operator, (ast.BitOr, ast.Sub, ast.BitAnd)):
        operations: dict[type, Callable[[Any], Any]] = {
            ast.BitOr: left.union,
            ast.Sub: left.difference,
            ast.BitAnd: left.intersection,
        }
        return operations[type(operator)](right)
    if isinstance(left, str) or isinstance(right, str):
        raise OpaqueDevices("arithmetic on strings")
    raise InvalidDevices(f"unsupported operands: {_describe_kind(left)} and {_describe_kind(right)}")


def _describe_kind(value: Any) -> str:
    return type(value).__name__ if isinstance(value, (list, tuple, range, set, dict)) else _describe(value)


def _arithmetic(left: float, operator: ast.operator, right: float) -> Any:
    match operator:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.FloorDiv() | ast.Mod() | ast.Div():
            if right == 0:
                raise InvalidDevices("division by zero")
            if isinstance(operator, ast.Div):
                return left / right
            return left // right if isinstance(operator, ast.FloorDiv) else left % right
        case ast.Pow() if isinstance(left, int) and isinstance(right, int) and 0 <= right <= 20 and abs(left) <= 100:
            return left**right
    raise OpaqueDevices("arithmetic beyond `+ - * // % **` on small numbers")


def _call(function: str, arguments: list[ast.expr], names: dict[str, Any]) -> Any:
    if function == "range":
        numbers = [_integer(argument, names) for argument in arguments]
        if not 1 <= len(numbers) <= 3 or (len(numbers) == 3 and numbers[2] == 0):
            raise InvalidDevices("`range` takes one to three integers, the third not 0")
        return _bounded(range(*numbers))
    if function in ("list", "tuple", "set", "sorted", "reversed"):
        if not arguments and function in ("list", "tuple", "set"):
            return {"list": [], "tuple": (), "set": set()}[function]
        if len(arguments) != 1:
            raise InvalidDevices(f"`{function}` takes one argument")
        values = list(_sequence(_evaluate(arguments[0], names)))
        if function == "reversed":
            raise OpaqueDevices("an iterator has no length: `reversed(…)`")
        made: dict[str, Callable[[], Any]] = {
            "list": lambda: values,
            "tuple": lambda: tuple(values),
            "set": lambda: set(_hashable(values)),
            "sorted": lambda: sorted(values),
        }
        try:
            return made[function]()
        except TypeError:
            raise InvalidDevices("items of different types cannot be sorted") from None
    if function in ("len", "max", "min", "sum", "int") and len(arguments) == 1:
        value = _evaluate(arguments[0], names)
        if function == "int":
            return int(value) if isinstance(value, (int, float)) and isfinite(value) else _opaque(function)
        items = list(_sequence(value))
        if not all(isinstance(item, int) for item in items) or (not items and function in ("max", "min")):
            return _opaque(function)
        functions: dict[str, Callable[[list[int]], int]] = {"len": len, "max": max, "min": min, "sum": sum}
        return functions[function](items)
    if function in ("iter", "map", "filter", "zip", "enumerate"):
        raise InvalidDevices(f"an iterator has no length: `{function}(…)`")
    _known(function)
    return _opaque(function)


def _opaque(function: str) -> Any:
    raise OpaqueDevices(f"the result of `{function}(…)` is not known")


def _comprehension(node: ast.ListComp | ast.SetComp | ast.GeneratorExp, names: dict[str, Any]) -> Any:
    if isinstance(node, ast.GeneratorExp):
        raise InvalidDevices("a generator has no length")
    if len(node.generators) > 2 or any(part.ifs or part.is_async for part in node.generators):
        raise OpaqueDevices("a comprehension with conditions or more than two loops")
    rows: list[dict[str, Any]] = [names]
    for part in node.generators:
        if not isinstance(part.target, ast.Name):
            raise OpaqueDevices("a comprehension that unpacks")
        target = part.target.id
        rows = _bounded([{**row, target: item} for row in rows for item in _sequence(_evaluate(part.iter, row))])
    values = [_evaluate(node.elt, row) for row in rows]
    return set(_hashable(values)) if isinstance(node, ast.SetComp) else values


def _bounded(values: Any) -> Any:
    if len(values) > MAX_DEVICES:
        raise OpaqueDevices(f"more than {MAX_DEVICES:,} devices")
    return values
