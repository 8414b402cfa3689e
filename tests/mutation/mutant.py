"""What can be changed in a module, one small thing at a time.

Texts, annotations, decorators, assertions and docstrings are left as they are: what they say is
no decision.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

_BOUNDARY: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}


@dataclass(frozen=True)
class Mutant:
    """One change of a module: its number among all of them, where, and what."""

    module: str
    number: int
    first: int
    last: int
    what: str

    @property
    def name(self) -> str:
        """As it is reported."""
        return f"{self.module.rpartition('.')[2]}.py:{self.first} {self.what}"


def mutants(module: str, source: str) -> list[Mutant]:
    """All changes of a module, in a fixed order."""
    return [
        Mutant(module, number, node.lineno, node.end_lineno or node.lineno, what)
        for number, (node, what, _) in enumerate(_changes(ast.parse(source)))
    ]


def changed(source: str, number: int) -> ast.Module:
    """The module with one of its changes made."""
    tree = ast.parse(source)
    for place, (node, _, replacement) in enumerate(_changes(tree)):
        if place == number:
            _replace(tree, node, replacement)
            break
    return ast.fix_missing_locations(tree)


def _replace(tree: ast.Module, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
                return
            if isinstance(value, list):
                for place, each in enumerate(value):
                    if each is old:
                        value[place] = new
                        return


Change = tuple["ast.expr | ast.stmt", str, ast.AST]


def _changes(tree: ast.Module) -> Iterator[Change]:
    for node in _decisions(tree):
        for what, replacement in _of(node):
            yield node, what, ast.copy_location(replacement, node)


def _decisions(node: ast.AST) -> Iterator["ast.expr | ast.stmt"]:
    """Every statement and expression that decides something."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_comment", "bases"):
            continue
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, ast.AST) or isinstance(each, ast.Assert):
                continue
            if isinstance(each, (ast.expr, ast.stmt)):
                yield each
            yield from _decisions(each)


def _of(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Compare():
            yield from _compared(node)
        case ast.BinOp(op=op) if type(op) in _ARITHMETIC and not _is_type(node):
            new = copy.deepcopy(node)
            new.op = _ARITHMETIC[type(op)]()
            yield _told(node, new), new
        case ast.BoolOp():
            other = copy.deepcopy(node)
            other.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield _told(node, other), other
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield _told(node, node.operand), copy.deepcopy(node.operand)
        case ast.Constant(value=bool() as value):
            yield f"{value} → {not value}", ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield f"{value} → {value + 1}", ast.Constant(value + 1)
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield f"return {ast.unparse(value)[:40]} → None", ast.Return(ast.Constant(None))
        case ast.If() | ast.IfExp() | ast.While() if isinstance(
            node.test, (ast.Name, ast.Attribute, ast.Call)
        ):
            turned = copy.deepcopy(node)
            turned.test = ast.copy_location(ast.UnaryOp(ast.Not(), turned.test), node.test)
            yield f"if {ast.unparse(node.test)[:40]} → if not", turned


def _compared(node: ast.Compare) -> Iterator[tuple[str, ast.AST]]:
    for place, op in enumerate(node.ops):
        for table in (_BOUNDARY, _OPPOSITE):
            if type(op) in table:
                new = copy.deepcopy(node)
                new.ops[place] = table[type(op)]()
                yield _told(node, new), new


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _is_type(node: ast.BinOp) -> bool:
    """Whether `a | b` is one type or another."""
    return isinstance(node.op, ast.BitOr) and all(
        _is_none(each) or isinstance(each, (ast.Name, ast.Subscript, ast.BinOp))
        for each in (node.left, node.right)
    )


def _told(old: ast.AST, new: ast.AST) -> str:
    return f"{ast.unparse(old)[:60]} → {ast.unparse(new)[:60]}"
