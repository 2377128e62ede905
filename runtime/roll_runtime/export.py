"""`roll-run export CHECKPOINT FOLDER`: a checkpoint's adapter merged into its base model, as a model of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from roll_runtime.errors import DataProblem


def merge(checkpoint: Path, folder: Path, base: str | None = None) -> None:
    """Write the merged model and its tokenizer; `base` is where the base model is now, if it was moved.

    Raises DataProblem where the checkpoint or the base model cannot be loaded, or the folder is in use.
    """
    from peft import PeftConfig, PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    adapter = checkpoint / "adapter" if (checkpoint / "adapter").is_dir() else checkpoint
    if not (adapter / "adapter_config.json").is_file():
        there = sorted(str(path) for path in checkpoint.glob("checkpoints/step-*"))
        hint = f"; there is {', '.join(there)}" if there else ""
        raise DataProblem(f"{checkpoint} is no checkpoint and no adapter{hint}")
    if base is not None and not Path(base).is_dir():
        raise DataProblem(f"there is no folder {base}")
    if folder.exists() and any(folder.iterdir()):
        raise DataProblem(f"{folder} is not empty")
    try:
        base = base or PeftConfig.from_pretrained(str(adapter)).base_model_name_or_path
        model = AutoModelForCausalLM.from_pretrained(base, dtype="auto")
        merged = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
        tokenizer = AutoTokenizer.from_pretrained(base)
    except (OSError, ValueError) as error:
        raise DataProblem(f"{adapter} cannot be merged: {str(error).splitlines()[0]}") from None
    draft = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    merged.save_pretrained(draft)
    tokenizer.save_pretrained(draft)
    if folder.exists():
        folder.rmdir()
    draft.rename(folder)
