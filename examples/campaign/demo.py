"""Runs `campaign.mpc` protected and in the clear, and prints who brought what, the results, and the costs."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROGRAM, DATA = "examples/campaign/campaign.mpc", "examples/campaign/data"
INPUTS = ("viewers", "customers")
FEATURES = (
    "younger than 30",
    "50 or older",
    "visits often",
    "on a phone",
    "orders often",
    "spends above the mean",
    "a member who visits often",
)


def main() -> int:
    """Prints the comparison. If a command fails, the demo ends with the status of that command."""
    viewers, customers = (len((ROOT / DATA / f"{name}.csv").read_text().splitlines()) - 1 for name in INPUTS)
    print(f"A platform showed an ad to {viewers} people; a shop has {customers} customers. Who answers the ad?")
    print("Neither shows the other a record. They join their lists by e-mail address, and train one model:\n")
    protected = run()
    print("\nand once more without any protection, to see what that would have given:\n")
    report(protected, run("--clear"))
    return 0


def run(*options: str) -> dict[str, Any]:
    """The command's JSON. Its progress and its errors go to the terminal."""
    words = ["run", PROGRAM, "--data", DATA, *options]
    print(f"  $ tacit {' '.join(words)}", flush=True)
    command = [sys.executable, "-m", "tacit", *words, "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.returncode)
    return json.loads(done.stdout)


def report(protected: dict[str, Any], clear: dict[str, Any]) -> None:
    """Prints the two results side by side, and what protection cost."""
    mine, other = protected["outputs"]["shop"], clear["outputs"]["shop"]
    print(f"They have {mine['in_common']} people in common. What decides whether one of them answers:\n")
    line("", "protected", "in the clear")
    for feature, *weights in zip(FEATURES, mine["weights"], other["weights"], strict=False):
        line(f"weight of {feature}", *(f"{weight:+.3f}" for weight in weights))
    for title, name in (("answers in the test month", "tested"), ("answers of those it picked", "picked")):
        line(title, *(f"{side[f'{name}_answered']} of {side[name]}" for side in (mine, other)))
    apart = max(abs(a - b) for a, b in zip(mine["weights"], other["weights"], strict=True))
    sent = sum(protected["bytes_sent"].values()) / 1e6
    print(f"\nThe weights differ by at most {apart:.6f}. Nothing else was learnt.")
    print(f"Protection cost {protected['rounds']:,} rounds, {sent:,.1f} MB and {protected['seconds']['online']:.1f} s.")


def line(title: str, protected: str, clear: str) -> None:
    """Prints one line of the comparison."""
    print(f"{title:36}{protected:>12}{clear:>15}")


if __name__ == "__main__":
    raise SystemExit(main())
