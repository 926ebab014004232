"""The package is built in floors, and imports go down only: this reads the imports and says where they do not."""

import ast
import graphlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "stgcn_pyg"

FLOORS: tuple[tuple[str, ...], ...] = (
    ("skeleton", "nn", "metrics", "files", "hub", "model_card"),
    ("partition", "models"),
    ("sequence", "data", "training"),
    ("io", "transforms"),
    ("datasets", "synthetic", "recognizer", "baseline"),
    ("streaming", "export", "pose", "view", "explain", "plots", "experiments", "report"),
    ("cli", "__main__"),
)

FLOOR_OF = {module: floor for floor, modules in enumerate(FLOORS) for module in modules}
EXEMPT = {"__init__", "_version"}
"""The façade imports everything it offers, and everyone may ask for the version."""

Imports = Mapping[str, set[str]]
"""What each module imports of its own package; modules by their dotted names, such as ``nn.temporal``."""


def top(module: str) -> str:
    """The file or folder of the package that a module lies in."""
    return module.partition(".")[0]


def read_imports(package: Path) -> Imports:
    """What each file of a package imports of that package, at its head, inside functions, anywhere."""
    files = {_dotted(path.relative_to(package)): path for path in sorted(package.rglob("*.py"))}
    return {
        module: {_resolve(name, files) for name in _imported(path, package)} - {module}
        for module, path in files.items()
    }


def _dotted(path: Path) -> str:
    """``nn/__init__.py`` is ``nn``, ``nn/temporal.py`` is ``nn.temporal``, the package itself is ``__init__``."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


def _imported(path: Path, package: Path) -> Iterator[str]:
    """The full names that one file imports from its own package, without the package's name."""
    folder = (package.name, *path.relative_to(package).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = folder[: len(folder) - node.level + 1] if node.level else ()
            base = ".".join((*start, *([node.module] if node.module else [])))
            names = [f"{base}.{alias.name}" for alias in node.names]
        for name in names:
            if name.partition(".")[0] == package.name:
                yield name.partition(".")[2]


def _resolve(name: str, modules: Mapping[str, Path]) -> str:
    """The module that a full name lies in: ``nn.temporal.TemporalConv`` lies in ``nn.temporal``."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name or "__init__"


def homeless(imports: Imports) -> set[str]:
    """The files and folders of the package that stand on no floor."""
    return {top(module) for module in imports} - FLOOR_OF.keys() - EXEMPT


def upward(imports: Imports) -> list[str]:
    """Every import of something on a higher floor; the façade stands on the top floor, the version below all."""
    height = {**FLOOR_OF, "__init__": len(FLOORS) - 1, "_version": -1}
    return [
        f"{module} (floor {height[top(module)]}) imports {target} (floor {height[top(target)]})"
        for module, targets in imports.items()
        if top(module) in FLOOR_OF
        for target in sorted(targets)
        if top(target) in height and height[top(target)] > height[top(module)]
    ]


def cycle(imports: Imports) -> list[str]:
    """One ring of imports, of files or of the package's top-level modules; empty if there is none."""
    inside = {module: targets for module, targets in imports.items() if top(module) not in EXEMPT}
    tops: dict[str, set[str]] = {}
    for module, targets in inside.items():
        tops.setdefault(top(module), set()).update({top(target) for target in targets} - {top(module)})
    for graph in (inside, tops):
        try:
            graphlib.TopologicalSorter(graph).prepare()
        except graphlib.CycleError as error:
            return list(error.args[1])
    return []


def test_every_module_stands_on_a_floor() -> None:
    assert homeless(read_imports(PACKAGE)) == set()


def test_imports_go_down_only() -> None:
    assert upward(read_imports(PACKAGE)) == []


def test_imports_run_in_no_circle() -> None:
    assert cycle(read_imports(PACKAGE)) == []


def build(root: Path, files: Mapping[str, str]) -> Imports:
    """The imports of a made-up package of these files."""
    package = root / "house"
    for name, text in {"__init__.py": "", **files}.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read_imports(package)


@pytest.mark.parametrize(
    "line",
    [
        "import house.cli",
        "import numpy, house.cli.train as train",
        "from house import cli",
        "from house.cli import main",
        "from house.cli.train import train",
        "from ..cli import main",
        "from .. import cli",
        "def late():\n    from house.cli import main",
    ],
)
def test_an_upward_import_is_found_however_it_is_written(tmp_path: Path, line: str) -> None:
    imports = build(tmp_path, {"nn/unit.py": line, "cli.py": "def main(): ..."})
    assert upward(imports) == ["nn.unit (floor 0) imports cli (floor 6)"]


def test_imports_downwards_and_of_others_are_left_alone(tmp_path: Path) -> None:
    files = {
        "__init__.py": "from house.cli import main",
        "_version.py": "",
        "cli.py": "import torch\nfrom house import _version, nn\nfrom .nn.unit import Unit",
        "nn/__init__.py": "from house.nn.unit import Unit",
        "nn/unit.py": "from household.cli import main\nfrom house._version import number",
    }
    imports = build(tmp_path, files)
    assert imports["cli"] == {"_version", "nn", "nn.unit"}
    assert imports["nn.unit"] == {"_version"}
    assert homeless(imports) == set()
    assert upward(imports) == []
    assert cycle(imports) == []


def test_importing_the_facade_from_below_is_upward(tmp_path: Path) -> None:
    imports = build(tmp_path, {"skeleton.py": "from house import BODY_25"})
    assert upward(imports) == ["skeleton (floor 0) imports __init__ (floor 6)"]


def test_a_new_module_without_a_floor_is_found(tmp_path: Path) -> None:
    assert homeless(build(tmp_path, {"skeleton.py": "", "attic/box.py": ""})) == {"attic"}


def test_a_circle_of_files_is_found(tmp_path: Path) -> None:
    imports = build(tmp_path, {"nn/a.py": "from house.nn import b", "nn/b.py": "from house.nn.a import x"})
    assert set(cycle(imports)) == {"nn.a", "nn.b"}


def test_a_circle_within_a_floor_is_found_even_without_a_circle_of_files(tmp_path: Path) -> None:
    files = {
        "view/a.py": "from house.report import b",
        "view/d.py": "",
        "report/b.py": "",
        "report/c.py": "from house.view import d",
    }
    imports = build(tmp_path, files)
    assert upward(imports) == []
    assert set(cycle(imports)) == {"view", "report"}
