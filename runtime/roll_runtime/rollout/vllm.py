"""Answers by vLLM: an engine with the current adapter on top of the base model, which is loaded once."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from roll_runtime.batch import Answer, Ends
from roll_runtime.errors import TrainingFailed
from roll_runtime.recipe import Recipe, strategy_settings
from roll_runtime.settings import Sampling
from roll_schema.facts.strategies import backend_of
from roll_schema.planning import workers

_DTYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}
Group = tuple[int, list[Answer]]
"""The number of a prompt in the call, and its answers."""


class VllmEngine:
    """An engine; tensor parallelism is inside of it."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.adapter: Any = None

    def start(self) -> None:
        """Load the base model."""
        from vllm import LLM

        self.llm = LLM(**arguments(self.recipe))
        self.engine = self.llm.llm_engine
        self.tokenizer = self.llm.get_tokenizer()
        self.ends = Ends.of(self.tokenizer)

    def load(self, number: int, config: dict[str, Any], weights: bytes) -> int:
        """Take an adapter in place of the last one; gives the count of modules that it changes.

        Each has a number and a name of its own: vLLM's prefix cache goes by the name, and would otherwise answer with
        what the last one left. Raises TrainingFailed where the engine does not hold just this one.
        """
        from vllm.lora.request import LoRARequest

        if self.adapter is not None:
            self.engine.remove_lora(self.adapter.lora_int_id)
        with tempfile.TemporaryDirectory(prefix="adapter-", dir=_memory()) as folder:
            Path(folder, "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
            Path(folder, "adapter_model.safetensors").write_bytes(weights)
            self.adapter = LoRARequest(f"step-{number}", number, folder)
            self.engine.add_lora(self.adapter)
        held = set(self.engine.list_loras())
        if held != {number}:
            raise TrainingFailed(f"the engine was sent adapter {number} and holds {sorted(held) or 'none'}")
        self.engine.reset_prefix_cache()
        return int(self.llm.collective_rpc("bound_modules", args=(number,))[0])

    def generate(self, prompts: list[tuple[int, ...]], sampling: Sampling, seed: int) -> Iterator[list[Group]]:
        """Answers of each prompt, as they come: those that a step of the engine finished."""
        self.llm.collective_rpc("seed_step", args=(seed,))
        parameters = _parameters(sampling, self.ends)
        for number, tokens in enumerate(prompts):
            self.engine.add_request(
                f"{seed}-{number}", {"prompt_token_ids": list(tokens)}, parameters, lora_request=self.adapter
            )
        while self.engine.has_unfinished_requests():
            finished = [output for output in self.engine.step() if output.finished]
            if finished:
                yield [
                    (int(output.request_id.rpartition("-")[2]), self._answers(output, sampling)) for output in finished
                ]

    def _answers(self, output: Any, sampling: Sampling) -> list[Answer]:
        return [self._answer(answer, sampling) for answer in output.outputs]

    def _answer(self, answer: Any, sampling: Sampling) -> Answer:
        length = self.ends.length(answer.token_ids)
        tokens = tuple(answer.token_ids[:length])
        return Answer(
            tokens=tokens,
            log_probs=tuple(
                found[token].logprob for token, found in zip(tokens, answer.logprobs[:length], strict=True)
            ),
            text=answer.text if sampling.stop else self.tokenizer.decode(tokens, skip_special_tokens=True),
            finished=answer.finish_reason == "stop",
        )

    def stop(self) -> None:
        """Give the engine's memory back."""
        with contextlib.suppress(Exception):
            self.engine.engine_core.shutdown()


def arguments(recipe: Recipe) -> dict[str, Any]:
    """vLLM's engine arguments: those of `strategy_config`, with what ROLL sets itself."""
    given = strategy_settings(recipe.engine)
    model = recipe.engine.model_args
    return {
        **{name: value for name, value in given.items() if _is_passed_on(name)},
        "model": recipe.model,
        "dtype": _DTYPES[model.dtype or "bf16"],
        "seed": recipe.config.seed,
        "enable_lora": True,
        "max_loras": 1,
        "max_lora_rank": model.lora_rank or recipe.lora.rank,
        "max_model_len": given.get("max_model_len") or recipe.prompt_length + recipe.response_length,
        # Left to itself, vLLM finds that it runs below Ray, and asks Ray for devices that this run holds already.
        "distributed_executor_backend": "mp" if (workers.gpus_per_worker(recipe.engine) or 1) > 1 else "uni",
        "worker_extension_cls": "roll_runtime.rollout.vllm_worker.WorkerExtension",
        "disable_log_stats": True,
        **_for_cpu(given),
    }


def _is_passed_on(name: str) -> bool:
    """Whether a key is vLLM's: not one that ROLL reads itself, nor `load_format`, whose `dummy` would wait for weights
    that here never come.
    """
    vllm = backend_of("vllm")
    known = vllm.keys.get(name) if vllm is not None else None
    return name != "load_format" and not (known is not None and known.consumed)


def _for_cpu(given: dict[str, Any]) -> dict[str, Any]:
    """What vLLM's CPU build wants otherwise: blocks in multiples of 32 tokens."""
    from vllm.platforms import current_platform

    block = given.get("block_size")
    return {"block_size": None} if current_platform.is_cpu() and block and block % 32 else {}


def _parameters(sampling: Sampling, ends: Ends) -> Any:
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind

    return SamplingParams(
        n=sampling.count,
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        top_k=sampling.top_k,
        repetition_penalty=sampling.repetition_penalty,
        max_tokens=sampling.longest,
        stop=list(sampling.stop) or None,
        stop_token_ids=ends.tokens or None,
        include_stop_str_in_output=sampling.keep_stop,
        # Text is needed while tokens come only to look for a string to stop at.
        detokenize=bool(sampling.stop),
        logprobs=0,
        output_kind=RequestOutputKind.FINAL_ONLY,
    )


def _memory() -> str | None:
    """A folder in memory where the system has one: adapters are written, read once and deleted."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
