"""A fresh library for each test to break."""

from pathlib import Path

import pytest

from tests.library.shelf import Shelf, stock


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """The sound library in a directory of its own."""
    return stock(tmp_path / "content")
