"""Finds the definitions in source code with tree-sitter: the only importer of it and of its grammars.

tree-sitter reads broken and half-written code too, and never runs or loads anything. Each language has its own small
grammar, which comes compiled for every platform. Code nested a hundred thousand levels deep is walked without
recursion. It knows nothing of pages and blocks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import tree_sitter_bash
import tree_sitter_c_sharp
import tree_sitter_cpp
import tree_sitter_go
import tree_sitter_java
import tree_sitter_javascript
import tree_sitter_php
import tree_sitter_python
import tree_sitter_ruby
import tree_sitter_rust
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser, TreeCursor

from rag.parsers.outline import ALONE, DEEPEST, Part

MOST = 4 * 2**20
"""Characters. Larger files are generated, and a tree takes many times the memory of its source."""

_GRAMMARS: Mapping[str, Callable[[], object]] = {
    "text/x-python": tree_sitter_python.language,
    "text/javascript": tree_sitter_javascript.language,
    "text/x-typescript": tree_sitter_typescript.language_typescript,
    "text/x-java": tree_sitter_java.language,
    "text/x-c": tree_sitter_cpp.language,  # a .h may be either, and C is nearly a part of C++
    "text/x-c++": tree_sitter_cpp.language,
    "text/x-csharp": tree_sitter_c_sharp.language,
    "text/x-go": tree_sitter_go.language,
    "text/x-rust": tree_sitter_rust.language,
    "text/x-ruby": tree_sitter_ruby.language,
    "text/x-php": tree_sitter_php.language_php,
    "text/x-sh": tree_sitter_bash.language,
}
_TSX = ".tsx"

_DEFINITIONS = frozenset(
    """
    function_definition function_declaration function_item function_signature_item generator_function_declaration
    method_definition method_declaration method singleton_method constructor_declaration destructor_declaration
    compact_constructor_declaration local_function_statement property_declaration
    class_definition class_declaration abstract_class_declaration class_specifier class module singleton_class
    struct_specifier struct_item struct_declaration union_specifier union_item enum_specifier enum_item
    enum_declaration record_declaration record_struct_declaration
    interface_declaration trait_item trait_declaration annotation_type_declaration delegate_declaration
    impl_item mod_item macro_definition internal_module namespace_definition namespace_declaration
    type_alias_declaration type_item type_spec type_definition variable_declarator
    """.split()
)
"""Names of nodes in the grammars above; what defines nothing (a struct without a body) is sorted out by _defines."""

_WRAPPERS = frozenset(
    """
    decorated_definition export_statement template_declaration type_declaration lexical_declaration
    variable_declaration
    """.split()
)
"""Nodes around a definition whose first words belong to it: export, const, @decorators."""

_ONLY_WITH_BODY = frozenset(
    {"struct_specifier", "union_specifier", "enum_specifier", "class_specifier", "namespace_definition"}
)
_FUNCTIONS = frozenset({"arrow_function", "function_expression", "generator_function", "class"})
_ABOVE = re.compile(r"[ \t]*(?:#(?!\s*(?:include|define|if|ifn?def|el|endif|pragma|undef|!))|//|/?\*|@|--)")
"""A line right above a definition that speaks of it."""
_RECEIVER = re.compile(r"(\w+)(?:\[.{0,200}\])?\s*\)$")
_BEHIND = re.compile(r"[ \t;,)]*(?://[^\n]*|#[^\n]*)?$", re.MULTILINE)


def knows(media_type: str) -> bool:
    """Whether there is a grammar for files of this media type."""
    return media_type in _GRAMMARS


def definitions(text: str, media_type: str, suffix: str = "") -> Iterator[Part]:
    """The functions, methods, classes and types in a text, in order, each with the comments right above it.

    `suffix` tells dialects of one media type apart (".tsx"). Nothing for more than MOST characters. Raises KeyError for
    a media type without a grammar.
    """
    if len(text) > MOST:
        return
    grammar = tree_sitter_typescript.language_tsx if suffix == _TSX else _GRAMMARS[media_type]
    source = text.encode("utf-8", "replace")
    lines = _Lines(text, source)
    for found in _defined(Parser(Language(grammar())).parse(source).walk()):
        start, end = lines.of(found.start, found.end)
        if start < end:
            yield Part(start, end, found.depth, found.name)


@dataclass(frozen=True, slots=True)
class _Found:
    """A definition at bytes [start, end)."""

    start: int
    end: int
    depth: int
    name: str


def _defined(cursor: TreeCursor) -> Iterator[_Found]:
    """The nodes that define something, each before those inside it, with their depth from 1."""
    ends: list[int] = []
    wrapper = (0, 0)
    while (node := cursor.node) is not None:
        while ends and node.start_byte >= ends[-1]:
            ends.pop()
        closed = False
        if node.type in _WRAPPERS and node.end_byte > wrapper[1]:
            wrapper = node.start_byte, node.end_byte
        elif node.type in _DEFINITIONS and _defines(node) and (name := _name(node)):
            start = wrapper[0] if node.end_byte <= wrapper[1] else node.start_byte
            wrapper = (0, 0)
            yield _Found(start, node.end_byte, len(ends) + 1, name)
            ends.append(node.end_byte)
            closed = node.end_byte - node.start_byte < ALONE or len(ends) >= DEEPEST
        if (closed or not cursor.goto_first_child()) and not _go_on(cursor):
            return


def _go_on(cursor: TreeCursor) -> bool:
    """To the next node that is not inside this one; False at the end."""
    while not cursor.goto_next_sibling():
        if not cursor.goto_parent():
            return False
    return True


def _defines(node: Node) -> bool:
    if node.type == "variable_declarator":
        value = node.child_by_field_name("value")
        return value is not None and value.type in _FUNCTIONS
    return node.type not in _ONLY_WITH_BODY or node.child_by_field_name("body") is not None


def _name(node: Node) -> str:
    """What the definition is called, in Go with its receiver, in Rust's impl with its trait; empty for none."""
    if node.type == "impl_item":
        trait = node.child_by_field_name("trait")
        kind = _text(node.child_by_field_name("type"))
        return f"{_text(trait)} for {kind}" if trait is not None else kind
    name = _text(node.child_by_field_name("name") or _declared(node))
    receiver = _RECEIVER.search(_text(node.child_by_field_name("receiver")))
    return f"{receiver[1]}.{name}" if receiver else name


def _declared(node: Node) -> Node | None:
    """The name in a declaration of C or C++, which wraps it in what it is: a pointer to a function ..."""
    inner = node.child_by_field_name("declarator")
    while inner is not None:
        deeper = inner.child_by_field_name("declarator") or next(
            (child for child in inner.named_children if child.type.endswith("_declarator")), None
        )
        if deeper is None:
            return inner
        inner = deeper
    return None


def _text(node: Node | None) -> str:
    return node.text.decode("utf-8", "replace") if node is not None and node.text is not None else ""


class _Lines:
    """The way from bytes of the encoded source back to characters, and to whole lines."""

    def __init__(self, text: str, source: bytes) -> None:
        self._text, self._source = text, source
        self._ascii = len(text) == len(source)
        self._byte = self._character = self._done = 0

    def of(self, first: int, last: int) -> tuple[int, int]:
        """The characters of bytes [first, last), as whole lines where nothing else is on them, with comments above.

        Asked in the order of `first`.
        """
        start = self._at(first)
        end = start + (last - first if self._ascii else len(self._source[first:last].decode("utf-8", "replace")))
        line = self._text.rfind("\n", 0, start) + 1
        if not self._text[line:start].strip():
            start = self._with_comments(line)
        start = self._done = max(start, self._done)
        behind = _BEHIND.match(self._text, end)
        return start, behind.end() if behind else end

    def _at(self, byte: int) -> int:
        if self._ascii:
            return byte
        if byte < self._byte:  # a wrapper that begins before the definition told last
            self._byte = self._character = 0
        self._character += len(self._source[self._byte : byte].decode("utf-8", "replace"))
        self._byte = byte
        return self._character

    def _with_comments(self, line: int) -> int:
        """The start of the first of the lines above `line` that speak of it."""
        while line > self._done:
            above = self._text.rfind("\n", 0, line - 1) + 1
            if not _ABOVE.match(self._text, above, line):
                break
            line = above
        return line
