"""The embedded broker: a message is whole when it appears, and the order is that of sending."""

import threading
import time
from queue import Empty

import pytest
from kombu import Connection


@pytest.fixture
def channel(tmp_path):
    folder = str(tmp_path / "queue")
    options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": str(tmp_path / "control")}

    def connect():
        connection = Connection("filesystem://localhost", transport="jobs.broker:Transport", transport_options=options)
        return connection.default_channel

    return connect


def test_messages_come_out_whole_and_in_order_while_they_are_written(channel):
    """The stock transport loses about one in a thousand here: it shows a message before it is written."""
    count, received = 600, []
    reader, writer = channel(), channel()

    def read():
        deadline = time.monotonic() + 60
        while len(received) < count and time.monotonic() < deadline:
            try:
                received.append(reader._get("jobs")["number"])
            except Empty:
                continue
            except ValueError as error:
                received.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    for number in range(count):
        while number - len(received) > 2 and thread.is_alive():  # a reader that is behind never meets the writer
            time.sleep(0)
        writer._put("jobs", {"number": number, "filler": "x" * 400})
    thread.join()
    assert received == list(range(count))


def test_queues_do_not_mix(channel):
    one = channel()
    one._put("other", {})
    with pytest.raises(Empty):
        one._get("jobs")
    assert one._size("other") == 1
    assert one._purge("other") == 1


def test_a_worker_that_waits_is_not_asleep_for_long(channel):
    """Celery waits for two seconds before it looks whether it is to stop."""
    one = channel()
    naps = []
    connection = one.connection
    connection.cycle.get = lambda deliver, timeout: naps.append(timeout) or _nothing()
    with pytest.raises(TimeoutError):
        connection.drain_events(connection.client, timeout=2.0)
    assert set(naps) == {0.5}
    assert connection.polling_interval == 0.2


def _nothing():
    raise Empty
