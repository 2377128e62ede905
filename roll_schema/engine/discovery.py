"""Which files of a folder are configs."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from roll_schema.source import files
from roll_schema.source.text import MAX_BYTES


def configs_below(folder: Path, cache: Path | None) -> tuple[list[Path], list[Path]]:
    """Pipeline configs below a folder, and files too large to be looked at; `cache` is the folder of earlier answers.

    Fragments are linted with the configs that include them.
    """
    found, too_large = [], []
    known = None
    if cache is not None:
        from roll_schema.engine.cache import Cache
        from roll_schema.engine.options import Options

        known = Cache(cache, Options())
    for path in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")]):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        find = partial(is_config, path, faulty=True)
        if known.is_config(path, find) if known is not None else find():
            found.append(path)
        elif _is_too_large(path):
            too_large.append(path)
    return found, too_large


def is_config(path: Path, *, faulty: bool = False) -> bool:
    """Whether a file is a pipeline's config; one that is no YAML counts where it looks like one, or if `faulty`."""
    from roll_schema.engine import detect
    from roll_schema.source import text, tree

    try:
        source = text.read(path)
    except OSError:
        # One that cannot be read is told of; what is that large is none.
        return faulty and path.is_file() and path.stat().st_size <= MAX_BYTES
    if detect.mentions_pipeline(source.text):
        return True  # which spares reading it as YAML
    root, faults = tree.parse(source)
    if faults:
        return faulty
    return root is not None and detect.is_pipeline_config(root)


def _is_too_large(path: Path) -> bool:
    state = files.state(path)
    return state is not None and state[0] > MAX_BYTES
