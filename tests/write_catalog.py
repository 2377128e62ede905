"""Build the catalog of model types from transformers, on the meta device, so that no weight is ever made.

    python -m tests.write_catalog [MODEL_TYPE...]

writes `roll_schema/facts/catalog/models/<model_type>.json` for the transformers that is installed; entries of the other major
release are kept. Run it once with transformers 4 and once with transformers 5.

Each model is built again with one size of its configuration changed at a time. A number of layers, or a dimension of a
weight, that followed in every such model is written in terms of sizes (`heads*head_dim x hidden`), so that a checkpoint
of other sizes can be counted. `scales` names the sizes that were explained in full, `fixed` the other settings that
change weights, with the value that this entry holds for. `composite`: there is a vision or audio part as well, of whose
sizes nothing is said.
"""

from __future__ import annotations

import json
import random
import re
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from roll_schema.facts.catalog.architecture import FOLDER, evaluate, evaluate_path, with_head_dim
from roll_schema.facts.catalog.checkpoint import SIZES

Rows = dict[str, str]
"""Weights with their shapes, or modules with their kinds, by path; numbers in paths are written as ranges."""


def main(names: list[str]) -> None:
    """Write an entry for each causal language model and each model that reads images and text."""
    import transformers
    from transformers.models.auto import modeling_auto

    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()
    major = transformers.__version__.partition(".")[0]
    FOLDER.mkdir(exist_ok=True)
    classes = dict(modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES)
    classes.update(modeling_auto.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES)
    for model_type, class_name in sorted(classes.items()):
        if names and model_type not in names:
            continue
        try:
            entry = describe(model_type, class_name if isinstance(class_name, str) else class_name[0])
        except Exception as error:
            print(f"{model_type}: {type(error).__name__}: {str(error)[:90]}")
            continue
        _write(model_type, major, entry)


def describe(model_type: str, class_name: str) -> dict[str, Any]:
    """The entry of one model type at its configuration's defaults."""
    builder = Builder(model_type, class_name)
    model, sizes = builder.build({})
    entry = {
        "architecture": class_name,
        "sizes": sizes,
        "tied": bool(getattr(model.config, "tie_word_embeddings", False)),
        "composite": bool(builder.part or model.config.sub_configs),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "output": _output(model),
        "modules": modules_of(model),
        "weights": weights_of(model),
    }
    variants = list(builder.variants(sizes))
    modules, weights = {}, {}
    while variants:
        joint = list(builder.joint(sizes, [variant.name for variant in variants]))
        if len(variants) > 1 and len(joint) < 2:  # too little was tried to say that sizes do not depend on each other
            variants.pop()
            continue
        asked = [*variants, *joint]
        modules = explain(entry["modules"], sizes, [(variant.modules, variant.sizes) for variant in asked])
        weights = explain(entry["weights"], sizes, [(variant.weights, variant.sizes) for variant in asked])
        if modules and weights:
            break
        variants.pop()
    if modules and weights:
        entry |= {"modules": modules, "weights": weights, "scales": [variant.name for variant in variants]}
        entry["fixed"] = builder.fixed(entry["weights"], sizes)
    return entry


class Variant:
    """A model with one size changed."""

    def __init__(self, name: str, model: Any, sizes: dict[str, int]) -> None:
        self.name, self.sizes = name, sizes
        self.modules, self.weights = modules_of(model), weights_of(model)


class Builder:
    """Models of one type, on the meta device, with some settings of the language model's configuration changed."""

    def __init__(self, model_type: str, class_name: str) -> None:
        import transformers

        self.model_type, self.model_class = model_type, getattr(transformers, class_name)
        config = self.config({})
        text = config.get_text_config()
        self.settings = {key: value for key, value in text.to_dict().items() if not key.startswith("_")}
        self.part = next((key for key, value in vars(config).items() if value is text), "")
        self.names = {
            ours: next(name for name in theirs if hasattr(text, name))
            for ours, theirs in SIZES.items()
            if any(hasattr(text, name) for name in theirs)
        } | {"head_dim": "head_dim"}  # read by models whose configuration does not declare it

    def config(self, changes: dict[str, Any]) -> Any:
        import transformers

        given = {self.part: changes} if changes and self.part else changes
        return transformers.AutoConfig.for_model(self.model_type, **given)

    def build(self, changes: dict[str, Any]) -> tuple[Any, dict[str, int]]:
        import torch

        config = self.config(changes)
        with torch.device("meta"):
            model = self.model_class._from_config(config)
        return model, sizes_of(config)

    def variants(self, sizes: dict[str, int]) -> Iterator[Variant]:
        """A model for each size that can be changed by itself; the most explained first."""
        base, _ = self.build({})
        modules, weights = modules_of(base), weights_of(base)
        for ours, name in self.names.items():
            value = sizes.get(ours)
            if ours == "kv_heads" and value == sizes.get("heads"):
                other = (value or 0) // 2
            elif ours == "head_dim":
                other = 2 * (value or with_head_dim(sizes).get("head_dim", 0))
            else:
                other = 2 * (value or 0)
            if not other or ours in ("positions", "experts_per_token"):
                continue
            try:
                variant = Variant(ours, *self.build({name: other}))
            except Exception:
                continue
            explained = explain(modules, sizes, [(variant.modules, variant.sizes)]) and explain(
                weights, sizes, [(variant.weights, variant.sizes)]
            )
            if explained and variant.sizes.get(ours) == other:
                yield variant

    def joint(self, sizes: dict[str, int], names: list[str]) -> Iterator[Variant]:
        """Models with several of these sizes changed at once, which tell apart what looks alike for each alone."""
        for seed in range(8):
            chosen = random.Random(seed)
            changed = {name: sizes[name] * chosen.choice((1, 2, 3)) for name in names if name in sizes}
            if sizes.get("kv_heads") == sizes.get("heads") and "heads" in changed:
                changed["kv_heads"] = changed["heads"]
            try:
                model, found = self.build({self.names[name]: size for name, size in changed.items()})
            except Exception:
                continue
            yield Variant("", model, found)

    def fixed(self, weights: Rows, sizes: dict[str, int]) -> dict[str, Any]:
        """Settings that no size tells and that change the weights, or may not be changed alone."""
        found = {}
        expected = {evaluate_path(path, sizes): evaluate(shape, sizes) for path, shape in weights.items()}
        for key, value in self.settings.items():
            if key in NOT_FIXED or not _is_switch(value):
                continue
            try:
                model, _ = self.build({key: _other(value)})
            except Exception:
                found[key] = value
                continue
            shapes = {path: tuple(map(int, shape.split(" x "))) for path, shape in weights_of(model).items()}
            if shapes != expected:
                found[key] = value
        return found


NOT_FIXED = {"tie_word_embeddings", "dtype", "torch_dtype"}.union(*SIZES.values())
"""Settings that are told otherwise, or that change no shape."""


def _is_switch(value: object) -> bool:
    return value is None or isinstance(value, (bool, int))


def _other(value: Any) -> Any:
    return not value if isinstance(value, bool) else 2 * value if value else 1 if value == 0 else 64


def sizes_of(config: Any) -> dict[str, int]:
    """The sizes of a configuration's language model, by our names."""
    text = config.get_text_config()
    sizes = {ours: _first(text, theirs) for ours, theirs in SIZES.items()}
    return {ours: size for ours, size in sizes.items() if size is not None}


def modules_of(model: Any) -> Rows:
    return collapse((path, _kind(module)) for path, module in model.named_modules() if path)


def weights_of(model: Any) -> Rows:
    return collapse((path, " x ".join(map(str, weight.shape)) or "1") for path, weight in model.named_parameters())


def explain(base: Rows, sizes: dict[str, int], variants: list[tuple[Rows, dict[str, int]]]) -> Rows | None:
    """The rows in terms of sizes, such that they give the rows of every variant; None where some cannot be."""
    if any(len(rows) != len(base) for rows, _ in variants):
        return None
    explained: Rows = {}
    for path, value in base.items():
        for candidate_path, candidate in product(_paths(path, sizes), _values(value, sizes)):
            if all(
                rows.get(evaluate_path(candidate_path, other)) == _written(candidate, other) for rows, other in variants
            ):
                explained[candidate_path] = candidate
                break
        else:
            return None
    return explained


def _written(value: str, sizes: dict[str, int]) -> str:
    return value if value in KINDS else " x ".join(map(str, evaluate(value, sizes)))


def _paths(path: str, sizes: dict[str, int]) -> Iterator[str]:
    """Ways to write the ranges of a path: up to the last layer, up to the last expert, or as they are."""
    axes = re.split(r"(\{[^}]*\})", path)
    options = []
    for part in axes:
        match = re.fullmatch(r"\{(\d+)(?:-(\d+))?\}", part)
        counts = [
            f"{{{match[1]}-{name}}}"
            for name in ("layers", "experts")
            if match and sizes.get(name) == int(match[2] or match[1]) + 1
        ]
        options.append([*counts, part])
    return map("".join, product(*options))


def _values(value: str, sizes: dict[str, int]) -> Iterator[str]:
    """Ways to write a shape in terms of sizes; a module's kind stays what it is."""
    if value in KINDS:
        return iter((value,))
    known = _expressions(with_head_dim(sizes))
    return map(" x ".join, product(*([*known.get(int(size), ()), size] for size in value.split(" x "))))


def _expressions(sizes: dict[str, int]) -> dict[int, list[str]]:
    """Products of sizes, simple ones first, by what they come to."""
    names = [name for name in sizes if name not in ("positions", "layers", "experts_per_token")]
    expressions = [
        *names,
        *(f"{factor}*{name}" for factor in (2, 3, 4) for name in names),
        *(f"{one}*{other}" for one in ("heads", "kv_heads", "experts") for other in names if one in sizes),
        *(f"2*{one}*head_dim" for one in ("heads", "kv_heads") if one in sizes and "head_dim" in sizes),
    ]
    if {"heads", "kv_heads", "head_dim"} <= sizes.keys():
        expressions.append("heads*head_dim+2*kv_heads*head_dim")
    found: dict[int, list[str]] = defaultdict(list)
    for expression in expressions:
        found[evaluate(expression, sizes)[0]].append(expression)
    return found


def collapse(rows: Iterable[tuple[str, str]]) -> Rows:
    """Rows of (path, value) with the numbers in paths written as ranges: `layers.{0-3}.mlp`."""
    groups: dict[tuple[str, str], list[tuple[int, ...]]] = defaultdict(list)
    for path, value in rows:
        numbers = tuple(int(number) for number in re.findall(r"(?<![^.])\d+(?![^.])", path))
        groups[re.sub(r"(?<![^.])\d+(?![^.])", "{}", path), value].append(numbers)
    return {
        template.format(*(f"{{{_ranges(axis)}}}" for axis in axes)): value
        for (template, value), numbers in groups.items()
        for axes in _boxes(numbers)
    }


def _boxes(numbers: list[tuple[int, ...]]) -> list[list[list[int]]]:
    """Products of number lists that together are exactly `numbers`."""
    axes = [sorted(set(axis)) for axis in zip(*numbers, strict=True)]
    if len(set(numbers)) == len(list(product(*axes))):
        return [axes]
    by_first: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for first, *rest in numbers:
        by_first[first].append(tuple(rest))
    merged: dict[str, tuple[list[int], list[tuple[int, ...]]]] = {}
    for first, rest in by_first.items():
        merged.setdefault(repr(sorted(rest)), ([], rest))[0].append(first)
    return [[sorted(firsts), *box] for firsts, rest in merged.values() for box in _boxes(rest)]


def _ranges(numbers: list[int]) -> str:
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(f"{low}-{high}" if high > low else str(low) for low, high in parts)


KINDS = ("linear", "embedding", "conv", "attention", "other")


def _kind(module: Any) -> str:
    import torch
    from transformers.pytorch_utils import Conv1D

    if isinstance(module, (torch.nn.Linear, Conv1D)):
        return "linear"
    if isinstance(module, torch.nn.Embedding):
        return "embedding"
    if isinstance(module, (torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Conv3d)):
        return "conv"
    return "attention" if isinstance(module, torch.nn.MultiheadAttention) else "other"


def _output(model: Any) -> str | None:
    output = model.get_output_embeddings()
    return next((path for path, module in model.named_modules() if output is not None and module is output), None)


def _first(config: Any, names: tuple[str, ...]) -> int | None:
    values = (getattr(config, name, None) for name in names)
    return next((value for value in values if isinstance(value, int)), None)


def _write(model_type: str, major: str, entry: dict[str, Any]) -> None:
    path = FOLDER / f"{model_type}.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    known[major] = entry
    path.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
