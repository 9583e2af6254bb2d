"""Fields of a selection by response key, fragments spread out and directives answered."""

from collections.abc import Iterator, Mapping, Sequence

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
)

from readapi.compiler.plan import Draft
from readapi.shapes import NotCompiledError

Fields = Mapping[str, list[FieldNode]]
_KNOWN = frozenset({"skip", "include"})


class Selections:
    """Collects as the executor does. Every type is concrete, so a fragment's condition always holds."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode], draft: Draft) -> None:
        self._fragments = fragments
        self._draft = draft

    def of(self, sets: Sequence[SelectionSetNode | None]) -> Fields:
        """The fields of the selections of one response key.

        Raises:
            NotCompiledError: a directive other than `@skip` and `@include`.
        """
        found: dict[str, list[FieldNode]] = {}
        for selections in sets:
            for node in self._flat(selections):
                found.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
        return found

    def reaches(self, nodes: Sequence[FieldNode], names: Sequence[str]) -> bool:
        """Whether a field below these is selected, by the names on the way to it."""
        if not names:
            return True
        found = self.of([node.selection_set for node in nodes]).values()
        return any(self.reaches(one, names[1:]) for one in found if one[0].name.value == names[0])

    def _flat(self, selections: SelectionSetNode | None) -> Iterator[FieldNode]:
        for node in selections.selections if selections is not None else ():
            if not self._is_included(node):
                continue
            match node:
                case FieldNode():
                    yield node
                case InlineFragmentNode():
                    yield from self._flat(node.selection_set)
                case FragmentSpreadNode():
                    yield from self._flat(self._fragments[node.name.value].selection_set)

    def _is_included(self, node: SelectionNode) -> bool:
        if not node.directives:
            return True
        other = {one.name.value for one in node.directives} - _KNOWN
        if other:
            raise NotCompiledError(f"the directive {min(other)}")
        return bool(self._draft.ask(lambda asked: asked.includes(node)))
