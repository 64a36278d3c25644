"""How the shells ask for completions, and what `pivot completion` prints to make them do so.

Each script gives what is typed before the cursor, unsplit, as COMP_WORDS; a number or a word in
COMP_CWORD, as older scripts give it, is understood, too. Each line of the answer is `plain,TEXT`,
or tells the shell to complete files or directories itself (`file,`, `dir,`); where the shell shows
descriptions, a tab and one follow. Tests: tests/cli/test_shells.py.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, override

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

from pivot.cli.shortcut import before_break, line_of

if TYPE_CHECKING:
    from typing import Any

_BASH = """\
%(complete_func)s() {
    local kind text
    COMPREPLY=()
    while IFS=, read -r kind text; do
        case $kind in
            plain) COMPREPLY+=("$text") ;;
            file) compopt -o default ;;
            dir) compopt -o dirnames ;;
        esac
    done < <(COMP_WORDS="${COMP_LINE:0:COMP_POINT}" COMP_CWORD= _PIVOT_BREAKS="$COMP_WORDBREAKS" \
%(complete_var)s=bash_complete "$1" 2>/dev/null)
}

complete -o nosort -F %(complete_func)s %(prog_name)s 2>/dev/null ||
    complete -F %(complete_func)s %(prog_name)s
"""

_ZSH = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local kind text help
    local -a texts shown
    while IFS= read -r kind; do
        text=${kind#*,} kind=${kind%%%%,*}
        help=${text#*$'\\t'} text=${text%%%%$'\\t'*}
        case $kind in
            plain)
                texts+=("$text")
                [[ $help == "$text" ]] && shown+=("$text") || shown+=("$text  -- $help")
                ;;
            file) _files ;;
            dir) _files -/ ;;
        esac
    done < <(COMP_WORDS="${(j: :)words[1,CURRENT-1]} $QIPREFIX$PREFIX" COMP_CWORD= \
%(complete_var)s=zsh_complete "${words[1]}" 2>/dev/null)
    (( $#texts )) || return 1
    if [[ "$shown" == "$texts" ]]; then
        compadd -U -V unsorted -a texts
    else
        compadd -U -V unsorted -l -d shown -a texts
    fi
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
    compdef %(complete_func)s %(prog_name)s
fi
"""

_FISH = """\
function %(complete_func)s
    set -l line (commandline --current-process --cut-at-cursor | string collect)
    for found in (COMP_WORDS=$line COMP_CWORD= %(complete_var)s=fish_complete \
%(prog_name)s 2>/dev/null)
        set -l parts (string split --max 1 , -- $found)
        switch $parts[1]
            case plain
                echo $parts[2]
            case file
                __fish_complete_path (commandline --current-token --cut-at-cursor)
            case dir
                __fish_complete_directories (commandline --current-token --cut-at-cursor)
        end
    end
end

complete --command %(prog_name)s --no-files --keep-order --arguments "(%(complete_func)s)"
"""


class _OfLine(ShellComplete):
    """Takes what is typed before the cursor, and gives a line for each item."""

    @override
    def get_completion_args(self) -> tuple[list[str], str]:
        """Give the words that are complete, without the program, and the one that isn't."""
        if os.environ.get("COMP_CWORD"):
            return super().get_completion_args()
        line = os.environ.get("COMP_WORDS", "")
        words = split_arg_string(line)
        begun = _quote(line) or not line[-1:].isspace()
        incomplete = words.pop() if words and begun else ""
        return words[1:], incomplete

    @override
    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """Give the items as the word that is typed is to be: with `--option=` before a value."""
        found = super().get_completions(args, incomplete)
        option, sign, _ = incomplete.partition("=")
        if not sign or not option.startswith("--"):
            return found
        return [
            CompletionItem(f"{option}={item.value}", type=item.type, help=item.help)
            for item in found
        ]

    @override
    def format_completion(self, item: CompletionItem[Any]) -> str:
        return line_of(item.type, item.value, item.help)


def _quote(line: str) -> str:
    """Give the quote that is open at the end of a line, if one is."""
    quote, escaped = "", False
    for character in line:
        if escaped:
            escaped = False
        elif character == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
    return quote


class Bash(_OfLine, BashComplete):
    """Bash, which breaks words at more than spaces, and puts in what follows the last break."""

    source_template = _BASH

    @override
    def source(self) -> str:
        # Click asks bash for its version; the script gets along with any.
        return ShellComplete.source(self)

    @override
    def complete(self) -> str:
        args, incomplete = self.get_completion_args()
        quoted = _quote(os.environ.get("COMP_WORDS", ""))
        kept = "" if quoted else before_break(incomplete, os.environ.get("_PIVOT_BREAKS", ""))
        found = self.get_completions(args, incomplete)
        lines = [
            f"{item.type},{item.value.removeprefix(kept)}"
            for item in found
            if item.value.startswith(kept)
        ]
        return "\n".join(lines)


class Zsh(_OfLine, ZshComplete):
    """Zsh."""

    source_template = _ZSH


class Fish(_OfLine, FishComplete):
    """Fish."""

    source_template = _FISH


CLASSES = {"bash": Bash, "zsh": Zsh, "fish": Fish}


def register() -> None:
    """Have click use these from now on."""
    for shell in CLASSES.values():
        add_completion_class(shell)
