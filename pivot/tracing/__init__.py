"""What a stage really did while it ran: the code that was executed, the files that were opened.

The static closure says what code *can* name; a trace adds what it named in ways that can't be seen
from outside: dispatch by `getattr`, registries, plugin lists, callbacks. A `Tracer` is switched on
around one stage at a time and gives a `Trace`, a plain value that travels home in the `Outcome`.
Tests: tests/tracing/.
"""

from pivot.tracing.environment import variable_hash
from pivot.tracing.importing import ImportTracer
from pivot.tracing.tracer import Tracer, is_input

__all__ = ["ImportTracer", "Tracer", "is_input", "variable_hash"]
