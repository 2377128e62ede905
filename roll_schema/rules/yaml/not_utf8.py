"""
Bytes that are not UTF-8 text.

The loader reads configs as UTF-8 and stops at load on the first byte that does not decode; most often the file was
saved in another encoding, such as Latin-1 or GBK.

Not shown as an example: the fault lies in the bytes, which this manual cannot hold. To convert such a file:

    iconv -f GBK -t UTF-8 old.yaml > new.yaml
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def not_utf8(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, help="Save the file as UTF-8.")
