# SPDX-License-Identifier: GPL-3.0-or-later
"""Grows templates and data by the grammar of text/template, sensible ones and broken ones.

Left out is what Go itself leaves open or has since corrected: addresses (``%p``), and ``range
$x = ...``, which Go 1.19 stores into whatever variable was declared last.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

_TEXTS = st.sampled_from(
    ["", "a", "b", "hello", "0", "7", "false", "é€", "a b", "x\ny\n", "<&>'\"", "%d", " pad ", "😀"]
)
_SCALARS = st.one_of(
    _TEXTS,
    st.integers(-300, 300),
    st.sampled_from([0, 1, 2, 2**53 + 1, 2**63 - 1, -(2**63)]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, 1.0, 2.5, 1e6, 1e21, 1e-7, 100000.0]),
    st.booleans(),
    st.none(),
)
KEYS = ("a", "b", "c", "x", "name")
VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    ),
    max_leaves=12,
)
DATA: st.SearchStrategy[Any] = st.one_of(
    st.dictionaries(st.sampled_from(KEYS), VALUES, min_size=2), VALUES
)

_VARIABLES = st.sampled_from(["$", "$x", "$y", "$x.a", "$.a", "$.b.c", "$y.name"])
_FIELDS = st.sampled_from([".", ".a", ".b", ".c", ".x", ".name", ".a.b", ".b.c", ".x.a.b", ".nope"])
_ODD_NUMBERS = (
    *("0x1F", "0b11", "0o17", "017", "1_000", "1.5", "-0.25", ".5", "5.", "1e3", "0x1p4", "-0x1e"),
    *("'a'", "'\\n'", "'é'", "1i", "1+2i", "08", "1_", "9223372036854775808"),
)
_NUMBERS = st.one_of(
    st.integers(-3, 12).map(str),
    st.sampled_from(_ODD_NUMBERS),
    st.floats(0, 1e9, allow_nan=False).map(repr),
)
_STRINGS = st.sampled_from(
    [
        '""',
        '"a"',
        '"b"',
        '"hello"',
        '"a\\tb"',
        '"\\xff"',
        '"é"',
        "`raw\\n`",
        '"%v"',
        '"x y"',
        '"\\u00e9"',
    ]
)
_FLAGS = st.lists(st.sampled_from("+-# 0"), max_size=3).map("".join)
_WIDTHS = st.sampled_from(["", "", "1", "6", "12", "*", "[1]", "[2]*", "[9]"])
_PRECISIONS = st.sampled_from(["", "", ".", ".0", ".1", ".3", ".10", ".*", ".[1]*"])
_VERBS = st.sampled_from("vvvsdqxXobOcUtTeEfFgGzw%")
_DIRECTIVES = st.builds("%{}{}{}{}".format, _FLAGS, _WIDTHS, _PRECISIONS, _VERBS)
_FORMATS = st.lists(st.one_of(_DIRECTIVES, st.sampled_from(["a", "é", "%%", " "])), max_size=4).map(
    lambda parts: '"' + "".join(parts) + '"'
)


def _operands(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    atoms = st.one_of(
        _FIELDS, _FIELDS, _VARIABLES, _STRINGS, _NUMBERS, st.sampled_from(["true", "false", "nil"])
    )
    parenthesized = st.builds("({}){}".format, inner, st.sampled_from(["", "", ".a", ".b.c"]))
    return st.one_of(atoms, atoms, atoms, parenthesized)


def _calls(operands: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def call(names: str, fewest: int, most: int) -> st.SearchStrategy[str]:
        arguments = st.lists(operands, min_size=fewest, max_size=most).map(" ".join)
        return st.builds("{} {}".format, st.sampled_from(names.split()), arguments)

    return st.one_of(
        call("eq ne lt le gt ge", 2, 2),
        call("eq", 2, 4),
        call("and or", 1, 3),
        call("not len", 1, 1),
        call("index slice", 1, 3),
        call("print println html js urlquery", 0, 4),
        call("len not index call nope print", 0, 3),
        st.builds("printf {} {}".format, _FORMATS, st.lists(operands, max_size=4).map(" ".join)),
    )


def _pipelines() -> st.SearchStrategy[str]:
    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        operands = _operands(inner)
        calls = _calls(operands)
        commands = st.one_of(calls, calls, operands)
        piped = st.builds(
            "{} | {}".format,
            commands,
            st.sampled_from(
                [
                    "print",
                    "len",
                    "not",
                    "html",
                    'printf "%v"',
                    'eq "a"',
                    "index .a",
                    "print 1",
                    "or 0",
                    "and 1",
                    ".a",
                    "printf",
                ]
            ),
        )
        return st.one_of(commands, commands, piped)

    return st.recursive(_FIELDS, grow, max_leaves=6)


PIPELINES = _pipelines()
_OPEN = st.sampled_from(["{{", "{{", "{{", "{{ ", "{{- ", "{{-\n"])
_CLOSE = st.sampled_from(["}}", "}}", "}}", " }}", " -}}", "\n-}}"])
_PLAIN = st.sampled_from(["", "", " ", "\n", "text", " a\n\tb ", "  \n", "}}", "{ }", "é"])


def _action(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds("{}{}{}".format, _OPEN, content, _CLOSE)


def _nodes(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    end = _action(st.just("end"))
    otherwise = st.one_of(st.just(""), st.builds("{}{}".format, _action(st.just("else")), inner))
    else_if = st.one_of(
        st.just(""),
        st.builds("{}{}".format, _action(PIPELINES.map("else if {}".format)), inner),
    )
    ranges = st.sampled_from(
        ["range ", "range ", "range $x := ", "range $x, $y := ", "range $i, $x := "]
    )
    withs = st.sampled_from(["with ", "with ", "with $x := "])
    ifs = st.sampled_from(["if ", "if ", "if $x := "])
    return st.one_of(
        st.builds(
            "{}{}{}{}{}".format,
            _action(st.builds("{}{}".format, ifs, PIPELINES)),
            inner,
            else_if,
            otherwise,
            end,
        ),
        st.builds(
            "{}{}{}{}".format,
            _action(st.builds("{}{}".format, withs, PIPELINES)),
            inner,
            otherwise,
            end,
        ),
        st.builds(
            "{}{}{}{}".format,
            _action(st.builds("{}{}".format, ranges, PIPELINES)),
            inner,
            otherwise,
            end,
        ),
        st.builds("{}{}{}".format, _action(PIPELINES.map('block "b" {}'.format)), inner, end),
    )


def _templates() -> st.SearchStrategy[str]:
    simple = st.one_of(
        _PLAIN,
        _action(PIPELINES),
        _action(PIPELINES),
        _action(PIPELINES.map("$x := {}".format)),
        _action(PIPELINES.map("$x = {}".format)),
        _action(PIPELINES.map('template "t" {}'.format)),
        _action(
            st.sampled_from(
                ["break", "continue", "/* c */", "end", "else", 'template "t"', "$y := 1", ""]
            )
        ),
    )
    body = st.recursive(
        st.lists(simple, max_size=3).map("".join),
        lambda inner: st.lists(st.one_of(simple, _nodes(inner)), max_size=4).map("".join),
        max_leaves=10,
    )
    definition = st.one_of(
        st.just(""),
        st.builds('{{{{define "t"}}}}{}{{{{end}}}}'.format, body),
    )
    prelude = st.sampled_from([""] + 4 * ['{{$x := .a}}{{$y := "y"}}'])
    return st.builds("{}{}{}".format, prelude, body, definition)


TEMPLATES = _templates()
EXPRESSIONS = st.builds('{{{{$x := .a}}}}{{{{$y := "y"}}}}{{{{{}}}}}'.format, PIPELINES)
FORMATTED = st.builds(
    "{{{{printf {} {}}}}}".format,
    _FORMATS,
    st.lists(
        st.one_of(_FIELDS, _STRINGS, _NUMBERS, st.sampled_from(["true", "nil"])), max_size=4
    ).map(" ".join),
)
