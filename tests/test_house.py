"""The house: rings, words out of code, and papers that say what is true."""

import ast
import re
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.settings import Settings

ROOT = Path(__file__).parent.parent
RINGS = {
    "i18n": "words",
    "library": "words",
    "dialogue": "talk",
    "desk": "talk",
}
"""Everything else under bot/ is the World."""

READERS = ("registry", "wording", "reading", "strict")
"""Parts of the form that are not said to patients: they read content/."""

MAY = {"words": {"words"}, "talk": {"words", "talk"}, "world": {"words", "talk", "world"}}
PURE_NEVER = {"asyncio", "telegram", "sqlalchemy", "aiohttp", "os", "time", "logging", "socket"}


def ring(module: str) -> str:
    parts = module.split(".")
    return RINGS.get(parts[1] if len(parts) > 1 else "", "world")


def modules() -> list[tuple[str, Path]]:
    return [
        (".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path)
        for path in sorted((ROOT / "bot").rglob("*.py"))
    ]


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize(("module", "path"), modules(), ids=str)
def test_every_module_imports_only_what_its_ring_may(module: str, path: Path) -> None:
    """Words know only Words, Talk knows Words, and neither touches time, network or storage."""
    own = ring(module)
    for name in imports(path):
        if name.startswith("bot."):
            assert ring(name) in MAY[own], f"{module} ({own}) imports {name}"
        elif own != "world":
            assert name.partition(".")[0] not in PURE_NEVER, f"{module} ({own}) imports {name}"


@pytest.mark.parametrize(
    ("module", "path"),
    [(module, path) for module, path in modules() if ring(module) != "world"],
    ids=str,
)
def test_words_and_talk_are_pure(module: str, path: Path) -> None:
    """No `async`, no clock and no environment in the two inner rings."""
    source = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        assert not isinstance(node, ast.AsyncFunctionDef | ast.Await), module
        if isinstance(node, ast.Attribute):
            assert node.attr != "environ", module
        # A moment's own `.now` is a value that was handed in; asking for one is a call.
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in {"now", "today", "utcnow"}, module


def test_only_a_language_makes_spoken_words() -> None:
    """`Spoken(...)` and `Label(...)` outside i18n appear only where said words are put together."""
    allowed = {"bot.dialogue.screens", "bot.desk.card"}
    for module, path in modules():
        if module.startswith("bot.i18n") or module in allowed:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"Spoken", "Label"}, f"{module}:{node.lineno}"


def test_no_human_sentence_in_the_dialogue() -> None:
    """A string of several words in bot/dialogue is a docstring, or belongs in locales/.

    What reads a file tells what is wrong in it, to whoever wrote the file.
    """
    readers = ("bot.dialogue.safety", *(f"bot.dialogue.intake.{one}" for one in READERS))
    for module, path in modules():
        if not module.startswith("bot.dialogue") or module.startswith(readers):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        said = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                plain = re.sub(r"<[^>]+>", "", node.value)
                words = [one for one in plain.split() if re.fullmatch(r"[\w'’-]+[.,:;?!]?", one)]
                assert id(node) in said or len(words) < 3, f"{module}:{node.lineno}: {node.value}"


def test_the_readme_lists_exactly_the_settings() -> None:
    """Every setting stands in the README's table, and nothing that is not a setting."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## Settings")[2].partition("\n## ")[0]
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.M))
    assert listed == {name.upper() for name in Settings.model_fields}


def test_the_readme_lists_exactly_the_commands() -> None:
    """Every command of `python -m bot` stands in the README's table."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `python -m bot ([a-z-]+)", readme, re.M))
    assert listed == set(main.commands)


def test_make_help_lists_every_target_the_readme_names() -> None:
    """Each word that the README tells people to type after `make` has its line in `make help`."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.*## ", makefile, re.M))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z]+)`", readme)) | {"sandbox", "test"}
    assert named - {"help"} <= targets


def test_requirements_are_pinned_hashed_and_name_no_index() -> None:
    """Every line of the requirement files is a pin with hashes; none says where it came from."""
    for name in ("requirements.txt", "requirements-test.txt"):
        raw = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in raw
        assert "--index" not in raw
        packages = re.findall(r"^[A-Za-z0-9].*?(?=^[A-Za-z0-9]|\Z)", raw, re.M | re.S)
        assert packages
        for package in packages:
            assert "==" in package.splitlines()[0], package
            assert "--hash=sha256:" in package, package
