import pickle

from vega_mesa.protocol.epochs import Epochs
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.network import EpochEvent
from vega_mesa.protocol.instants import SECOND


class Listener:
    def __init__(self):
        self.heard = []

    def on_epoch_end(self, epoch):
        self.heard.append(("end", epoch.sequence, epoch.end // SECOND))

    def on_epoch_start(self, epoch):
        self.heard.append(("start", epoch.sequence, epoch.start // SECOND))


def run(epochs, listener, seconds, start=1):
    for second in range(start, start + seconds):
        epochs.tick(second * SECOND, listener)
        epochs.block_end()


def test_with_blocks_of_a_second_an_epoch_lasts_two_blocks_longer_than_its_length():
    epochs, listener = Epochs(EventBus(), 10 * SECOND), Listener()
    run(epochs, listener, 30)
    assert listener.heard == [
        ("start", 0, 1),
        ("end", 0, 13),
        ("start", 1, 13),
        ("end", 1, 25),
        ("start", 2, 25),
    ]


def test_without_length_an_epoch_flips_every_two_blocks():
    epochs, listener = Epochs(EventBus()), Listener()
    run(epochs, listener, 5)
    assert [entry for entry in listener.heard if entry[0] == "start"] == [
        ("start", 0, 1),
        ("start", 1, 3),
        ("start", 2, 5),
    ]


def test_ticks_alone_never_roll_an_epoch():
    epochs, listener = Epochs(EventBus(), SECOND), Listener()
    for second in range(1, 100):
        epochs.tick(second * SECOND, listener)
    assert epochs.sequence == 0
    epochs.block_end()
    epochs.tick(100 * SECOND, listener)
    assert epochs.sequence == 1


def test_a_tick_at_the_expiry_itself_is_not_the_last_block():
    epochs, listener = Epochs(EventBus(), 10 * SECOND), Listener()
    epochs.tick(1 * SECOND, listener)
    epochs.tick(11 * SECOND, listener)
    epochs.block_end()
    epochs.tick(11 * SECOND, listener)
    assert epochs.sequence == 0


def test_a_new_length_counts_from_the_next_epoch():
    epochs, listener = Epochs(EventBus(), 10 * SECOND), Listener()
    epochs.tick(SECOND, listener)
    epochs.length = 100 * SECOND
    assert epochs.current.expiry == 11 * SECOND
    run(epochs, listener, 20, start=2)
    assert epochs.current.expiry == epochs.current.start + 100 * SECOND


def test_events_come_before_notifications_and_state_survives_a_pickle():
    bus, events = EventBus(), []
    bus.subscribe(EpochEvent, events.append)
    epochs, listener = Epochs(bus, SECOND), Listener()
    run(epochs, listener, 3)
    epochs = pickle.loads(pickle.dumps(epochs, 5))
    epochs.tick(4 * SECOND, listener)
    assert [(event.sequence, event.action) for event in events] == [(0, "EPOCH_ACTION_START")]
    assert epochs.sequence == 1
