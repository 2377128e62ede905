"""transformers counts the parameters, PEFT chooses the modules: the catalog agrees with both, for every model type."""

from __future__ import annotations

import random
import re
from functools import cache
from typing import Any

import pytest

from roll_schema.facts.catalog.adapters import adapter_parameters, matched
from roll_schema.facts.catalog.architecture import FOLDER, Architecture, architectures
from roll_schema.facts.catalog.checkpoint import SIZES, Checkpoint
from roll_schema.facts.catalog.vllm_lora import adapted_embeddings, refuses_adapters
from tests.oracles.verdicts import shown
from tests.write_catalog import sizes_of

pytestmark = pytest.mark.oracle

TYPES = sorted(file.stem for file in FOLDER.glob("*.json"))
NAMES_OF_SIZES = {ours: theirs for ours, theirs in SIZES.items() if ours not in ("positions", "experts_per_token")}
TYPE_OF = {known.class_name: model_type for model_type in TYPES for known in architectures(model_type)}
COMMON = ("qwen2", "qwen3", "llama", "mistral", "gemma", "phi3", "gpt2", "opt", "qwen2_5_vl", "bloom", "falcon", "glm4")


def installed(model_type: str) -> Architecture | None:
    """The entry for the transformers that is installed."""
    import transformers

    major = transformers.__version__.partition(".")[0]
    return next((known for known in architectures(model_type) if known.major == major), None)


def installed_or_skip(model_type: str) -> Architecture:
    known = installed(model_type)
    if known is None:
        pytest.skip("of another release of transformers")
    return known


@cache
def build(model_type: str, class_name: str, changes: tuple[tuple[str, int], ...] = ()) -> Any:
    """The model on the meta device, with settings of its language model changed."""
    import torch
    import transformers

    config = transformers.AutoConfig.for_model(model_type)
    text = config.get_text_config()
    part = next((key for key, value in vars(config).items() if value is text), "")
    given = {part: dict(changes)} if part and changes else dict(changes)
    with torch.device("meta"):
        return getattr(transformers, class_name)._from_config(transformers.AutoConfig.for_model(model_type, **given))


def other_sizes(known: Architecture, seed: str) -> dict[str, int]:
    """Other sizes that the model can be built at, all that scale at once."""
    chosen = random.Random(seed)
    sizes = {name: size for name, size in known.sizes.items() if name not in NAMES_OF_SIZES}
    for name in sorted(NAMES_OF_SIZES.keys() & known.sizes.keys()):
        factor = chosen.choice((1, 2, 3)) if name in known.scales else 1
        sizes[name] = known.sizes[name] * factor
    if known.sizes.get("kv_heads") == known.sizes.get("heads") and "heads" in sizes:
        sizes["kv_heads"] = sizes["heads"]
    return sizes


def settings(model_type: str, known: Architecture, sizes: dict[str, int]) -> tuple[tuple[str, int], ...]:
    """Sizes under the names that this configuration gives them."""
    import transformers

    text = transformers.AutoConfig.for_model(model_type).get_text_config()
    return tuple(
        (next((name for name in theirs if hasattr(text, name)), theirs[0]), sizes[ours])
        for ours, theirs in NAMES_OF_SIZES.items()
        if ours in known.scales and ours in sizes
    )


@pytest.mark.parametrize("model_type", TYPES)
def test_parameters_agree_to_the_digit(model_type: str) -> None:
    known = installed_or_skip(model_type)
    model = build(model_type, known.class_name)
    assert known.parameters(known.sizes, tied=False) == sum(weight.numel() for weight in model.parameters())
    if not known.scales:
        return
    sizes = other_sizes(known, model_type)
    try:
        model = build(model_type, known.class_name, settings(model_type, known, sizes))
    except Exception as refused:  # each configuration has errors of its own
        pytest.skip(f"transformers builds no such model: {refused}")
    found = sizes_of(model.config)
    if found != sizes:  # the configuration derives one of them
        sizes = found
        if not known.fits(sizes):
            return
    assert known.fits(sizes)
    assert known.parameters(sizes, tied=False) == sum(weight.numel() for weight in model.parameters())


def targets(known: Architecture, seed: str) -> list[str | list[str]]:
    """Targets such as people write, and such as they write by mistake."""
    chosen = random.Random(seed)
    paths = list(dict(known.module_kinds(known.sizes)))
    last = sorted({path.rpartition(".")[2] for path in paths})
    some = chosen.sample(last, min(3, len(last)))
    path = chosen.choice(paths)
    return [
        "all-linear",
        "ALL-LINEAR",
        some,
        [path],
        [path.partition(".")[2] or path],
        [*some[:1], "no_such_module", "proj"],
        rf".*\.({'|'.join(map(re.escape, some))})",
        re.escape(path),
        path.replace(".", "\\."),
        rf".*\.\d\.[a-z_.]*{re.escape(some[0])}",
        some[0],
    ]


@pytest.mark.parametrize("model_type", TYPES)
def test_peft_takes_the_same_modules(model_type: str) -> None:
    from peft import LoraConfig
    from peft.tuners.tuners_utils import _maybe_include_all_linear_layers, check_target_module_exists

    known = installed_or_skip(model_type)
    model = build(model_type, known.class_name)
    paths = [path for path, _ in model.named_modules() if path]
    for target in targets(known, model_type):
        config = _maybe_include_all_linear_layers(LoraConfig(target_modules=target), model)
        theirs = {path for path in paths if check_target_module_exists(config, path)}
        assert set(matched(known, known.sizes, target)) == theirs, target


@pytest.mark.parametrize("model_type", COMMON)
@pytest.mark.parametrize("rank", [1, 8])
def test_peft_makes_adapters_of_the_same_size(model_type: str, rank: int) -> None:
    from peft import LoraConfig, get_peft_model

    known = installed(model_type)
    assert known is not None
    layers = 2 if "layers" in known.scales else known.sizes["layers"]
    sizes = {**known.sizes, "layers": layers}
    import transformers

    text = transformers.AutoConfig.for_model(model_type).get_text_config()
    name = next(name for name in SIZES["layers"] if hasattr(text, name))
    model = build.__wrapped__(model_type, known.class_name, ((name, layers),))
    adapted = get_peft_model(model, LoraConfig(r=rank, target_modules="all-linear"), low_cpu_mem_usage=True)
    trained = sum(weight.numel() for weight in adapted.parameters() if weight.requires_grad)
    assert adapter_parameters(known, sizes, matched(known, sizes, "all-linear"), rank) == trained


def test_every_common_type_is_checked() -> None:
    assert all(installed(model_type) is not None for model_type in COMMON)


SERVED = ("Qwen2ForCausalLM", "Qwen3ForCausalLM", "LlamaForCausalLM", "Qwen3MoeForCausalLM", "MistralForCausalLM")
REFUSED = ("GPT2LMHeadModel", "FalconForCausalLM", "BloomForCausalLM", "GPTJForCausalLM", "StableLmForCausalLM")
shown("lora-model-refused-by-vllm", "ModelRegistry", listed=len(SERVED + REFUSED))
shown("lora-on-embeddings", "ModelRegistry", listed=len(SERVED))


@pytest.mark.parametrize("name", SERVED + REFUSED)
def test_vllm_serves_adapters_for_the_same_models(name: str) -> None:
    from vllm.model_executor.models import ModelRegistry

    known = Checkpoint(TYPE_OF[name], {}, "its class")
    model = ModelRegistry._try_load_model_cls(name)
    assert bool(getattr(model, "supports_lora", False)) is (name in SERVED)
    assert refuses_adapters(known) == (name if name in REFUSED else None)
    if name in SERVED:
        assert adapted_embeddings(known) == sorted(getattr(model, "embedding_modules", {}))
