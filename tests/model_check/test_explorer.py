"""Exploring a model: where paths lead, what is found from them, and whom the server answers."""

import http.client
import json
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from paxiom.model_check import zoo
from paxiom.model_check.explorer import seeking
from paxiom.model_check.explorer.server import Server
from paxiom.model_check.explorer.session import LONGEST, PathError, Session
from paxiom.model_check.model import Faults, Model, Network
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.models.raft import raft
from paxiom.model_check.reference import explore
from paxiom.model_check.result import RAISED
from paxiom.model_check.traces.trace_shape import require_trace
from paxiom.model_check.world import initial_world, successors
from support.command import COMMAND, Run, refused
from support.raises import raises


def small() -> Model:
    return raft(nodes=2, terms=1, network=Network(lossy=True), faults=Faults(crashes=1))


# --- paths ----------------------------------------------------------------------------------------


def test_choices_are_all_steps_in_their_order_and_say_what_cuts_them_off() -> None:
    model = small()
    session = Session(model)
    world = initial_world(model)
    path: list[int] = []

    for _ in range(5):
        expected = list(successors(model, world))
        choices = session.choices(path)
        assert [each["place"] for each in choices] == list(range(len(expected)))
        assert [each["action"] for each in choices] == [each.outcome.action for each in expected]
        assert [each["cut"] for each in choices] == [each.cut for each in expected]
        place = next(place for place, each in enumerate(expected) if each.world)
        world, path = expected[place].world or world, [*path, place]
    (cut, *_) = [each for each in session.choices([0]) if each["cut"]]
    assert (cut["cut"], cut["violates"]) == ("terms <= 1", [])


def test_what_is_shown_is_the_run_along_the_path() -> None:
    session = Session(small())

    told = session.shown([0, 1])

    (trace,) = told["traces"]
    require_trace("it", trace["document"])
    assert trace["document"]["verdict"] == "RUN"
    taken = [session.choices(path)[place] for path, place in (((), 0), ((0,), 1))]
    assert [step["action"] for step in trace["document"]["steps"]] == [
        each["action"] for each in taken
    ]


def test_a_path_that_is_none_is_refused_at_its_step() -> None:
    session = Session(small())
    (cut, *_) = [each["place"] for each in session.choices([0]) if each["cut"]]

    for path, step in (([999], 1), ([-1], 1), ([0, cut], 2)):
        with pytest.raises(PathError, match=f"step {step} of this path is not possible in raft"):
            session.trace(path)
    with pytest.raises(PathError, match="too long"):
        session.trace([0] * (LONGEST + 1))


# --- searches -------------------------------------------------------------------------------------


def ended(search: seeking.Search) -> seeking.Search:
    """Wait for a search."""
    while search.outcome is None:
        time.sleep(0.01)
    return search


def test_a_witness_is_found_from_the_start_and_from_anywhere() -> None:
    session = Session(raft(nodes=3, terms=1))
    reference = explore(raft(nodes=3, terms=1))
    assert reference.witnesses["some leader"]

    first = ended(seeking.begin(session, "some leader", ()))
    assert first.path is not None
    then = ended(seeking.begin(session, "some commit", first.path))
    assert then.path is not None

    found = [
        step["witnesses"] for step in session.shown(then.path)["traces"][0]["document"]["steps"]
    ]
    assert then.path[: len(first.path)] == first.path
    assert found[len(first.path) - 1] == ["some leader"]
    assert found[-1] == ["some commit"]
    assert len(first.path) == 3  # a timer, a request for a vote, a vote


def test_a_violation_is_found_where_the_reference_finds_it() -> None:
    model = zoo.bug("Q6").broken()
    expected = explore(model).violation
    assert expected is not None

    for start in ((), (0,)):
        session = Session(model)
        search = ended(seeking.begin(session, expected.name, start))
        assert search.outcome == "found"
        assert search.path is not None
        document = session.shown(search.path)["traces"][0]["document"]
        assert expected.name in document["steps"][-1]["violates"]
        if not start:
            assert len(search.path) == len(expected.trace)


def test_what_is_nowhere_is_said_to_be_nowhere() -> None:
    session = Session(raft(nodes=2, terms=1))

    assert (
        ended(seeking.begin(session, "election safety", ())).outcome == "nowhere within the bounds"
    )
    here = ended(seeking.begin(session, "election safety", (0,)))
    assert (here.outcome, here.path) == ("nowhere from here within the bounds", None)
    with pytest.raises(seeking.UnknownGoalError, match="no property 'luck'"):
        seeking.begin(session, "luck", ())


def test_a_search_can_be_stopped() -> None:
    session = Session(paxos(nodes=3, ballots=2))

    search = seeking.begin(session, "agreement", (0,))
    search.stop.set()

    assert ended(search).outcome == "stopped"


# --- the server -----------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(Session(small()), 0) as found:
        thread = threading.Thread(target=found.serve_forever, args=(0.01,))
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def asked(
    server: Server,
    name: str,
    question: Any = None,  # noqa: ANN401 - whatever JSON can say
    *,
    method: str = "POST",
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Ask the server as a browser does, or not quite so."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    content = json.dumps(question).encode() if body is None else body
    told = {"Host": f"127.0.0.1:{server.server_port}", "Content-Type": "application/json"}
    connection.request(method, name, content, told | (headers or {}))
    answer = connection.getresponse()
    found = answer.status, answer.headers, answer.read()
    connection.close()
    return found


def test_the_server_listens_on_the_loopback_interface_only(server: Server) -> None:
    assert server.socket.getsockname()[0] == "127.0.0.1"
    assert len(server.token) >= 32
    with Server(server.session, 0) as other:
        assert other.token != server.token


def test_the_server_gives_the_page_to_who_has_the_token(server: Server) -> None:
    status, headers, page = asked(server, f"/{server.token}/", method="GET", body=b"")

    assert status == 200
    assert b"<title>paxiom</title>" in page
    assert "frame-ancestors 'none'" in str(headers["Content-Security-Policy"])
    assert headers["Cache-Control"] == "no-store"
    assert not [name for name in headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    "name", ["/", "/run", "//run", "/{token}", "/{token}x/run", "/{token}/../run", "/{token}/none"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_server_knows_no_other_address(server: Server, name: str, method: str) -> None:
    status, _, content = asked(server, name.format(token=server.token), {"path": []}, method=method)

    assert (status, content) == (404, b"Not Found")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example:80"},
        {"Host": "127.0.0.1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
    ids=str,
)
def test_the_server_answers_no_other_page(server: Server, headers: dict[str, str]) -> None:
    """A name of another's may point here, and another page may ask; neither is answered."""
    for method in ("GET", "POST"):
        name = f"/{server.token}/" + ("run" if method == "POST" else "")
        status, _, content = asked(server, name, {"path": []}, method=method, headers=headers)
        assert (status, content) == (403, b"Forbidden")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"])
def test_the_server_knows_no_other_method(server: Server, method: str) -> None:
    assert asked(server, f"/{server.token}/run", {"path": []}, method=method)[0] == 501


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (None, "a question is a JSON object"),
        ({}, "a path is a list of whole numbers"),
        ({"path": [True]}, "a path is a list of whole numbers"),
        ({"path": [0, 999]}, "step 2 of this path is not possible in raft"),
    ],
)
def test_a_question_that_is_none_is_refused(server: Server, question: object, reason: str) -> None:
    status, _, content = asked(server, f"/{server.token}/run", question)

    assert (status, json.loads(content)) == (400, {"error": reason})


def test_a_question_that_is_too_long_or_no_json_is_refused(server: Server) -> None:
    name = f"/{server.token}/run"

    assert b"at most 200,000 bytes" in asked(server, name, body=b" " * 200_001)[2]
    assert b"JSON object" in asked(server, name, body=b"[" * 100_000)[2]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert b"a question is JSON" in asked(server, name, {"path": []}, headers=form)[2]


def test_the_server_tells_runs_choices_and_searches(server: Server) -> None:
    def answer(name: str, question: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        status, _, content = asked(server, f"/{server.token}/{name}", question)
        assert status == 200
        return json.loads(content)

    assert answer("progress", {}) is None
    assert answer("run", {"path": [0]}) == server.session.shown([0])
    assert answer("choices", {"path": [0]}) == server.session.choices([0])
    told = answer("seek", {"goal": "some leader", "path": []})
    while told["outcome"] is None:
        time.sleep(0.05)
        told = answer("progress", {})
    assert told["path"]
    assert answer("cancel", {})["outcome"] == "found"
    unknown = asked(server, f"/{server.token}/seek", {"goal": "luck", "path": []})
    assert (unknown[0], b"no property" in unknown[2]) == (400, True)


def test_a_handler_that_raises_is_shown_and_ends_the_run() -> None:
    session = Session(raises())

    (bang,) = [each for each in session.choices([0]) if each["error"]]

    assert bang["error"] == "ValueError: <b>bang</b>"
    assert bang["violates"] == [RAISED]
    assert session.choices([0, bang["place"]]) == []
    with pytest.raises(PathError, match="step 3"):
        session.trace([0, bang["place"], 0])
    for start in ((), (0,)):
        search = ended(seeking.begin(session, RAISED, start))
        assert search.path == [*start, bang["place"]]


# --- the command ----------------------------------------------------------------------------------


def test_the_command_prints_an_address_and_ends_by_ctrl_c(tmp_path: Path) -> None:
    with subprocess.Popen(  # noqa: S603 - our own command
        [*COMMAND, "explore", "paxos", "--nodes", "2"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        assert command.stdout is not None
        assert command.stderr is not None
        address = command.stdout.readline()
        command.send_signal(signal.SIGINT)
        assert command.wait(20) == 130
        assert command.stderr.read() == "Ctrl-C ends it\ninterrupted\n"
    assert address.startswith("http://127.0.0.1:")


def test_the_command_refuses_a_faulty_model_or_port(paxiom: Run, server: Server) -> None:
    assert "which model?" in refused(paxiom("explore"))
    assert "no built-in model 'luck'" in refused(paxiom("explore", "luck"))
    port = str(server.server_port)
    told = refused(paxiom("explore", "paxos", "--port", port))
    assert f"cannot listen on 127.0.0.1, port {port}" in told
