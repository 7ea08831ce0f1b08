"""Writes the parser's tables, which belong to the grammar. To be run from the root: `python -m tests.syntax.renew`."""

from tacit.compiler.syntax import grammar

grammar.TABLES.write_text(grammar.made_tables(), encoding="utf-8")
