"""Build the catalog of model types from transformers, on the meta device, so that no weight is ever made.

    python -m tests.write_catalog

writes `roll_schema/catalog/models/<model_type>.json` for the transformers that is installed; entries of the other major
release are kept. Run it once with transformers 4 and once with transformers 5.
"""

from __future__ import annotations

import json
import re
import warnings
from collections import defaultdict
from collections.abc import Iterable
from itertools import product
from typing import Any

from roll_schema.catalog import MODELS as FOLDER
from roll_schema.catalog.checkpoint import SIZES


def main() -> None:
    """Write an entry for each causal language model and each model that reads images and text."""
    import transformers
    from transformers.models.auto import modeling_auto

    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()
    major = transformers.__version__.partition(".")[0]
    FOLDER.mkdir(exist_ok=True)
    classes = dict(modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES)
    classes.update(modeling_auto.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES)
    for model_type, name in sorted(classes.items()):
        try:
            entry = describe(model_type, name)
        except Exception as error:
            print(f"{model_type}: {type(error).__name__}: {str(error)[:90]}")
            continue
        if entry is not None:
            _write(model_type, major, entry)


def describe(model_type: str, class_name: str) -> dict[str, Any] | None:
    """The entry of one model type at its configuration's defaults; None where another type's class is reused."""
    import torch
    import transformers

    config = transformers.AutoConfig.for_model(model_type)
    name = class_name if isinstance(class_name, str) else class_name[0]
    with torch.device("meta"):
        model = getattr(transformers, name)._from_config(config)
    text = config.get_text_config()
    sizes = {ours: _first(text, theirs) for ours, theirs in SIZES.items()}
    return {
        "architecture": name,
        "sizes": {ours: size for ours, size in sizes.items() if size is not None},
        "tied": bool(getattr(config, "tie_word_embeddings", False)),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "output": _output(model),
        "modules": collapse((path, _kind(module)) for path, module in model.named_modules() if path),
        "weights": collapse((path, _shape(weight)) for path, weight in model.named_parameters()),
    }


def collapse(rows: Iterable[tuple[str, str]]) -> dict[str, str]:
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


def _shape(weight: Any) -> str:
    return "x".join(str(size) for size in weight.shape)


def _first(config: Any, names: tuple[str, ...]) -> int | None:
    values = (getattr(config, name, None) for name in names)
    return next((value for value in values if isinstance(value, int)), None)


def _write(model_type: str, major: str, entry: dict[str, Any]) -> None:
    path = FOLDER / f"{model_type}.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    known[major] = entry
    path.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
