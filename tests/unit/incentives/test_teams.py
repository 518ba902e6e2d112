"""Teams (0083-RFPR)."""

from __future__ import annotations

import pytest

from vega_mesa.protocol.commands.teams import TeamDetails, TeamUpdate
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.teams import Teams


@pytest.fixture
def teams():
    found = Teams(EventBus())
    found.create("ann", "t1", TeamDetails(name="one"))
    found.create("bob", "t2", TeamDetails(name="two"))
    return found


def start(teams, sequence):
    teams.on_epoch_start(Epoch(sequence=sequence, start=0, expiry=0))


@pytest.mark.parametrize(
    ("party", "id", "name", "text"),
    [
        ("cid", "t1", "three", "the computed team ID is already in use"),
        ("cid", "t3", "one", "the team name is already in use"),
        ("ann", "t3", "three", 'the party "ann" already belongs to a team'),
        ("cid", "t3", "", "missing required team name parameter"),
    ],
)
def test_refused_teams(teams, party, id, name, text):
    with pytest.raises(Refused, match=rf"^{text}$"):
        teams.create(party, id, TeamDetails(name=name))


def test_joining_is_immediate_and_moving_waits_for_the_next_epoch(teams):
    teams.join("cid", "t1")
    assert teams.members("t1") == ["ann", "cid"]
    teams.join("cid", "t2")
    assert teams.members("t2") == ["bob"]
    start(teams, 1)
    assert (teams.members("t1"), teams.members("t2")) == (["ann"], ["bob", "cid"])


def test_a_referrer_cannot_join_and_unknown_teams_cannot_be_joined(teams):
    with pytest.raises(Refused, match=r"^a referrer cannot join another team$"):
        teams.join("ann", "t2")
    with pytest.raises(Refused, match=r'^no team matches ID "t9"$'):
        teams.join("cid", "t9")


def test_closed_teams_admit_whom_they_list(teams):
    teams.create("dan", "t3", TeamDetails(name="three", closed=True))
    with pytest.raises(Refused, match=r'^team "t3" is closed$'):
        teams.join("cid", "t3")
    teams.create("eve", "t4", TeamDetails(name="four", closed=True, allow_list=("cid",)))
    teams.join("cid", "t4")
    with pytest.raises(Refused, match=r'^party is not allowed to join team "t4"$'):
        teams.join("fay", "t4")


def test_founding_a_team_leaves_the_old_one_at_once(teams):
    teams.join("cid", "t1")
    teams.create("cid", "t3", TeamDetails(name="three"))
    assert teams.members("t1") == ["ann"]


def test_an_update_without_list_empties_the_team(teams):
    teams.join("cid", "t1")
    teams.update("ann", "t1", TeamUpdate(name="uno"))
    assert teams.members("t1") == ["ann", "cid"]
    start(teams, 1)
    assert teams.members("t1") == ["ann"]
    assert teams.by_id["t1"].details.name == "uno"
    with pytest.raises(Refused, match=r"^only the referrer can update the team properties$"):
        teams.update("bob", "t1", TeamUpdate())


def test_qualification_counts_epochs_and_restarts_with_a_move(teams):
    teams.join("cid", "t1")
    assert teams.qualified() == {"t1": ["ann", "cid"], "t2": ["bob"]}
    teams.min_epochs_in_team = 1
    assert teams.qualified() == {}
    start(teams, 1)
    assert teams.qualified(["t1"]) == {"t1": ["ann", "cid"]}
    teams.join("cid", "t2")
    start(teams, 2)
    assert teams.qualified() == {"t1": ["ann"], "t2": ["bob"]}


def test_a_mover_who_founds_a_team_first_costs_the_old_team_its_first_referee(teams):
    """It leaves the old team when it founds its own, and again with its move: the network takes whoever is first."""
    for party in ("cid", "dan", "eve"):
        teams.join(party, "t1")
    teams.join("dan", "t2")
    teams.create("dan", "t3", TeamDetails(name="three"))
    teams.join("fay", "t3")
    assert teams.members("t1") == ["ann", "cid", "eve"]
    start(teams, 1)
    assert teams.members("t1") == ["ann", "eve"]
    assert teams.members("t2") == ["bob", "dan"]
    assert teams.members("t3") == ["dan", "fay"]


def test_the_last_request_to_move_wins_and_moving_to_the_same_team_starts_anew(teams):
    teams.join("cid", "t1")
    teams.join("cid", "t2")
    teams.join("cid", "t1")
    start(teams, 3)
    assert teams.members("t1") == ["ann", "cid"]
    assert teams.by_id["t1"].referees == {"cid": 3}


def test_a_list_keeps_whom_it_names_and_an_update_may_take_a_name_that_is_in_use(teams):
    for party in ("cid", "dan"):
        teams.join(party, "t1")
    teams.update("ann", "t1", TeamUpdate(name="two", closed=True, allow_list=("dan",)))
    teams.update("ann", "t1", TeamUpdate(allow_list=("dan",)))
    start(teams, 1)
    assert teams.members("t1") == ["ann", "dan"]
    assert teams.by_id["t1"].details == TeamDetails(name="two", closed=True, allow_list=("dan",))
