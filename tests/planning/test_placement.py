"""Which roles a pipeline builds, and where they sit."""

from __future__ import annotations

from tests.planning.plans import lora


def test_roles_are_placed_as_the_config_says() -> None:
    assert [(role.name, len(role.devices), role.processes) for role in lora().roles] == [
        ("actor_train", 16, 0),
        ("actor_infer", 12, 0),
        ("rewards.math_rule", 0, 8),
        ("rewards.ifeval", 0, 8),
    ]
    assert lora().nodes == 2
    assert [group.devices for group in lora().groups] == [tuple(range(12)), (12, 13, 14, 15)]
    assert lora().phases == ("sync", "rollout", "reward", "log-probs", "train")


def test_the_reference_of_an_adapter_is_the_trainer() -> None:
    assert "reference" not in {role.name for role in lora().roles}
