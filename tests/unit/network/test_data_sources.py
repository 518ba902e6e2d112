import pickle

import pytest

from vega_mesa.protocol.data_sources import (
    TIME_TRIGGER,
    TIMESTAMP,
    Condition,
    DataSources,
    DataSourceSpec,
    EthereumCall,
    Filter,
    TimeTrigger,
    check_spec,
    data_time,
    settlement_binding,
    spec_id,
    termination_binding,
)
from vega_mesa.protocol.events.network import OracleDataReceived
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.refusal import Refused


class Listener:
    def __init__(self, name="listener", log=None, refuses=""):
        self.name = name
        self.log = [] if log is None else log
        self.refuses = refuses

    def on_data(self, key, properties, metadata):
        self.log.append((self.name, key, dict(properties)))
        if self.refuses:
            raise Refused(self.refuses)


def spec(property="price", type="TYPE_INTEGER", signers=("key",), decimals=None, condition=None, id=""):
    conditions = () if condition is None else (Condition(operator=condition[0], value=condition[1]),)
    filters = (Filter(property=property, type=type, decimals=decimals, conditions=conditions),)
    return DataSourceSpec(id=id, signers=signers, filters=filters)


def schedule(initial, every):
    conditions = (Condition(operator="OPERATOR_GREATER_THAN_OR_EQUAL", value="0"),)
    filters = (Filter(property=TIME_TRIGGER, type="TYPE_TIMESTAMP", conditions=conditions),)
    return DataSourceSpec(filters=filters, time_trigger=TimeTrigger(initial=initial, every=every))


@pytest.fixture
def sources(bus):
    return DataSources(bus)


def test_identical_definitions_share_one_id_so_one_message_reaches_several_markets(sources):
    log = []
    first, second = Listener("first", log), Listener("second", log)
    sources.subscribe(spec(), first, "settlement")
    sources.subscribe(spec(), second, "settlement")
    assert spec_id(spec()) == spec_id(spec())
    assert spec_id(spec()) != spec_id(spec(decimals=2))
    assert sources.submit(("key",), {"price": "7"}) == (spec_id(spec()),)
    assert [name for name, _, _ in log] == ["first", "second"]


def test_a_shared_id_keeps_the_filters_of_its_first_subscriber(sources):
    listener = Listener()
    sources.subscribe(spec(id="1"), listener, "first")
    sources.subscribe(spec("other", id="1"), listener, "second")
    sources.submit(("key",), {"price": "7"})
    assert [key for _, key, _ in listener.log] == ["first", "second"]


def test_every_signer_of_the_data_must_be_known_and_unsigned_data_pass(sources):
    listener = Listener()
    sources.subscribe(spec(signers=("key", "other")), listener, "settlement")
    assert not sources.submit(("key", "stranger"), {"price": "1"})
    assert sources.submit(("key",), {"price": "2"})
    assert sources.submit((), {"price": "3"})
    assert [properties["price"] for _, _, properties in listener.log] == ["2", "3"]


def test_all_filters_must_be_there_and_more_properties_do_no_harm(sources):
    listener = Listener()
    two = DataSourceSpec(
        signers=("key",),
        filters=(Filter(property="a", type="TYPE_INTEGER"), Filter(property="b", type="TYPE_STRING")),
    )
    sources.subscribe(two, listener, "settlement")
    assert not sources.submit(("key",), {"a": "1"})
    assert sources.submit(("key",), {"a": "no number, nobody looks without a condition", "b": "", "c": ""})


def test_a_parse_error_in_any_condition_aborts_the_broadcast(sources):
    listener = Listener()
    sources.subscribe(spec(id="plain"), listener, "plain")
    sources.subscribe(spec(condition=("OPERATOR_GREATER_THAN", "0")), listener, "positive")
    with pytest.raises(Refused, match='value "abc" is not a valid integer'):
        sources.submit(("key",), {"price": "abc"})
    assert listener.log == []
    sources.submit(("key",), {"price": "-1"})
    assert [key for _, key, _ in listener.log] == ["plain"]


@pytest.mark.parametrize(
    ("type", "operator", "limit", "holds", "fails"),
    [
        ("TYPE_INTEGER", "OPERATOR_LESS_THAN_OR_EQUAL", "-5", "-5", "-4"),
        ("TYPE_DECIMAL", "OPERATOR_GREATER_THAN", "0.10", "0.11", "0.1"),
        ("TYPE_BOOLEAN", "OPERATOR_EQUALS", "true", "true", "false"),
        ("TYPE_TIMESTAMP", "OPERATOR_GREATER_THAN_OR_EQUAL", "100", "100", "99"),
        ("TYPE_STRING", "OPERATOR_EQUALS", "yes", "yes", "no"),
    ],
)
def test_conditions(sources, type, operator, limit, holds, fails):
    listener = Listener()
    sources.subscribe(spec(type=type, condition=(operator, limit)), listener, "key")
    assert not sources.submit(("key",), {"price": fails})
    assert sources.submit(("key",), {"price": holds})


def test_settlement_of_all_markets_comes_before_any_termination(sources):
    log = []
    settlement, termination = spec(), spec("done", "TYPE_BOOLEAN")
    for name in ("first", "second"):
        listener = Listener(name, log)
        sources.subscribe(settlement, listener, "settlement")
        sources.subscribe(termination, listener, "termination")
    sources.submit(("key",), {"price": "1", "done": "true"})
    assert [(name, key) for name, key, _ in log] == [
        ("first", "settlement"),
        ("second", "settlement"),
        ("first", "termination"),
        ("second", "termination"),
    ]


def test_who_unsubscribes_another_does_not_prevent_its_call(sources):
    class Spoiler(Listener):
        def on_data(self, key, properties, metadata):
            sources.unsubscribe_all(victim)

    victim = Listener()
    sources.subscribe(spec(), Spoiler(), "spoils")
    number = sources.subscribe(spec(), victim, "settlement")
    sources.submit(("key",), {"price": "1"})
    assert len(victim.log) == 1
    sources.submit(("key",), {"price": "1"})
    assert len(victim.log) == 1
    sources.unsubscribe(number)


def test_errors_of_subscribers_are_only_remembered(sources):
    log = []
    sources.subscribe(spec(), Listener("bad", log, refuses="no"), "settlement")
    sources.subscribe(spec(), Listener("good", log), "settlement")
    sources.submit(("key",), {"price": "1"})
    assert [name for name, _, _ in log] == ["bad", "good"]
    assert sources.refusals == ["no"]


def test_what_matches_nothing_is_discarded_without_an_event(sources, bus):
    events = []
    bus.subscribe(OracleDataReceived, events.append)
    sources.subscribe(spec(), Listener(), "settlement")
    assert sources.submit(("key",), {"other": "1"}) == ()
    assert events == []
    sources.submit(("key",), {"price": "1"}, now=5 * SECOND)
    assert dict(events[0].metadata) == {"vega-time": "5"}


def test_the_time_of_data():
    assert data_time({"vega-time": "3", "eth-block-time": "2"}) == 2 * SECOND
    assert data_time({"vega-time": "3", "eth-block-time": "x"}) == 3 * SECOND
    assert data_time({}) == 0


def test_the_network_s_time_ends_a_market_from_its_second_on(sources):
    listener = Listener()
    condition = ("OPERATOR_GREATER_THAN_OR_EQUAL", "100")
    sources.subscribe(spec(TIMESTAMP, "TYPE_TIMESTAMP", (), condition=condition), listener, "termination")
    assert not sources.tick(99 * SECOND + 999_999_999)
    assert sources.tick(100 * SECOND)
    assert sources.tick(101 * SECOND)
    assert len(listener.log) == 2


def test_a_schedule_fires_strictly_after_its_time_and_missed_periods_fire_once(sources):
    listener = Listener()
    sources.subscribe(schedule(100, 10), listener, "cue", now=0)
    fired = [second for second in (99, 100, 101, 110, 111, 150, 151, 160, 161) if sources.tick(second * SECOND)]
    assert fired == [101, 111, 150, 151, 161]


def test_a_schedule_in_the_past_is_moved_on_to_now(sources):
    listener = Listener()
    sources.subscribe(schedule(100, 10), listener, "cue", now=125 * SECOND)
    assert [second for second in range(125, 142) if sources.tick(second * SECOND)] == [131, 141]


def test_a_schedule_may_be_armed_before_anybody_listens(sources):
    sources.arm(schedule(None, 10), now=100 * SECOND)
    sources.subscribe(schedule(None, 10), Listener(), "cue", now=105 * SECOND)
    assert sources.tick(106 * SECOND)
    assert not sources.tick(110 * SECOND)
    assert sources.tick(111 * SECOND)


def test_ethereum_calls_match_only_their_own_spec(sources):
    listener = Listener()
    call = DataSourceSpec(
        filters=(Filter(property="price", type="TYPE_INTEGER"),),
        ethereum_call=EthereumCall(address="0x1", method="get"),
    )
    sources.subscribe(call, listener, "ethereum")
    sources.subscribe(spec(), listener, "signed")
    sources.submit(("key",), {"price": "1"})
    sources.submit((), {"price": "2"}, ethereum_call=spec_id(call))
    assert [(key, properties["price"]) for _, key, properties in listener.log] == [("signed", "1"), ("ethereum", "2")]


def test_a_provider_is_told_when_nobody_listens(sources):
    with pytest.raises(Refused, match="no one listens"):
        sources.check_submission(("key",), {"price": "1"})
    sources.subscribe(spec(), Listener(), "settlement")
    with pytest.raises(Refused, match="there are no subscribes"):
        sources.check_submission(("key",), {"other": "1"})
    with pytest.raises(Refused, match="property key is reserved"):
        sources.check_submission(("key",), {TIMESTAMP: "1"})
    sources.check_submission(("key",), {"price": "1"})


@pytest.mark.parametrize(
    ("definition", "text"),
    [
        (spec(signers=()), "signers are required"),
        (DataSourceSpec(signers=("key",)), "at least one filter is required"),
        (spec(type="TYPE_BOOLEAN", condition=("OPERATOR_LESS_THAN", "true")), "unsupported operator"),
        (spec(type="TYPE_TIMESTAMP", condition=("OPERATOR_LESS_THAN", "1")), "'less than' or 'less than equal'"),
        (spec(TIMESTAMP, "TYPE_TIMESTAMP", ()), "must have at least one condition"),
        (DataSourceSpec(signers=("key",), filters=spec().filters * 2), "multiple keys with same name"),
    ],
)
def test_definitions_that_cannot_work_are_refused(definition, text):
    with pytest.raises(Refused, match=text):
        check_spec(definition)


def test_integers_and_decimals_are_scaled_to_the_asset():
    integer = settlement_binding(spec(decimals=18), "price")
    assert integer.to_asset("1" + "0" * 18, 6) == 10**6
    assert integer.to_asset("1999999999999", 6) == 1  # truncated
    decimal = settlement_binding(spec(type="TYPE_DECIMAL"), "price")
    assert decimal.to_asset("1.25", 2) == 125
    with pytest.raises(Refused, match="settlement data decimals not suported by market asset"):
        decimal.to_asset("1.250", 2)
    for text in ("-1", "1.5", "x"):
        with pytest.raises(Refused, match="could not parse value"):
            integer.to_asset(text, 6)


def test_a_binding_needs_a_filter_of_its_type():
    with pytest.raises(Refused, match='bound property "other" not filtered by oracle spec'):
        settlement_binding(spec(), "other")
    with pytest.raises(Refused, match='bound type "TYPE_BOOLEAN" doesn\'t match filtered property type "TYPE_INTEGER"'):
        termination_binding(spec(), "price")
    with pytest.raises(Refused, match="cannot be blank"):
        settlement_binding(spec(), "")


def test_time_terminates_by_its_receipt_and_a_boolean_when_it_is_true():
    time = termination_binding(spec(TIMESTAMP, "TYPE_TIMESTAMP", ()), TIMESTAMP)
    assert time.terminates("0")
    boolean = termination_binding(spec("done", "TYPE_BOOLEAN"), "done")
    assert boolean.terminates("true")
    assert not boolean.terminates("false")


def test_subscriptions_and_schedules_survive_a_pickle(sources):
    listener = Listener()
    sources.subscribe(schedule(100, 10), listener, "cue")
    sources.tick(105 * SECOND)
    restored, copy = pickle.loads(pickle.dumps((sources, listener), 5))
    assert not restored.tick(110 * SECOND)
    assert restored.tick(111 * SECOND)
    assert len(copy.log) == 2
