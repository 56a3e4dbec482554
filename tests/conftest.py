"""What tests of several rooms share."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from support import postgres as support_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL for this session."""
    with contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(support_postgres.server())
        except support_postgres.UnavailableError as error:
            pytest.skip(str(error))
        yield url
