"""Runs `clinics.mpc` protected and in the clear, and tells the story: who brought what, what it cost, what came out."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
PROGRAM = HERE / "clinics.mpc"


def main() -> int:
    """Prints the comparison; the exit status is that of the first command that fails."""
    print(
        "Two clinics, the same 569 tumours. Clinic A has 15 measurements of each and the diagnosis, clinic B 15 others."
    )
    print("Neither may show its records to the other. Together they train one model, protected from each other:\n")
    print("  $ tacit run examples/clinics/clinics.mpc --data examples/clinics/data", flush=True)
    protected = run()
    print("\nand once more without any protection, to see what that would have given:\n")
    print("  $ tacit run examples/clinics/clinics.mpc --data examples/clinics/data --clear", flush=True)
    clear = run("--clear")
    report(protected, clear)
    return 0


def run(*options: str) -> dict[str, dict[str, object]]:
    """The command's JSON; its progress and its errors go to the terminal."""
    command = [sys.executable, "-m", "tacit", "run", str(PROGRAM), "--data", str(HERE / "data"), "--json", *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)
    return json.loads(done.stdout)


def report(protected: dict[str, dict[str, object]], clear: dict[str, dict[str, object]]) -> None:
    """The two results side by side, and the price of the difference."""
    held_out = sum(1 for _ in (HERE / "data" / "malignant_test.csv").open()) - 1
    mine, other = protected["outputs"]["clinic_a"], clear["outputs"]["clinic_a"]
    apart = np.abs(np.subtract([*mine["weights"], mine["bias"]], [*other["weights"], other["bias"]])).max()
    sent = sum(protected["bytes_sent"].values()) / 1e6
    print(f"\n{'':26}{'protected':>12}{'in the clear':>15}")
    for title, form in (("held-out diagnoses right", "{0} of {1}"), ("accuracy", "{2:.1%}")):
        cells = (form.format(side["correct"], held_out, side["correct"] / held_out) for side in (mine, other))
        print(f"{title:26}{next(cells):>12}{next(cells):>15}")
    print(f"\nThe weights, known to clinic A only, differ by at most {apart:.4f}. Clinic B learnt the first line only.")
    print(f"Protection cost {protected['rounds']:,} rounds, {sent:,.0f} MB and {protected['seconds']['online']:.1f} s.")


if __name__ == "__main__":
    raise SystemExit(main())
