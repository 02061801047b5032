"""The API against its own schema: generated requests find no crash and no reply that it does not describe."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from members.actions.tokens import create_token
from tests.api.conftest import episode_with_rows, one_connection

pytestmark = [pytest.mark.proof, pytest.mark.django_db]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
EXAMPLES = 20


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("who", ["anonymous", "organizer"])
def test_every_operation_keeps_its_word(organizer, now, who, mode):
    for number, state in ((41, "published"), (42, "collecting")):
        episode_with_rows(number, now, state=state, by=organizer)
    headers = {}
    if who == "organizer":
        _token, key = create_token(user=organizer.user, scope="write", name="", by=organizer, now=now)
        headers = {"Authorization": f"Bearer {key}"}
    with one_connection():
        schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    asked = 0

    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case):
            nonlocal asked
            asked += 1
            case.call_and_validate(headers=headers, checks=CHECKS)

        with one_connection():
            ask()
    assert asked > 100
    print(f"\nschemathesis: {asked} {mode.name.lower()} requests as {who}, every reply as the schema says")
