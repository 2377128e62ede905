"""What Hydra composes, and what we compose."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf

from roll_schema.composition import compose, interpolate, overrides
from roll_schema.composition.compose import Composition
from roll_schema.source import tree
from roll_schema.source.text import read
from tests.support import plain, same


def hydra(path: Path, arguments: list[str] | None = None) -> Any:
    """What Hydra composes and OmegaConf resolves, or the exception that stopped it."""
    GlobalHydra.instance().clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with initialize_config_dir(str(path.parent.resolve()), version_base="1.1", job_name="app"):
                config = hydra_compose(config_name=path.name, overrides=arguments or [])
            return OmegaConf.to_container(config, resolve=True)
        except Exception as error:  # Hydra and OmegaConf raise a dozen kinds
            return error


def composed(path: Path, arguments: list[str] | None = None, **options: Any) -> Composition:
    source = read(path)
    root, faults = tree.parse(source)
    assert faults == []
    given, faults = overrides.parse(arguments or [])
    assert faults == []
    return compose.compose(path, source, root or tree.Node({}, source.span(0, 0)), given, **options)


def ours(path: Path, arguments: list[str] | None = None) -> Any:
    composition = composed(path, arguments)
    resolved, faults, *_ = interpolate.resolve(composition.root)
    faults = [*(fault for fault in composition.faults if fault.rule != "misplaced-fragment"), *faults]
    return faults or plain(resolved)


def assert_as_hydra(path: Path, arguments: list[str] | None = None) -> None:
    """Both stop, or both give the same values."""
    expected, got = hydra(path, arguments), ours(path, arguments)
    if isinstance(expected, Exception):
        assert isinstance(got, list), got
        assert got
    else:
        assert same(got, expected)
