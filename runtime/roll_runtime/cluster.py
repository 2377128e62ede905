"""The run's processes: a Ray cluster, started here or joined, and one actor per seat of the placement."""

from __future__ import annotations

import contextlib
import glob
import os
import signal
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import ActorDiedError, RayActorError, RayTaskError, WorkerCrashedError
from ray.util.placement_group import PlacementGroup, placement_group
from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

from roll_runtime import guard, stall
from roll_runtime.errors import EnvironmentProblem, Interrupted, RunError, TrainingFailed, WorkerLost
from roll_runtime.placement import Placement, Seat

_OBJECT_STORE = 2 << 30
_LOG_LINES = 20
_NAMES = 8
"""Workers that a message names; of more it gives the number."""

_POLL = 0.2
"""Seconds between two looks at whether the run shall stop."""


@dataclass(slots=True)
class Worker:
    """An actor with what messages call it; `pid` is 0 until it answered for the first time."""

    name: str
    actor: Any
    pid: int = 0

    def call(self, method: str, *arguments: Any) -> Any:
        """Call a method without waiting for it."""
        return getattr(self.actor, method).remote(*arguments)


@dataclass(slots=True)
class Cluster:
    """A Ray cluster to place workers on; a context manager that leaves none of its own processes behind.

    `patience` is how long to wait for free devices, `timeout` for a call's result; both in seconds.
    """

    placement: Placement
    address: str | None = None
    patience: float = 60
    timeout: float = 3600
    shielded: bool = False
    log_folder: Path | None = None
    workers: list[Worker] = field(default_factory=list)
    groups: dict[int, PlacementGroup] = field(default_factory=dict)
    waited_for: list[tuple[Worker, Any]] = field(default_factory=list)
    stop_signal: int = 0
    has_gpus: bool = False
    _guard: guard.Guard | None = None
    _handlers: dict[int, Any] = field(default_factory=dict)

    def __enter__(self) -> Cluster:
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        os.environ.setdefault("RAY_DEDUP_LOGS", "0")
        # Ray would have its workers step aside (nice 15): beside one busy program a step then takes ten times as long.
        os.environ.setdefault("RAY_worker_niceness", "0")
        try:
            with stall.waiting(self._ray):
                self._connect()
        except BaseException:
            self._release()
            raise
        # Decided once: nodes may still be joining, and half of the workers on each kind would fail.
        self.has_gpus = ray.cluster_resources().get("GPU", 0) > 0
        # Ray has handlers of its own by now, which would end the driver at once.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._handlers[number] = signal.signal(number, self._asked_to_stop)
        try:
            with stall.waiting(lambda: f"{self._demand()} to be free"):
                self._reserve()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.dismiss()
        for group in self.groups.values():
            with contextlib.suppress(Exception):
                ray.util.remove_placement_group(group)
        self._release()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def seat(self, kind: type, seat: Seat, environment: dict[str, str], *arguments: Any) -> Worker:
        """Start an actor on its devices."""
        bundle = self.placement.nodes[seat.node].index(seat.devices[0])
        strategy = PlacementGroupSchedulingStrategy(self.groups[seat.node], placement_group_bundle_index=bundle)
        share = {"num_gpus": seat.share, "num_cpus": 0} if self.has_gpus else {"num_cpus": seat.share}
        if self.has_gpus:
            environment = environment | self._visible(seat)
        return self._add(
            f"{seat.role}-{seat.rank}", kind, environment, arguments, scheduling_strategy=strategy, **share
        )

    def loose(self, name: str, kind: type, environment: dict[str, str], *arguments: Any) -> Worker:
        """Start an actor that needs no device, wherever there is room."""
        return self._add(name, kind, environment, arguments, num_cpus=0, scheduling_strategy="SPREAD")

    def on_nodes(self, role: str, environment: dict[str, str], function: Any, *arguments: Any) -> list[Any]:
        """The results of a function that is called once on each node of a role; raises like `all`."""
        calls = []
        for node in sorted({seat.node for seat in self.placement.of(role)}):
            task = ray.remote(function).options(
                # A small share of a GPU, so that the function sees what the workers will see.
                num_gpus=0.01 if self.has_gpus else 0,
                num_cpus=0,
                max_retries=0,
                runtime_env={"env_vars": environment},
                scheduling_strategy=PlacementGroupSchedulingStrategy(self.groups[node], placement_group_bundle_index=0),
            )
            calls.append((Worker(f"node {node}", None), task.remote(*arguments)))
        return self.all(calls)

    def all(self, calls: Iterable[tuple[Worker, Any]]) -> list[Any]:
        """The results of calls that were made, in order; raises what ended one of them, Interrupted, or WorkerLost."""
        calls = list(calls)
        owner = {reference: worker for worker, reference in calls}
        results: dict[Any, Any] = {}
        pending = list(owner)
        deadline = time.monotonic() + self.timeout
        while pending:
            self.waited_for = [(owner[reference], reference) for reference in pending]
            done, pending = ray.wait(pending, num_returns=len(pending), timeout=_POLL)
            for reference in done:
                results[reference] = self._result(owner[reference], reference)
            self._check_time(deadline, [owner[reference] for reference in pending])
        self.waited_for = []
        return [results[reference] for _, reference in calls]

    def settle(self, calls: Iterable[tuple[Worker, Any]], seconds: float = 120) -> None:
        """Wait for calls of which one failed; raises WorkerLost where others still wait for the one that did."""
        owner = {reference: worker for worker, reference in calls}
        _, waiting = ray.wait(list(owner), num_returns=len(owner), timeout=seconds)
        if waiting:
            names = ", ".join(owner[reference].name for reference in waiting)
            raise WorkerLost(f"{names} waited for a rank that had failed")

    def stream(self, calls: Iterable[tuple[Worker, Any]]) -> Iterator[tuple[Worker, Any]]:
        """What generator methods yield, as it comes; raises like `all`."""
        owner = {generator: worker for worker, generator in calls}
        pending = list(owner)
        deadline = time.monotonic() + self.timeout
        while pending:
            done, _ = ray.wait(pending, num_returns=1, timeout=_POLL)
            for generator in done:
                try:
                    reference = next(generator)
                except StopIteration:
                    pending.remove(generator)
                else:
                    yield owner[generator], self._result(owner[generator], reference)
            self._check_time(deadline, [owner[generator] for generator in pending])

    def check_stop(self) -> None:
        """Raise Interrupted if the run was asked to stop, and may be stopped here."""
        if self.stop_signal and not self.shielded:
            raise Interrupted(self.stop_signal)

    @contextlib.contextmanager
    def shield(self) -> Iterator[None]:
        """What must not be left half done: a request to stop waits until it is."""
        self.shielded = True
        try:
            yield
        finally:
            self.shielded = False

    def dismiss(self) -> None:
        """End all actors, those first that can still leave by themselves."""
        leaving = [worker.call("stop") for worker in self.workers]
        with contextlib.suppress(Exception):
            ray.wait(leaving, num_returns=len(leaving), timeout=5)
        for worker in self.workers:
            with contextlib.suppress(Exception):
                ray.kill(worker.actor)
        _wait_for_end([worker.pid for worker in self.workers if worker.pid])
        self.keep_logs()
        self.workers = []

    def _release(self) -> None:
        ray.shutdown()
        if self._guard is not None:
            os.environ.pop(guard.VARIABLE, None)
            self._guard.dismiss()

    def _connect(self) -> None:
        if self.address is None:
            self._start()
        else:
            self._join()

    def _start(self) -> None:
        gpus = _gpus()
        if gpus and gpus < self.placement.demand:
            raise EnvironmentProblem(
                f"the config places workers on {self.placement.demand} GPUs and this machine has {gpus}: change "
                "`device_mapping`, or join a cluster with --address"
            )
        folder = Path(tempfile.mkdtemp(prefix=guard.PREFIX))
        self._guard = guard.Guard(folder)
        # Every process of this Ray cluster inherits it.
        os.environ[guard.VARIABLE] = str(folder)
        try:
            ray.init(
                num_cpus=max(os.cpu_count() or 1, self.placement.demand),
                num_gpus=gpus,
                include_dashboard=False,
                log_to_driver=False,
                logging_level="ERROR",
                object_store_memory=min(_OBJECT_STORE, _memory() // 10),
                _temp_dir=str(folder),
            )
        except Exception as error:
            raise EnvironmentProblem(f"Ray does not start: {error}") from error

    def _join(self) -> None:
        try:
            _reach(self.address or "")
            ray.init(address=self.address, log_to_driver=False, logging_level="ERROR")
        except Exception as error:
            told = "RAY_AUTH_MODE" in os.environ or isinstance(error, OSError)
            hint = "" if told else "; where it asks for a token, set RAY_AUTH_MODE=token"
            raise EnvironmentProblem(f"no Ray cluster can be joined at {self.address}: {error}{hint}") from error

    def _reserve(self) -> None:
        """Reserve every node's devices, or say what is wanted and what is there."""
        resource = "GPU" if self.has_gpus else "CPU"
        for node, devices in self.placement.nodes.items():
            self.groups[node] = placement_group([{resource: 1}] * len(devices), strategy="STRICT_PACK")
        deadline = time.monotonic() + self.patience
        for group in self.groups.values():
            while not group.wait(_POLL):
                self.check_stop()
                if time.monotonic() > deadline:
                    raise EnvironmentProblem(self._shortage(resource))

    def _ray(self) -> str:
        return f"the Ray cluster at {self.address} to answer" if self.address else "Ray to start"

    def _demand(self) -> str:
        wanted = ", ".join(f"{len(devices)} on one node" for devices in self.placement.nodes.values())
        return f"{self.placement.demand} {'GPU' if self.has_gpus else 'CPU'}s ({wanted})"

    def _shortage(self, resource: str) -> str:
        alive = [node["Resources"].get(resource, 0) for node in ray.nodes() if node["Alive"]]
        free = ray.available_resources().get(resource, 0)
        there = ", ".join(f"{count:.0f}" for count in sorted(alive, reverse=True))
        return (
            f"the run wants {self._demand()}; after {self.patience:.0f} seconds the "
            f"cluster's nodes have {there} and {free:.0f} are free: change `device_mapping` or `num_gpus_per_node`, "
            "or wait longer with --wait SECONDS"
        )

    def _visible(self, seat: Seat) -> dict[str, str]:
        """The GPUs of a seat by the numbers that its node knows them by."""
        devices = self.placement.nodes[seat.node]
        group = self.groups[seat.node]
        asked = []
        for device in seat.devices:
            strategy = PlacementGroupSchedulingStrategy(group, placement_group_bundle_index=devices.index(device))
            task = ray.remote(_gpu_ids).options(num_cpus=0, num_gpus=0.01, scheduling_strategy=strategy)
            asked.append(task.remote())
        numbers = [number for found in ray.get(asked) for number in found]
        return {
            "CUDA_VISIBLE_DEVICES": ",".join(map(str, numbers)),
            "RAY_EXPERIMENTAL_NOSET_CUDA_VISIBLE_DEVICES": "1",
        }

    def _add(
        self, name: str, kind: type, environment: dict[str, str], arguments: tuple[Any, ...], **options: Any
    ) -> Worker:
        actor = ray.remote(kind).options(runtime_env={"env_vars": environment}, **options).remote(*arguments)
        worker = Worker(name, actor)
        self.workers.append(worker)
        return worker

    def know_processes(self) -> None:
        """Learn every worker's process, so that its log can be found when it is gone; each enters the run's folder.

        Raises EnvironmentProblem where a node does not have that folder.
        """
        folder = os.getcwd()
        asked = [(worker, worker.actor.__ray_call__.remote(_enter, folder)) for worker in self.workers]
        for worker, pid in zip(self.workers, self.all(asked), strict=True):
            worker.pid = pid

    def _result(self, worker: Worker, reference: Any) -> Any:
        try:
            return ray.get(reference)
        except RayTaskError as error:
            cause = error.cause
            if isinstance(cause, RunError):
                raise cause from None
            if isinstance(cause, RayActorError):
                raise self._lost(worker) from None
            raise TrainingFailed(f"{worker.name} failed: {_last_line(error)}\n{self.log_end(worker)}") from error
        except (ActorDiedError, RayActorError, WorkerCrashedError):
            raise self._lost(worker) from None

    def _lost(self, worker: Worker) -> WorkerLost:
        return WorkerLost(f"{worker.name} (process {worker.pid or '?'}) died\n{self.log_end(worker)}")

    def _check_time(self, deadline: float, waiting: list[Worker]) -> None:
        self.check_stop()
        if waiting and time.monotonic() > deadline:
            names = ", ".join(worker.name for worker in waiting)
            raise WorkerLost(f"{names} did not answer within `rpc_timeout`, {self.timeout:.0f} seconds")

    def log_end(self, worker: Worker) -> str:
        """The last lines that a worker wrote, for a message; empty where its node is another one."""
        lines = [line.rstrip() for path in self._logs(worker) for line in _tail(path)]
        return "\n".join(f"  | {line}" for line in lines[-_LOG_LINES:])

    def _logs(self, worker: Worker) -> list[str]:
        if not worker.pid or not ray.is_initialized():
            return []
        logs = Path(ray._private.worker.global_worker.node.get_logs_dir_path())
        return sorted(glob.glob(f"{logs}/worker-*-{worker.pid}.*"), reverse=True)

    def keep_logs(self) -> None:
        """Copy the workers' output beside the run's other files."""
        if self.log_folder is None:
            return
        for worker in self.workers:
            text = [Path(path).read_text(errors="replace") for path in self._logs(worker)]
            if any(text):
                with contextlib.suppress(OSError):
                    self.log_folder.mkdir(parents=True, exist_ok=True)
                    (self.log_folder / f"{worker.name}.log").write_text("".join(text), encoding="utf-8")

    def _asked_to_stop(self, number: int, _: object) -> None:
        if self.stop_signal:
            raise KeyboardInterrupt
        self.stop_signal = number


def names(workers: Iterable[Worker]) -> str:
    """Workers for a message."""
    found = [worker.name for worker in workers]
    more = f" and {len(found) - _NAMES} more" if len(found) > _NAMES else ""
    return ", ".join(found[:_NAMES]) + more


def address_of(worker: Worker) -> tuple[str, int]:
    """The node of a worker and a free port on it, for the ranks to meet at."""
    return ray.get(worker.actor.__ray_call__.remote(_meeting_point))


def put(value: Any) -> Any:
    """Share a value that several workers are given."""
    return ray.put(value)


def _meeting_point(_: object) -> tuple[str, int]:
    import socket

    with socket.socket() as probe:
        probe.bind(("", 0))
        return ray.util.get_node_ip_address(), probe.getsockname()[1]


def _reach(address: str) -> None:
    """Raise OSError where nobody listens at HOST:PORT, which Ray would go on trying for minutes."""
    import socket

    host, _, port = address.rpartition(":")
    if host and port.isdigit() and "/" not in host:
        socket.create_connection((host.strip("[]"), int(port)), 5).close()


def _enter(_: object, folder: str) -> int:
    """Go where the run was started, so that paths of the config mean the same; gives the process."""
    try:
        os.chdir(folder)
    except OSError as error:
        raise EnvironmentProblem(
            f"{folder}, where the run was started, cannot be entered on the node {ray.util.get_node_ip_address()} "
            f"({error.strerror}): start it in a folder that every node has"
        ) from None
    return os.getpid()


def _gpu_ids() -> list[int]:
    return [int(number) for number in ray.get_gpu_ids()]


def _gpus() -> int:
    import torch

    return torch.cuda.device_count()


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _last_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__


def _tail(path: str) -> list[str]:
    """The end of a worker's log, without what Ray marks its beginning with."""
    with open(path, errors="replace") as file:
        return [line for line in file if not line.startswith((":job_id:", ":actor_name:"))][-_LOG_LINES:]


def _wait_for_end(pids: list[int]) -> None:
    """Give processes that were told to end a moment to do so."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and any(os.path.exists(f"/proc/{pid}") for pid in pids):
        time.sleep(0.05)
