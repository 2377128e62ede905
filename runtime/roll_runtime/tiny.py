"""A model small enough for any machine, with questions it can learn to answer: `roll-run tiny DIR`.

The model is a random Qwen2 of 0.3 million parameters over single characters and ten words, `\\boxed{0}` to
`\\boxed{9}`. Every question has the answer 7, so that what can be learnt is which answer is rewarded; no arithmetic.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

ANSWER = 7
_CHARACTERS = "\n" + "".join(map(chr, range(32, 127)))
_SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_SHARPNESS = 8
"""A random head is so flat that sampling cannot leave it behind; scaled, rewards reach 1."""


def write(folder: Path, seed: int = 0, width: int = 128, layers: int = 2) -> None:
    """Write `model/`, `train.jsonl` and `validation.jsonl` into a folder; the same seed gives the same files."""
    folder.mkdir(parents=True, exist_ok=True)
    write_model(folder / "model", seed, width, layers)
    questions = [_row(number, *terms) for number, terms in enumerate(_sums())]
    _write_rows(folder / "train.jsonl", [row for row in questions if row["id"] % 5])
    _write_rows(folder / "validation.jsonl", [row for row in questions if not row["id"] % 5])


def write_model(folder: Path, seed: int, width: int, layers: int) -> None:
    """Write a random Qwen2 whose heads are 64 wide, as vLLM's CPU kernels want them; `width` is a multiple of that."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    tokenizer = _tokenizer()
    torch.manual_seed(seed)
    model = Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=128,
            hidden_size=width,
            intermediate_size=2 * width,
            num_hidden_layers=layers,
            num_attention_heads=width // 64,
            num_key_value_heads=1,
            max_position_embeddings=512,
            tie_word_embeddings=False,
            bos_token_id=None,
            eos_token_id=tokenizer.convert_tokens_to_ids("<|im_end|>"),
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    with torch.no_grad():
        model.lm_head.weight.mul_(_SHARPNESS)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _tokenizer() -> PreTrainedTokenizerFast:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    vocabulary = {token: number for number, token in enumerate([*_SPECIAL, *_CHARACTERS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=" "))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    tokenizer.decoder = decoders.Fuse()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in _SPECIAL])
    tokenizer.add_tokens([AddedToken(f"\\boxed{{{digit}}}", normalized=False) for digit in range(10)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        chat_template=_CHAT_TEMPLATE,
        clean_up_tokenization_spaces=False,
    )


def _sums() -> list[tuple[int, int]]:
    return [(first, ANSWER - first) for first in range(ANSWER - 50, ANSWER + 50)]


def _row(number: int, first: int, second: int) -> dict[str, Any]:
    question = f"What is {first} + {second}?" if second >= 0 else f"What is {first} - {-second}?"
    messages = [{"role": "user", "content": question}]
    return {"id": number, "tag": "sums", "messages": messages, "ground_truth": str(ANSWER)}


def _write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
