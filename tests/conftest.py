"""What tests of several rooms share."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from support import postgres as support_postgres

# In CI the same examples every time: what is found there must be due to the change. Elsewhere new
# ones at each run, to find what nobody thought of. Nowhere a deadline: machines are slow at times.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL for this session."""
    with contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(support_postgres.server())
        except support_postgres.UnavailableError as error:
            pytest.skip(str(error))
        yield url
