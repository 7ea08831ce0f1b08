"""Tells what may go wrong in a program as soon as it is known. In: stages of a compilation. Out: blocks of text."""

from dataclasses import replace
from typing import TextIO

from ..compiler.diagnostics import Diagnostic, Severity, has_errors, render
from ..compiler.passes.ranges.report_overflow import Report
from ..compiler.stages import Stage, Watch


def warning_lines(out: TextIO, severity: Severity) -> Watch:
    """Writes each warning once, with this severity. If there are errors too, whoever raises them tells the warnings."""
    told: set[Diagnostic] = set()

    def watch(stage: Stage) -> None:
        if not isinstance(stage.made, Report) or has_errors(stage.made.diagnostics):
            return
        for each in stage.made.diagnostics:
            if each not in told:
                told.add(each)
                print(render(replace(each, severity=severity)), file=out)

    return watch
