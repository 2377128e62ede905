"""The places that prove a rule, as its manual names them under `References`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from roll_schema.rules.rule import Rule

_LINE = re.compile(r"- (\S+) ([0-9][\w.]*)(?:-([0-9][\w.]*))?: (\S+), (\S.*)")


class Source(NamedTuple):
    """A symbol in a file of ROLL, or of a library, in a range of its releases.

    `product` is `ROLL`, or a library's name; `first` and `last` are equal where one version was read.
    """

    product: str
    first: str
    last: str
    file: str
    symbol: str

    @classmethod
    def read(cls, line: str) -> Source:
        """From a line of a manual: `- ROLL 0.1.0-0.3.0: path/of/file.py, Class.method`; raises ValueError."""
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError(line)
        product, first, last, file, symbol = found.groups()
        return cls(product, first, last or first, file, symbol)


def sources_of(rule: Rule) -> list[Source]:
    """What a rule's manual names, in its order; raises ValueError for a line of another form."""
    lines = rule.manual.partition("\nReferences:\n")[2].strip().splitlines()
    return [Source.read(line) for line in lines]
