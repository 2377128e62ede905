"""FSDP2's settings from the trainer's `strategy_config`, with the defaults that ROLL has for `fsdp2_train`."""

from __future__ import annotations

from dataclasses import dataclass

from roll_runtime.recipe import Recipe, strategy_settings
from roll_schema.facts.supported import FSDP2_DTYPES


@dataclass(frozen=True, slots=True)
class Fsdp2Settings:
    """How a model is sharded; types are those of `device.DTYPES`.

    `mesh` is the number of ranks, or replicas and the ranks within each; `layers` are the classes of modules that are
    gathered one by one, None for the model's own choice.
    """

    mesh: tuple[int, ...]
    load_dtype: str
    compute_dtype: str
    reduce_dtype: str
    reshard_after_forward: bool | int | None
    offloads: bool
    reduces_each_micro_batch: bool
    layers: tuple[str, ...] | None
    gathers_embeddings_alone: bool
    gathers_output_alone: bool


def settings(recipe: Recipe) -> Fsdp2Settings:
    """The settings of a config."""
    given = strategy_settings(recipe.trainer)
    policy = given.get("wrap_policy") or {}
    classes = policy.get("transformer_layer_cls_to_wrap")
    return Fsdp2Settings(
        mesh=_mesh(given.get("fsdp_size", 1), recipe.batches.ranks),
        # As in ROLL, `model_args.dtype` takes no effect, and a model without `param_dtype` is kept in fp32.
        load_dtype=FSDP2_DTYPES[given.get("param_dtype", "fp32")],
        compute_dtype=FSDP2_DTYPES[given.get("param_dtype", "bf16")],
        reduce_dtype=FSDP2_DTYPES[given.get("reduce_dtype", "fp32")],
        reshard_after_forward=given.get("reshard_after_forward"),
        offloads=bool(given.get("offload_policy", False)),
        reduces_each_micro_batch=bool(given.get("reduce_scatter_during_grad_accumulation", True)),
        layers=(classes,) if isinstance(classes, str) else classes and tuple(classes),
        gathers_embeddings_alone=bool(policy.get("wrap_embeddings", False)),
        gathers_output_alone=bool(policy.get("wrap_lm_output", False)),
    )


def _mesh(size: int, ranks: int) -> tuple[int, ...]:
    """As in ROLL, a size of 1 and less means all ranks, as does one beyond their number."""
    return (ranks // size, size) if 1 < size < ranks else (ranks,)
