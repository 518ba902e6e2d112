from concurrent.futures import ThreadPoolExecutor

from vega_mesa.errors import ConfigError
from vega_mesa.experiments import runs_of, sweep
from vega_mesa.experiments.sweep import keywords


class Chain:
    def state_hash(self):
        return "cafe"


class Study:
    """Stands in for a model: its result is what it was given."""

    def __init__(self, *, rng, traders=1):
        if traders < 0:
            raise ConfigError("traders", traders, "0 or more")
        self.result, self.chain = rng * 100 + traders, Chain()

    def run(self, steps):
        self.result += 10_000 * (steps or 0)

    def summary(self):
        return {"result": self.result}


class Networked(Study):
    def __init__(self, *, rng, network_parameters):
        super().__init__(rng=rng)
        self.seen = network_parameters

    def summary(self):
        return {"seen": self.seen}


def test_every_combination_meets_every_seed_and_keeps_its_number():
    runs = list(runs_of(Study, {"traders": [1, 2]}, seeds=[5, 6], steps=3))
    rows = list(sweep(runs))
    assert [(row["run"], row["traders"], row["seed"], row["result"]) for row in rows] == [
        (0, 1, 5, 30_501),
        (1, 1, 6, 30_601),
        (2, 2, 5, 30_502),
        (3, 2, 6, 30_602),
    ]
    assert {row["state_hash"] for row in rows} == {"cafe"}


def test_an_executor_of_the_user_gives_the_same_rows():
    runs = list(runs_of(Study, {"traders": [1, 2, 3]}, seeds=[1], steps=None))
    with ThreadPoolExecutor(2) as executor:
        rows = sorted(sweep(runs, executor=executor), key=lambda row: row["run"])
    assert rows == list(sweep(runs))


def test_a_run_that_cannot_be_is_a_row_with_its_error():
    rows = list(sweep(runs_of(Study, {"traders": [-1, 1]}, seeds=[1], steps=None)))
    assert rows[0]["error"] == "traders: -1 is not valid, expected 0 or more"
    assert "error" not in rows[1]


def test_names_with_dots_go_to_the_network_and_stay_columns():
    given = {"traders": 3, "a.b": 0.5, "c.d": "1s", "network_parameters": {"e.f": "2"}}
    assert keywords(given) == {"traders": 3, "network_parameters": {"e.f": "2", "a.b": "0.5", "c.d": "1s"}}
    assert keywords({"traders": 3}) == {"traders": 3}
    rows = list(sweep(runs_of(Networked, {"a.b": ["1", "2"]}, seeds=[1], steps=None)))
    assert [(row["a.b"], row["seen"]) for row in rows] == [("1", {"a.b": "1"}), ("2", {"a.b": "2"})]
