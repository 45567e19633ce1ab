"""The HTTP API under requests made from its own description: whatever comes, it never answers with a server error."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error

from assistant.api import create_app
from assistant.config import Settings
from assistant.customers import find_customer
from assistant.desk import Desk
from assistant.metrics import Metrics
from tests.stand_in import StandIn, ready_status, small_shop

QUIET = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> schemathesis.BaseSchema:
    """The description of a server before the small shop."""
    assistant = StandIn(small_shop(tmp_path_factory.mktemp("fuzz") / "small.db"))
    app = create_app(
        Desk(assistant, Metrics(ready_status)),
        Settings(),
        status=ready_status,
        find_customer=lambda key, email: find_customer(assistant.db, customer_id=key, email=email),
    )
    return schemathesis.openapi.from_asgi("/openapi.json", app)


def test_no_request_makes_a_server_error(api: schemathesis.BaseSchema) -> None:
    operations = [result.ok() for result in api.get_all_operations()]
    assert {operation.path for operation in operations} >= {"/v1/chat/completions", "/v1/models", "/readyz"}
    for operation in operations:

        @QUIET
        @given(case=operation.as_strategy())
        def never_fails(case: schemathesis.Case) -> None:
            case.validate_response(case.call(), checks=[not_a_server_error])

        never_fails()
