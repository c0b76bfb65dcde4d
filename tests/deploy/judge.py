"""Runs checkov, in .venv-stack, with all that its command takes.

It makes the same parser anew for each of hundreds of paths, which takes most of its time: here it
makes each parser once.
"""

import runpy
from typing import Any

from ply import yacc

make = yacc.yacc
made: dict[tuple[type, str], Any] = {}


def make_once(*, module: Any, start: str, **options: Any) -> Any:
    """Return the parser of a class of grammars that begins with a symbol."""
    key = (type(module), start)
    if key not in made:
        made[key] = make(module=module, start=start, **options)
    return made[key]


yacc.yacc = make_once

runpy.run_module("checkov.main", run_name="__main__", alter_sys=True)
