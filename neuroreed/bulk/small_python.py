"""The small Python of facts and rules, rewritten so that lists lie in one array.

A list parameter becomes the place in ``_S`` where the list begins, ``len`` of it becomes
``_n``; a table comes with its length beside it. Whole-number globals are written in. What a
function calls is rewritten with it, once for every way its parameters are used.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import re
import textwrap
from collections.abc import Sequence
from types import FunctionType
from typing import Any, Final

ONE, LIST, TABLE = "one", "list", "table"
_BUILTINS: Final = {"range", "len", "min", "max", "abs", "int", "bool", "True", "False"}
_TAKEN: Final = {"_S", "_n"}
_AT_MARGIN: Final = re.compile(r"[^\s#)]")


class NotSmall(ValueError):
    """A function uses more Python than can be compiled."""


class Texts:
    """The texts of rewritten functions, each once, in the order in which they call each other."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def call(self, function: FunctionType, kinds: Sequence[str]) -> str:
        """The name under which a function of such parameters stands in the text."""
        module = function.__module__.replace(".", "_")
        name = f"{module}_{function.__name__}_{''.join(kind[0] for kind in kinds)}"
        if name not in self.known:
            tree = _tree(function)
            tree.name = name
            parameters = [argument.arg for argument in tree.args.args]
            own = dict(zip(parameters, kinds, strict=True))
            body = _Rewrite(self, function, own)
            tree.body = [body.visit(each) for each in tree.body]
            given = ["_S", "_n"] if LIST in kinds else []
            for parameter, kind in own.items():
                given += [parameter, f"{parameter}_n"] if kind == TABLE else [parameter]
            tree.args.args = [ast.arg(each) for each in given]
            self.known[name] = ast.unparse(tree)
        return name

    def expression(self, function: FunctionType, arguments: Sequence[str]) -> str | None:
        """A function that is one expression of its parameters, with arguments put in."""
        tree = _tree(function)
        if len(tree.body) != 1 or not isinstance(tree.body[0], ast.Return):
            return None
        assert tree.body[0].value is not None
        parameters = [argument.arg for argument in tree.args.args]
        own = dict.fromkeys(parameters, ONE)
        names = dict(zip(parameters, arguments, strict=True))
        value = _Rewrite(self, function, own, names).visit(tree.body[0].value)
        return ast.unparse(value)


def _parsed(function: FunctionType) -> ast.Module:
    """The source of a function.

    It ends before the next line at the margin; where that is no whole function ``inspect`` is
    asked, which goes through its file word by word.
    """
    code = function.__code__
    lines = linecache.getlines(code.co_filename, function.__globals__)[code.co_firstlineno - 1 :]
    head = f"def {function.__name__}("
    begin = next((k for k, line in enumerate(lines) if line.startswith(head)), len(lines))
    ends = (k for k in range(begin + 1, len(lines)) if _AT_MARGIN.match(lines[k]))
    try:
        module = ast.parse("".join(lines[begin : next(ends, len(lines))]))
    except SyntaxError:
        module = ast.Module([], [])
    return module if module.body else ast.parse(textwrap.dedent(inspect.getsource(function)))


def _tree(function: FunctionType) -> ast.FunctionDef:
    tree = _parsed(function).body[0]
    assert isinstance(tree, ast.FunctionDef)
    tree.decorator_list = []
    tree.returns = None
    for argument in tree.args.args:
        argument.annotation = None
    first = tree.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        tree.body = tree.body[1:]
    for name in _TAKEN.intersection(argument.arg for argument in tree.args.args):
        raise NotSmall(f"{function.__name__}: the name {name} is taken")
    return tree


class _Rewrite(ast.NodeTransformer):
    def __init__(
        self,
        texts: Texts,
        function: FunctionType,
        kinds: dict[str, str],
        names: dict[str, str] | None = None,
    ) -> None:
        self.texts, self.function, self.kinds = texts, function, kinds
        self.names = names or {}

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if isinstance(node.value, ast.Name) and self.kinds.get(node.value.id) == LIST:
            index = ast.unparse(self.visit(node.slice))
            found = ast.parse(f"_S[{node.value.id} + ({index})]", mode="eval").body
            assert isinstance(found, ast.Subscript)
            found.ctx = node.ctx
            return found
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise NotSmall(f"{self.function.__name__}: only calls by plain name are compiled")
        called = node.func.id
        if called == "len" and isinstance(node.args[0], ast.Name):
            if self.kinds.get(node.args[0].id) == LIST:
                return ast.Name("_n", ast.Load())
            return ast.Name(f"{node.args[0].id}_n", ast.Load())
        target = self.function.__globals__.get(called)
        if isinstance(target, FunctionType):
            kinds = [self._kind(each) for each in node.args]
            name = self.texts.call(target, kinds)
            arguments: list[ast.expr] = []
            for each, kind in zip(node.args, kinds, strict=True):
                arguments.append(self.visit(each))
                if kind == TABLE:
                    arguments.append(ast.Name(f"{ast.unparse(each)}_n", ast.Load()))
            if LIST in kinds:
                arguments = [ast.Name("_S", ast.Load()), ast.Name("_n", ast.Load()), *arguments]
            return ast.Call(ast.Name(name, ast.Load()), arguments, [])
        if called not in _BUILTINS:
            raise NotSmall(f"{self.function.__name__}: {called} is not of the small Python")
        node.args = [self.visit(each) for each in node.args]
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in _TAKEN:
            raise NotSmall(f"{self.function.__name__}: the name {node.id} is taken")
        if node.id in self.names:
            return ast.Name(self.names[node.id], node.ctx)
        if isinstance(node.ctx, ast.Store) or node.id in self.kinds:
            return node
        value = self.function.__globals__.get(node.id, None)
        if value is None or hasattr(builtins, node.id):
            return node
        return ast.Constant(self._number(node.id, value))

    def _kind(self, node: ast.AST) -> str:
        return self.kinds.get(node.id, ONE) if isinstance(node, ast.Name) else ONE

    def _number(self, name: str, value: Any) -> int:
        if not isinstance(value, int):
            raise NotSmall(f"{self.function.__name__}: {name} is not a whole number")
        return int(value)
