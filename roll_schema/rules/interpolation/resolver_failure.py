"""
Failing resolver.

The resolver gets the wrong number or kind of arguments, or it is `hydra:`, which needs Hydra's run-time config. ROLL's
start scripts compose the config without it, so that `${hydra:runtime.cwd}` fails at load.

    output_dir: ${hydra:runtime.cwd}/output   # error: [resolver-failure]

Write the value, or read it from the environment:

    output_dir: ./output

References:

- Hydra 1.3.8: hydra/core/hydra_config.py, HydraConfig.get
- OmegaConf 2.3.1: omegaconf/resolvers/oc/__init__.py, env
- ROLL 0.1.0-0.3.0: examples/start_rlvr_pipeline.py, compose(config_name=args.config_name)
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

resolver_failure = fault_rule(__name__)
