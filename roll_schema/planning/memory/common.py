"""What estimates of every backend are made of: amounts, a model's parameters, and the ranks that share them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.architecture import with_head_dim
from roll_schema.facts.catalog.checkpoint import Checkpoint
from roll_schema.facts.missing import FactMissing
from roll_schema.planning import workers

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

MIXED_PRECISION = "mixed-precision Adam: fp32 master weights and two moments, 4 bytes each (Rajbhandari 2020, ZeRO)"


@dataclass(frozen=True, slots=True)
class Amount:
    """So many bytes on each GPU (or, `host`, in the memory of the node for each GPU); `bound`: at most that much."""

    what: str
    bytes: int
    formula: str
    source: str
    bound: bool = False
    host: bool = False


@dataclass(frozen=True, slots=True)
class Weights:
    """The parameters of a worker's model: all, those trained, those of experts, and bytes of each.

    `adapter`: what is trained is an adapter, which comes on top of the model; `tuned` is None where it is not known.
    """

    known: Checkpoint
    total: int
    tuned: int | None
    experts: int
    element: int
    adapter: bool = False

    @property
    def trained(self) -> int:
        """Parameters that get gradients; raises FactMissing where their number is not known."""
        if self.tuned is None:
            raise FactMissing("the trained parameters")
        return self.tuned

    @property
    def frozen(self) -> int:
        """Parameters that get no gradient."""
        return self.total if self.adapter else self.total - self.trained

    @property
    def trained_name(self) -> str:
        """What the parameters that get gradients are called."""
        return "adapter" if self.adapter else "trained weights" if self.frozen else "weights"

    def size(self, name: str) -> int:
        """A size of the model; raises FactMissing where it is not known."""
        value = with_head_dim(self.known.sizes).get(name)
        if value is None:
            raise FactMissing("model")
        return value


def one_copy(each: int, weights: Weights, share: int, split: str = "", *, host: bool = False) -> Amount:
    """The weights of a model that is not trained; `share` is how many of them each GPU holds."""
    formula = f"{each} bytes × {weights.total:,} parameters{split}"
    return Amount("weights", each * share, formula, "one copy without gradients", host=host)


def ranks_of(worker: WorkerConfig) -> int:
    """The ranks of a worker on a backend with one rank on each GPU; raises FactMissing."""
    devices = workers.device_ids(worker)
    if not devices:
        raise FactMissing("device_mapping")
    return len(devices)
