"""The files in examples/cluster: a Slurm script that really starts a cluster, and a RayJob whose pods Kubernetes takes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import EXAMPLES
from tests.patience import PATIENCE
from tests.runtime.conftest import CONFIG, PLAIN, RollRun

CLUSTER = EXAMPLES / "cluster"
RAY_JOB = {"entrypoint", "shutdownAfterJobFinishes", "backoffLimit", "rayClusterSpec"}
WORKERS = {"groupName", "replicas", "minReplicas", "maxReplicas", "rayStartParams", "template"}
"""Keys of KubeRay's `ray.io/v1`."""

NODES = "#!/bin/sh\nprintf '127.0.0.1\\nlocalhost\\n'\n"
ON_NODE = '#!/bin/sh\nwhile case "$1" in -*) true;; *) false;; esac; do shift; done\nexec "$@"\n'
"""What stands for `scontrol` and `srun`: two names of this machine, and commands run here."""


def pods() -> list[dict[str, Any]]:
    job = YAML(typ="safe").load(CLUSTER / "rayjob.yaml")
    cluster = job["spec"]["rayClusterSpec"]
    assert set(job["spec"]) <= RAY_JOB
    assert set(cluster) == {"headGroupSpec", "workerGroupSpecs"}
    assert set(cluster["headGroupSpec"]) == {"rayStartParams", "template"}
    assert all(set(group) == WORKERS for group in cluster["workerGroupSpecs"])
    return [group["template"] for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"])]


@pytest.mark.parametrize("template", pods())
def test_kubernetes_takes_the_pods(template: dict[str, Any]) -> None:
    kubernetes = pytest.importorskip("kubernetes_validate")
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}, **template}
    kubernetes.validate(pod, kubernetes.latest_version(), strict=True)
    with pytest.raises(kubernetes.ValidationError):
        kubernetes.validate(pod | {"spec": {"containers": "none"}}, kubernetes.latest_version(), strict=True)


@pytest.mark.engines
@pytest.mark.slow
def test_a_slurm_job_brings_its_own_cluster(
    roll_run: RollRun, tmp_path: Path, nothing_left: Callable[[], list[str]]
) -> None:
    for name, text in (("scontrol", NODES), ("srun", ON_NODE)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "roll-run").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m roll_runtime "$@"\n')
    (tmp_path / "roll-run").chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    done = subprocess.run(
        ["bash", CLUSTER / "roll_run.slurm", CONFIG, *PLAIN, "exp_name=slurm", "max_steps=3", "num_gpus_per_node=1"],
        cwd=roll_run.folder,
        env={
            **os.environ,
            "PATH": os.pathsep.join((str(tmp_path), str(Path(sys.executable).parent), os.environ["PATH"])),
            "SLURM_JOB_NODELIST": "node-[1-2]",
            "RAY_PORT": str(port),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("Ray runtime started.") == 2, "both nodes"
    assert "step 3/3" in done.stdout
    assert (roll_run.folder / "output" / "slurm" / "checkpoints" / "step-000003").is_dir()
    assert nothing_left() == []
    left = subprocess.run(["pgrep", "-f", f"gcs_server.*{port}"], capture_output=True, text=True, check=False)
    assert left.stdout == "", "the cluster ended with the job"
