"""Which of the environments that a config describes run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig


def runs(config: AgenticConfig, name: str) -> bool:
    """Whether a manager has this one among its tags; raises Unresolved where an unknown tag may be it."""
    return any(name in (manager.tags or ()) for manager in (config.train_env_manager, config.val_env_manager))
