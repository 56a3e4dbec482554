"""Whatever stands in a rules file: it loads, or its author is told. No other way out."""

import re
import string
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from watcher import config
from watcher.config.slips import before_reading
from watcher.core.errors import RulesError
from watcher.core.model import Mistake

HERE = Path(__file__).parent
SIGNS = "abn:- \n\t\"'[]{},#&*!|>%@`~?.\\$0№жқ新ئ\u200b\u2028\ufeff\x85\r"
SEEDS = [
    path.read_text(encoding="utf-8", errors="replace")
    for path in [*sorted((HERE / "good").glob("*.yaml")), *sorted((HERE / "bad").glob("*.yaml"))]
]
NAMES = """rules find name any all none near entity regex exact channels feeds url opml include
    entities aliases en defaults notify tests match sources only active from quiet limit digest
    timezone health every language severity"""
KEYS = st.sampled_from(NAMES.split())
LEAVES = st.sampled_from(
    ["", "x", "Atajurt", "12:30", "no", "~", "8 words", "https://a.example.org/x", "(a+)+$", "*x",
     "packs/xinjiang.yaml", "${X}", "20 per 1h", "daily at 08:00", "2026-11-01", "или", "新", "🙂"]
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)


def outcome(path: Path, body: bytes) -> str:
    """Load `body`; return what is said. Anything but RulesError fails the test."""
    path.write_bytes(body)
    found: tuple[Mistake, ...]
    try:
        found = config.load(path, environ={}).warnings
    except RulesError as error:
        found = error.mistakes or (Mistake(file="", line=0, column=0, message=""),)
    for mistake in found:
        assert mistake.line >= 1
        assert mistake.column >= 1
        assert "\n" not in str(mistake)
    return "\n".join(map(str, found))


def flow(tree: object) -> str:
    """Write a tree as YAML in brackets, without quotes that would tame it."""
    if isinstance(tree, list):
        return "[" + ", ".join(map(flow, tree)) + "]"
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key}: {flow(value)}" for key, value in tree.items()) + "}"
    return str(tree) if not str(tree).startswith("*") else f'"{tree}"'


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet=SIGNS, max_size=60))
@example(text="- - - - -\n -")
@example(text="? [a]\n: b")
@example(text="%YAML 9.9\n---\n")
@example(text="{{a}}")
@example(text='"\\U00110000"')
@example(text='"\\ud800"')
def test_any_signs(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    outcome(tmp_path_factory.getbasetemp() / "any.yaml", text.encode("utf-8", "surrogatepass"))


PASTED = "•–* \u00a0\u3000：a:-`~<>=|\"'\n\r,[]{}#"


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet=PASTED, max_size=60) | st.sampled_from(SEEDS))
def test_a_slip_is_mended_and_moves_no_line(text: str) -> None:
    found = before_reading(text)

    if found is not None:
        assert found.mended is not None
        assert re.findall(r"\r\n|\r|\n", found.mended) == re.findall(r"\r\n|\r|\n", text)
        assert all(0 <= at <= len(text) for at, _ in found.messages)


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=60))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    outcome(tmp_path_factory.getbasetemp() / "bytes.yaml", body)


@settings(max_examples=200, deadline=None)
@given(tree=st.dictionaries(KEYS, TREES, max_size=6))
def test_any_tree_of_known_keys(
    tmp_path_factory: pytest.TempPathFactory, tree: dict[str, object]
) -> None:
    outcome(tmp_path_factory.getbasetemp() / "tree.yaml", flow(tree).encode())


@settings(max_examples=200, deadline=None)
@given(
    seed=st.sampled_from(SEEDS),
    where=st.floats(0, 1),
    cut=st.integers(0, 12),
    put=st.text(alphabet=SIGNS + string.ascii_lowercase, max_size=4),
)
def test_any_slip_of_the_hand(
    tmp_path_factory: pytest.TempPathFactory, seed: str, where: float, cut: int, put: str
) -> None:
    at = int(where * len(seed))

    outcome(
        tmp_path_factory.getbasetemp() / "slip.yaml",
        (seed[:at] + put + seed[at + cut :]).encode(),
    )


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "{a: " * 100_000,
        "- " * 200_000,
        "? " * 100_000,
        "rules:\n" + "  - {name: x, find: " + "{any: " * 2_000 + "x" + "}" * 2_000 + "}\n",
        "a: " + "&a [" * 10_000,
        "x: " + "'" * 100_001,
        "\n".join(f"k{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 60)),
        "rules:\n" + "  - {name: x, find: y z w}\n" * 20_000,
        "rules: [" + "x, " * 200_000 + "x]\n",
        "include: [" + ", ".join(f"f{i}.yaml" for i in range(2_000)) + "]\n",
        'rules:\n  - {name: x, find: {regex: "' + "(" * 290 + '"}}\n',
        "rules:\n  - {name: x, find: {regex: '" + "(?:a{1,99}){1,99}" * 17 + "$'}}\n",
        "rules:\n" + "".join(f"  - name: a: b {i}\n    find: Atajurt\n" for i in range(3_000)),
    ],
    ids=lambda text: text[:12].strip(),
)
def test_files_made_to_hurt_end_soon(tmp_path: Path, text: str) -> None:
    said = outcome(tmp_path / "rules.yaml", text.encode())

    assert said
