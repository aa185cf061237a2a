# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do about a template that is wrong. The messages themselves keep to Go's words."""

from __future__ import annotations

import re

_SIMPLER = "write it simpler"
_ONE_KIND = (
    "compare values of one kind: `int` makes a number of a text, `print` a text of any value"
)

#: The beginning of a message, as a pattern, and the advice; the first that fits counts.
_ADVICE = (
    (r"unclosed action", "write }} behind it"),
    (r"(unclosed comment|comment ends)", "write /* and */ directly inside the braces"),
    (r"unterminated", "close the quote, in the same line for \" and '"),
    (r"unclosed left paren", "write ) where it ends"),
    (r"unexpected right paren", "take it out, or write ( where it begins"),
    (r"bad character '\['", "write index: {{ index .Vars.list 0 }}"),
    (r"(bad|illegal) number|integer overflow", "write a number; templates do not calculate"),
    (r"(malformed character|invalid syntax)", "write a text in double quotes"),
    (r"expected :=", "write {{ $name := value }}"),
    (r"undefined variable:? [\"$]", "set it before: {{ $name := value }}"),
    (r"undefined (variable|trait) \.", "correct it, or give it a default in 'vars:'"),
    (r"function .* not defined", "there are Go's, and helpers such as default and join"),
    (r"template .* not defined", "define it: {{define \"NAME\"}}...{{end}}"),
    (r"multiple definition", "rename one of them"),
    (r"\{\{.*\}\} has no \{\{end\}\}", "write {{end}} where it ends"),
    (r"\{\{(break|continue)\}\} outside", "move it into a range, or take it out"),
    (r"(\{\{else if\}\}|expected end|unexpected \{\{)", "take it out, or open its block before"),
    (r"(unexpected \"=|bad character '=)", "write eq to compare, := to set"),
    (r"missing value", "write a value there"),
    (r"unexpected", "take it out, or write it in quotes"),
    (r"bad character", "write it in quotes"),
    (r".* deep(ly)?$", _SIMPLER),
    (r"(the text grows|the template takes)", _SIMPLER),
    (r".*needs a dot", "write it with the dot"),
    (r".*inside foreach only", "add foreach: LIST to the resource, or use .Vars"),
    (r".* is not known here", "write .Vars.NAME, or text outside the braces"),
    (r"the value is null", "give it a value, or write | default \"...\" behind it"),
    (r"there is no key", "give it that key where it is set"),
    (r"(nil pointer|can't evaluate field|indirection)", "name a key of a mapping"),
    (r"(incompatible|invalid) types? for comparison|non-comparable|missing arg", _ONE_KIND),
    (r"index out of range|invalid slice", "ask `len` before"),
    (r"(index|slice) of|can't index|can't slice|cannot index|value (is nil|has type)",
     "give it a list or a text with whole numbers, or a mapping with the name of a key"),
    (r"(len of type|range can't)", "give it a list or a mapping"),
    (r"(wrong type|invalid value|expected string|cannot assign)", "`print` makes a text of it"),
    (r"cannot make an integer", "give it a whole number"),
    (r"cannot indent", "give it a whole number from 0 on"),
    (r"(JSON has no|a complex)", "give it an ordinary number"),
    (r"%p is", "write %v"),
    (r"can't use a value", "give it texts, numbers, lists and mappings only"),
    (r"expected text", "give it a text; `join` or `toJson` makes one of it"),
    (r".* is not a method", "take the arguments out, or begin with a function"),
    (r".* overflows int", "write a smaller number"),
    (r"(too many|cannot 3-index|range can only)", "write fewer"),
    (r"this is not base64", "give it the text that `b64enc` makes"),
    (r"(can't give argument|non executable|nil is not)", "begin with a function"),
)  # fmt: skip


def advice(message: str) -> str:
    """What to do about a ``TemplateError`` with this message; empty where it says so itself."""
    if "did you mean" in message:
        return ""
    return next((text for pattern, text in _ADVICE if re.match(pattern, message)), "")
