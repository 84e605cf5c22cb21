"""From configuration to gateways: what is missing or wrong is said."""

import pytest

from engine.errors import NotifyError, SettingsError
from engine.notify.gateways import gateway_from
from engine.notify.http_gateway import HttpGateway
from engine.notify.sms import Sms


def test_the_log_gateway_makes_up_an_id() -> None:
    gateway = gateway_from("log", {"url": ""})
    first, second = (gateway.send(Sms("+34650123456", "hello")) for _ in range(2))
    assert first.provider_id.startswith("log-")
    assert first.provider_id != second.provider_id
    assert first.status == "logged"


@pytest.mark.parametrize(
    ("kind", "config", "told"),
    [
        ("pigeon", {}, "http, log, twilio"),
        ("twilio", {}, "account_sid and token"),
        ("twilio", {"account_sid": "AC", "token": "t"}, "sender or messaging_service"),
        ("twilio", {"account_sid": "AC", "token": "t", "sender": "+1", "colour": "red"}, "'colour'"),
        ("twilio", {"account_sid": "AC", "token": "t", "sender": "+1", "timeout_s": "soon"}, "not a number"),
        ("http", {}, "needs url"),
        ("http", {"url": "ftp://host/"}, "not a full http"),
        ("http", {"url": "https:///path"}, "not a full http"),
        ("http", {"url": "https://{to}.example/"}, "after its question mark"),
        ("http", {"url": "https://sms.example/{text}"}, "after its question mark"),
        ("http", {"url": "https://sms.example", "method": "DELETE"}, "GET, POST or PUT"),
        ("http", {"url": "https://sms.example", "body": "xml"}, "form nor json"),
        ("http", {"url": "https://sms.example", "fields": '{"a": ["b"]}'}, "body json"),
        ("http", {"url": "https://sms.example", "fields": "{"}, "not valid JSON"),
        ("http", {"url": "https://sms.example", "headers": '["a"]'}, "names with texts"),
        ("http", {"url": "https://sms.example", "id_pattern": "("}, "not valid"),
        ("http", {"url": "https://sms.example", "id_pattern": "id"}, "one group"),
        ("http", {"url": "https://sms.example", "timeout_s": 0}, "at most 120"),
        ("log", {"url": "https://sms.example"}, "It has none"),
    ],
)
def test_a_bad_configuration_says_what_to_do(kind: str, config: dict[str, object], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        gateway_from(kind, config)


def test_secrets_do_not_show() -> None:
    for kind, config in (
        ("twilio", {"account_sid": "AC", "token": "swordfish", "sender": "+1"}),
        ("http", {"url": "https://sms.example", "password": "swordfish", "headers": {"Key": "swordfish"}}),
    ):
        assert "swordfish" not in repr(gateway_from(kind, config))


def test_twilio_without_a_sender_is_refused_before_anything_is_sent() -> None:
    from engine.notify.twilio_gateway import TwilioGateway

    with pytest.raises(NotifyError, match="no sender"):
        TwilioGateway("AC", "t", base_url="http://127.0.0.1:1").send(Sms("+34650123456", "hello"))


def test_the_default_fields_are_each_gateways_own() -> None:
    assert HttpGateway("https://a.example").fields is not HttpGateway("https://a.example").fields
