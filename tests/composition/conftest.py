from __future__ import annotations

from pathlib import Path

import pytest

FILES = {
    "config/one.yaml": "x: 1\nshared: {a: 1, b: [1, 2]}\n",
    "config/two.yaml": "x: 2\nshared: {a: 2, c: ~}\nnested: ${x}\n",
    "config/nested.yaml": "defaults:\n  - one\n  - two@inner\nx: 3\n",
    "config/headed.yaml": "# @package _global_.deep.down\nx: 4\n",
    "group/alpha.yaml": "name: alpha\n",
    "group/beta.yaml": "name: beta\nonly: 1\n",
    "main/group/local.yaml": "name: local\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path
