"""What does a callable depend on? Its *static closure*: all code and constants that it can name.

`Fingerprinter` turns a stage's function, loaders and parameter classes into a `Manifest`, a map
from symbol to hash that changes exactly when something changes that the result can depend on. This
package knows neither stages nor the store. How it comes about, from the bottom up:

    syntax, scopes, names   what a piece of source means; which names around it it uses
    statements, outline     what a file defines, binds and imports, without its syntax tree
    index                   what is known of a file from earlier, so that it isn't opened again
    sources                 where in its file the code is that runs
    distributions, origins  whose code it is: the project's, Python's, a distribution's
    marked                  what a version stands for that a person stated
    references              by what name code refers to a thing
    unloaded, binding       what a name stands for, where it is used
    plain, callables, classes, instances, runtime -> values
                            what any value consists of; `digest` makes a hash of it, unless
                            it's alike (`likeness`) another one
    precision               how much of a library's version counts
    setup                   what importing a module does to others
    nodes, symbols          what there is to be hashed, and where it leads
    fingerprinter           the walk from the roots to all that they reach
    excerpts                the source of a symbol, for people

Tests: tests/fingerprint/.
"""

from pivot.fingerprint.excerpts import excerpt
from pivot.fingerprint.fingerprinter import Fingerprinter
from pivot.fingerprint.manifest import Manifest, Symbol, Tree
from pivot.fingerprint.marked import is_opaque, stated_version

__all__ = ["Fingerprinter", "Manifest", "Symbol", "Tree", "excerpt", "is_opaque", "stated_version"]
