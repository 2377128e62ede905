"""Answers by transformers' own `generate`: slow, but wherever torch runs (`strategy_name: hf_infer`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from roll_runtime import device
from roll_runtime.batch import Answer, Ends
from roll_runtime.errors import TrainingFailed
from roll_runtime.recipe import Recipe
from roll_runtime.settings import Sampling


class TransformersEngine:
    """A model with the current adapter; the same interface as VllmEngine."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.device = device.own()
        self.model: Any = None

    def start(self) -> None:
        """Load the base model."""
        from transformers import AutoModelForCausalLM, AutoTokenizer

        dtype = device.DTYPES[self.recipe.engine.model_args.dtype or "bf16"]
        self.base = AutoModelForCausalLM.from_pretrained(self.recipe.model, dtype=dtype).to(self.device).eval()
        self.tokenizer = AutoTokenizer.from_pretrained(self.recipe.model)
        self.ends = Ends.of(self.tokenizer)

    def load(self, number: int, config: dict[str, Any], weights: bytes) -> int:
        """Take an adapter in place of the last one; gives the count of modules that it changes."""
        from peft import LoraConfig, get_peft_model, set_peft_model_state_dict
        from safetensors.torch import load

        if self.model is None:
            known = {name: value for name, value in config.items() if name in LoraConfig.__dataclass_fields__}
            self.model = get_peft_model(self.base, LoraConfig(**known)).eval()
        set_peft_model_state_dict(self.model, load(weights))
        return sum(".lora_A" in name for name, _ in self.model.named_parameters())

    def generate(
        self, prompts: list[tuple[int, ...]], sampling: Sampling, seed: int
    ) -> Iterator[list[tuple[int, list[Answer]]]]:
        """Answers of each prompt, all at once."""
        torch.manual_seed(seed)
        longest = max(map(len, prompts))
        pad = self.tokenizer.pad_token_id
        padded = [[pad] * (longest - len(tokens)) + list(tokens) for tokens in prompts]
        tokens = torch.tensor(padded, device=self.device)
        lengths = torch.tensor([len(own) for own in prompts], device=self.device)
        attention = (torch.arange(longest, device=self.device) >= longest - lengths[:, None]).long()
        generated = self._generated(
            input_ids=tokens,
            attention_mask=attention,
            max_new_tokens=sampling.longest,
            num_return_sequences=sampling.count,
            pad_token_id=pad,
            eos_token_id=self.ends.tokens or None,
            return_dict_in_generate=True,
            output_logits=True,
            **_choices(sampling, self.tokenizer),
        )
        log_probs = torch.stack(generated.logits, 1).float().log_softmax(-1)
        answers = generated.sequences[:, longest:]
        chosen = log_probs.gather(-1, answers[..., None]).squeeze(-1)
        rows = [self._answer(*row) for row in zip(answers.tolist(), chosen.tolist(), strict=True)]
        count = sampling.count
        yield [(number, rows[number * count : (number + 1) * count]) for number in range(len(prompts))]

    def stop(self) -> None:
        """Nothing is left behind."""

    def _generated(self, **arguments: Any) -> Any:
        try:
            with torch.no_grad():
                return self.model.generate(**arguments)
        except RuntimeError as error:
            if "probability tensor" not in str(error):
                raise
            raise TrainingFailed("the engine's probabilities are not finite; lower `learning_rate`") from None

    def _answer(self, tokens: list[int], log_probs: list[float]) -> Answer:
        length = self.ends.length(tokens)
        text = self.tokenizer.decode(tokens[:length], skip_special_tokens=True)
        finished = any(token in self.ends for token in tokens)
        return Answer(tuple(tokens[:length]), tuple(log_probs[:length]), text, finished)


def _choices(sampling: Sampling, tokenizer: Any) -> dict[str, Any]:
    """Sampling in generate's terms; greedy at temperature 0."""
    if sampling.temperature == 0:
        return {"do_sample": False}
    chosen: dict[str, Any] = {
        "do_sample": True,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "repetition_penalty": sampling.repetition_penalty,
    }
    if sampling.stop:
        chosen |= {"stop_strings": list(sampling.stop), "tokenizer": tokenizer}
    return chosen
