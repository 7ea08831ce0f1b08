"""The commands `tacit party` and `tacit identity`. In: their arguments. Out: results and options, texts."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..compilation import Compilation
from ..compiler.target import Placement
from ..deployed import Party, placed, run_deployed
from ..results import Result
from ..runtime.deployed.deployment import MEETING_SECONDS, Deployment, is_name, read_deployment
from ..runtime.errors import UsageError
from ..runtime.graph.later import later
from ..runtime.run.watcher import Watcher
from ..terminal.show import progress_bar
from .arguments import deployed_arguments, options, pairs, read, watch

if TYPE_CHECKING:
    from ..runtime.transport.secure import Identity

_secure = later("tacit.runtime.transport.secure")


def party_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of `party`."""
    deployed_arguments(parser)
    parser.add_argument("--as", dest="name", metavar="NAME", required=True, help="the node of the deployment to be")
    parser.add_argument(
        "--config", metavar="FILE", type=Path, required=True, help="the deployment, the same file at every party"
    )
    parser.add_argument(
        "--identity",
        metavar="DIR",
        type=Path,
        help="the folder with NAME.key and NAME.crt, of `tacit identity` (default: where the deployment is)",
    )
    parser.add_argument(
        "--wait",
        metavar="SECONDS",
        type=_seconds,
        default=MEETING_SECONDS,
        help="how long the others have to appear (default: %(default).0f)",
    )


def identity_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of `identity`."""
    parser.add_argument("name", metavar="NAME", help="the node that it is for")
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, default=Path(), help="the folder (default: this one)"
    )


def run_party(chosen: Namespace) -> tuple[Result, Compilation]:
    """Runs a party. Gives what the party learnt, and its compilation."""
    deployment, placement = _deployment(chosen.config)
    deployment.number(chosen.name)
    identity = _identity(chosen.identity or chosen.config.parent, chosen.name)
    pinned = deployment.fingerprints[deployment.number(chosen.name)]
    if identity.fingerprint != pinned:
        raise UsageError(
            f"{identity.certificate} is not the certificate that {chosen.config} names for {chosen.name}: "
            f"it has the fingerprint {identity.fingerprint}"
        )
    here = replace(options(chosen), protocol=deployment.protocol, placement=placement)
    compilation = Compilation(read(chosen.program), here, watch(chosen))
    one = Party(compilation, deployment, placement, chosen.name)
    with progress_bar(sys.stderr) as progress:

        def notice(text: str) -> None:
            progress.notice(text)
            if not sys.stderr.isatty():
                print(f"{chosen.name}: {text}", file=sys.stderr, flush=True)

        watcher = Watcher(progress, notice)
        result = run_deployed(one, identity, pairs(chosen.input, "--input"), chosen.data, watcher, chosen.wait)
    return result, compilation


def make_identity(chosen: Namespace) -> int:
    """Makes a key and a certificate, and prints the lines for `parties.toml`. Returns the exit status."""
    if not is_name(chosen.name):
        raise UsageError(f"{chosen.name!r} is no name of a node: expected letters, digits and _")
    try:
        identity: Identity = _secure.create_identity(chosen.output, chosen.name)
    except FileExistsError as error:
        raise UsageError(
            f"{error.filename} exists; the others know it: delete it only if it is no longer wanted"
        ) from None
    except OSError as error:
        raise UsageError(f"{chosen.output} cannot be written: {error.strerror}") from None
    print(f"[nodes.{chosen.name}]")
    print('address = "HOST:7300"')
    print(f'fingerprint = "{identity.fingerprint}"')
    print(f"{identity.key} stays on this machine; the lines above go into parties.toml", file=sys.stderr)
    return 0


def _deployment(path: Path) -> tuple[Deployment, Placement]:
    deployment = read_deployment(path)
    try:
        return placed(deployment)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def _identity(folder: Path, name: str) -> Identity:
    identity: Identity = _secure.Identity(folder / f"{name}.crt", folder / f"{name}.key")
    for path in (identity.key, identity.certificate):
        if not path.is_file():
            raise UsageError(f"there is no {path}: `tacit identity {name}` makes it, --identity says where it is")
    return identity


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise ValueError(text)
    return seconds
