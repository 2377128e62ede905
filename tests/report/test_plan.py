"""Plans as text, JSON and pictures."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

from roll_schema.report.plan import html as plan_html
from roll_schema.report.plan import json as plan_json
from roll_schema.report.plan import svg as plan_svg
from roll_schema.report.plan import text as plan_text
from roll_schema.report.plan.layout import node_rows
from tests.planning.plans import lora, plan_of
from tests.support import lint_text
from tests.write_examples import PICTURE, PLANNED, planned


def test_a_plan_without_roles_says_so() -> None:
    lines = list(plan_text.render(plan_of(lint_text("pretrain: a\n")), colored=False))
    assert lines[1:3] == ["", "  no role can be placed"]
    assert not any(line.startswith("    GPU") for line in lines)


def test_nodes_that_look_alike_are_one_row() -> None:
    text = """\
num_gpus_per_node: 8
actor_train: {device_mapping: "list(range(0,512))", strategy_args: {strategy_name: megatron_train}}
actor_infer: {device_mapping: "list(range(0,256))", strategy_args: {strategy_name: vllm}}
"""
    made = plan_of(lint_text(text, release="0.2.1"))
    assert made.nodes == 64
    assert [row.title for row in node_rows(made)] == ["nodes 0 to 31 (32 alike)", "nodes 32 to 63 (32 alike)"]


def test_a_gap_of_many_nodes_is_not_walked_through() -> None:
    text = 'actor_infer: {device_mapping: "[0, 1, 300000000]", strategy_args: {strategy_name: vllm}}\n'
    made = plan_of(lint_text(text, release="0.2.1"))
    assert [row.title for row in node_rows(made)] == ["node 0", "node 37500000"]


def test_text_shows_every_role_and_phase() -> None:
    text = "\n".join(plan_text.render(lora(), colored=False))
    assert all(role.name in text for role in lora().roles)
    assert all(f" {phase} " in text for phase in lora().phases)
    assert "\x1b" not in text
    assert "\x1b[48;2;" in "\n".join(plan_text.render(lora(), colored=True))


def test_every_amount_is_explained() -> None:
    text = "\n".join(plan_text.explain(lora()))
    assert "= 2 bytes × 7,615,616,512 frozen parameters / 16 ranks" in text
    assert text.count("\n                            = ") == sum(
        len(holding.amounts) for group in lora().groups for held in group.phases.values() for holding in held
    )


def test_json_has_all_of_it() -> None:
    document = json.loads(plan_json.render(lora()))
    assert document["roles"][0]["trained_parameters"] == 20_185_088
    assert document["groups"][0]["memory"]["rollout"]["actor_infer"]["complete"] is True
    assert document["kv_caches"]["actor_infer"]["sequence"] == 6144


def test_pictures_are_well_formed_and_carry_nothing_from_outside() -> None:
    svg = plan_svg.render(lora())
    ElementTree.fromstring(svg)
    html = plan_html.render(lora())
    assert svg in html
    for text in (svg, html):
        assert not re.search(r"<script|href|src=|url\(", text)


def test_hostile_names_stay_text() -> None:
    text = PLANNED.read_text(encoding="utf-8").replace("math_rule:", '"<script>\\u001b[2J":', 1)
    made = plan_of(lint_text(text, PLANNED, overrides=('pretrain="<b>&x"',)))
    svg = plan_svg.render(made)
    ElementTree.fromstring(svg)
    assert "<script>" not in svg
    assert "<b>" not in plan_html.render(made)
    assert "\x1b" not in "\n".join(plan_text.render(made, colored=False))


def test_the_picture_in_the_docs_is_up_to_date() -> None:
    assert PICTURE.read_text(encoding="utf-8") == plan_svg.render(planned(PLANNED, "h100-80g"))
