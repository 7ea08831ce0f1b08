"""Which vector instructions this machine has, and whether kernels may use them."""

from collections.abc import Iterable, Mapping

import llvmlite.binding as llvm
import numba


def may_use(environment: Mapping[str, str], features: Mapping[str, bool], needed: Iterable[str]) -> bool:
    """Whether kernels may use the features `needed`.

    The CPU must have them, Numba must compile for this very CPU, and the user must not have set TACIT_PORTABLE=1.
    """
    compiles_for_host = numba.config.CPU_NAME in (None, "host") and numba.config.CPU_FEATURES is None
    able = all(features.get(name, False) for name in needed)
    return able and compiles_for_host and environment.get("TACIT_PORTABLE", "") != "1"


def host_features() -> Mapping[str, bool]:
    """Which features the CPU has, by LLVM's names. Empty for a kind of machine that LLVM does not know."""
    try:
        features: Mapping[str, bool] = llvm.get_host_cpu_features()
    except RuntimeError:
        return {}
    return features
