"""A served network followed by the console, without a browser: news, keys, deposits, waiting, a lost network."""

import threading

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("nacl")

from starlette.testclient import TestClient

from vega_mesa.chain.null_chain import NullChain
from vega_mesa.chain.transaction_log import TransactionLog
from vega_mesa.errors import ConfigError, InvalidCommand, StoreError, UsageError
from vega_mesa.models import MODELS
from vega_mesa.server.network import ServedNetwork
from vega_mesa.server.rest import create_app
from vega_mesa.server.serve import FOR_ANYBODY
from vega_mesa.server.service import NetworkService
from vega_mesa.viz.desk import attempt, create, deposit, label, lock_of, traders
from vega_mesa.viz.network import Line, Party
from vega_mesa.viz.observer import reading_of
from vega_mesa.viz.pages.run import log_text
from vega_mesa.viz.ticket import Ticket, preview

pytestmark = pytest.mark.filterwarnings("ignore:You should not use the 'timeout' argument")


@pytest.fixture
def network():
    served = ServedNetwork(MODELS["ideal_market_maker"](rng=1, network_parameters=FOR_ANYBODY))
    for _ in range(6):
        served.next_block()
    yield served
    served.close()


@pytest.fixture
def client(network):
    with TestClient(create_app(network, clock=False)) as found:
        yield found


@pytest.fixture
def line(client):
    return visit(client)


def visit(client) -> Line:
    found = Line("http://testserver")
    found.service._http = client
    catch_up(found)
    return found


def catch_up(line) -> None:
    line.turn()
    while not line.complete:
        line.turn()


def fund(line, network, agent, amount="50000"):
    _, error = attempt(line.model, lambda: deposit(line.model, agent, amount, wait=False))
    assert not error
    for _ in range(200):
        network.next_block()
        catch_up(line)
        if agent.general():
            return
    raise AssertionError("the deposit never arrived")


def test_the_model_is_the_network_with_its_parties_and_its_past(line, network):
    model = line.model
    assert line.state == "live"
    assert model.chain.state_hash() == network.chain.state_hash()
    assert model.market.id == network.model.market.id
    assert {agent.key for agent in model.agents} == {
        account.owner for account in network.exchange.collateral.accounts.values() if account.owner
    }
    assert all(isinstance(agent, Party) for agent in model.agents)
    assert "AvellanedaStoikovMarketMaker" in model.profit_by_type()
    assert len(model.market_table()) == model.step_count == network.chain.height - 1
    assert reading_of(model).fills
    maker = "AvellanedaStoikovMarketMaker-1"
    assert model.agent(maker).profit() == network.model.agent(maker).profit()


def test_a_person_deposits_sees_a_preview_and_trades(line, network):
    model = line.model
    alice = model.agent(create(model, "alice"))
    assert label(alice) == f"alice \u00b7 {alice.key[:8]}"
    fund(line, network, alice)
    command = Ticket(kind="market", size="0.1").command(alice)
    before = network.chain.state_hash()
    seen = preview(model, alice, command)
    assert network.chain.state_hash() == before == model.chain.state_hash()
    sent, error = attempt(model, lambda: alice.send(command))
    assert not error and sent.trades
    assert seen.filled == alice.position() == 0.1
    assert seen.general[1] == alice.general()
    network.next_block()
    catch_up(line)
    assert network.exchange.collateral.accounts.keys() == model.exchange.collateral.accounts.keys()
    assert model.chain.state_hash() == network.chain.state_hash()


def test_a_fork_is_a_chain_of_ones_own(line, network):
    twin = line.model.chain.fork()
    assert type(twin) is NullChain
    assert twin.state_hash() == network.chain.state_hash()
    twin.next_block()
    assert twin.height == network.chain.height + 1
    assert line.model.chain.height == network.chain.height


def test_the_log_makes_the_same_state(line, network, tmp_path):
    fund(line, network, line.model.agent(create(line.model, "alice")))
    file = tmp_path / "log.jsonl"
    file.write_text(log_text(line.model))
    assert NullChain.replay(TransactionLog.read(file)).state_hash() == network.chain.state_hash()


def test_a_key_comes_back_with_its_secret_and_is_nobody_elses(line, client, network):
    mine = create(line.model, "alice", "correct horse")
    fund(line, network, line.model.agent(mine))
    with pytest.raises(ConfigError, match="alice"):
        create(line.model, "alice", "correct horse")
    other = visit(client)
    assert create(other.model, "alice", "wrong horse") != mine
    assert create(other.model, "alice") != mine
    party = other.model.agent(mine)
    assert isinstance(party, Party)
    with pytest.raises(InvalidCommand, match="no key"):
        party.buy(0.1)
    assert create(other.model, "alice", "correct horse") == mine
    assert traders(other.model)[-1] == mine
    assert other.model.agent(mine).general() == 50_000
    assert other.model.agent(mine).profit() == 0
    assert [agent.key for agent in other.model.agents].count(mine) == 1
    assert create(other.model, "") != create(other.model, "")


def test_news_that_came_in_another_way_are_not_executed_twice(line, network):
    chain = line.model.chain
    alice = line.model.agent(create(line.model, "alice"))
    network.next_block()
    news = chain.news()
    assert alice.mint("VOTE", 5).accepted  # brings the same block
    assert line.model.take(news)
    network.next_block()
    catch_up(line)
    assert chain.state_hash() == network.chain.state_hash()
    assert not chain.take({"entries": [], "since": 0, "height": 0, "complete": False})


def test_who_waits_for_a_block_lets_go_of_the_lock(line, network):
    model = line.model
    waits, heights = threading.Event(), []

    def wait() -> int:
        waits.set()
        model.chain.next_block()
        return model.chain.height

    person = threading.Thread(target=lambda: heights.append(attempt(model, wait)[0]))
    person.start()
    assert waits.wait(5)
    assert lock_of(model).acquire(timeout=5)  # nobody holds it, though somebody is in the midst of an action
    lock_of(model).release()
    assert not heights
    network.next_block()
    catch_up(line)
    person.join(5)
    assert heights == [network.chain.height]


def test_the_line_follows_until_the_page_ends(line, network):
    ended, drawn = threading.Event(), threading.Event()
    page = threading.Thread(target=line.follow, args=(ended, drawn.set))
    height = network.chain.height
    network.next_block()
    page.start()
    assert drawn.wait(5)
    ended.set()
    page.join(10)
    assert not page.is_alive()
    assert line.model.chain.height == height + 1


def test_a_lost_network_is_told_and_found_again(line, client):
    class Gone:
        def get(self, *_, **__):
            import httpx

            raise httpx.ConnectError("Connection refused")

        post = get

    model = line.model
    alice = model.agent(create(model, "alice"))
    line.service._http = Gone()
    assert "refused" in attempt(model, lambda: alice.mint("VOTE", 5))[1]
    once = Once()
    line.follow(once, lambda: None)
    assert line.state == "lost"
    assert "refused" in line.trouble
    line.service._http = client
    catch_up(line)
    assert line.state == "live"
    assert line.model is model
    assert alice.mint("VOTE", 5).accepted


class Once(threading.Event):
    """A page that ends after one turn."""

    def wait(self, timeout=None):
        self.set()
        return True


def test_another_network_at_the_address_is_another_model(line, network):
    before = line.model
    other = ServedNetwork(MODELS["curve_market_maker"](rng=1, network_parameters=FOR_ANYBODY))
    with TestClient(create_app(other, clock=False)) as client:
        line.service._http = client
        line.trouble = "connection refused"
        catch_up(line)
    other.close()
    assert line.model is not before
    assert line.model.chain.genesis.chain_id == other.chain.genesis.chain_id


def test_what_is_no_network_is_told():
    service = NetworkService("http://testserver")
    for content in ("<html>", "{}", '{"chain_id": 1}', "[]"):
        with TestClient(page_that_says(content)) as client:
            service._http = client
            with pytest.raises(StoreError, match="http://testserver"):
                service.genesis()
    for wrong in ("", "localhost:8000", "ftp://127.0.0.1"):
        with pytest.raises(UsageError, match="not an address"):
            NetworkService(wrong)


def page_that_says(content):
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Route

    return Starlette(routes=[Route("/{path:path}", lambda _: Response(content, media_type="application/json"))])
