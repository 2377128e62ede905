"""
More than 10,000 problems in one config.

roll-lint reports at most 10,000 problems of a config, and does not check the rest of it when too many values are
invalid. Usually such a file is not a config of ROLL, or a generated mapping repeats a misspelled key.

References:

- roll-lint 0.1.0: roll_schema/engine/check.py, MAX_PROBLEMS
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

too_many_problems = fault_rule(__name__, effect=None, help="check that this file is a config of ROLL")
