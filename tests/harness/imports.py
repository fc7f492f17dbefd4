"""Who imports whom in the house, read from its text: what tests and the drawing of its rooms need."""

import ast

from tests.harness.served import ROOT


def modules(package):
    """Every module of a package: name to file."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted((ROOT / package).rglob("*.py"))
    }


def imported_names(module, path):
    """Full names of all that a module's text imports anywhere."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                start = ".".join((*above, *filter(None, [node.module])))
            yield start
            yield from (f"{start}.{alias.name}" for alias in node.names)


def imports():
    """What each module imports of the house, imports inside functions counted."""
    house = {**modules("cnn_core"), **modules("app")}
    found = {}
    for module, path in house.items():
        names = {name for name in imported_names(module, path) if name in house and name != module}
        # "from room import module" is about the module.
        rooms = {name for name in names if any(one.startswith(f"{name}.") for one in names)}
        found[module] = names - rooms
    return found
