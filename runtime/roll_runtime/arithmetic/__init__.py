"""The numbers of ROLL's RLVR pipeline, by release: pure functions of tensors, without processes, models or files.

`releases.ARITHMETIC` names the functions of each release. Tensors by token are [samples, response length] and 0 outside
of the completions; ROLL's own are [samples, sequence length - 1], and `columns` is that width where it enters a number.
"""
