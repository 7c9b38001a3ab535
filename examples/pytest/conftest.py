"""How a pytest suite uses the simulator: one program for the whole run, a world for each test.

    cargo build --release
    pip install pytest pytest-xdist
    pytest -n 8 examples/pytest

The program is looked for where `cargo build --release` leaves it; `CONAX_SIM` names another one, or
a container: `CONAX_SIM="docker run --rm --network host conax-sim"`. It takes free ports and prints them as a line of JSON. A call belongs to the world that its header
`conax-sim-world` names; a world is made by the first call that names it, so tests that run at the
same time do not see each other: each begins with request 4050.
"""

import json
import os
import pathlib
import re
import shlex
import subprocess
import urllib.parse
import urllib.request

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BUILT = shlex.quote(str(REPOSITORY / "target/release/conax-sim"))
PROGRAM = shlex.split(os.environ.get("CONAX_SIM", BUILT))
# The documented token of the demo world.
TOKEN = "04FFBB37FED475A778F122709CBAC1D5"
# Calls go to this machine, whatever proxies are set.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def start():
    """The program and the addresses of its APIs. Its clock stands still unless it is told."""
    ports = "--host 127.0.0.1 --port 0 --cas-port 0 --control-port 0"
    arguments = f"serve {ports} --format json --seed 1 --log off"
    clock = ["--clock", "stepped from 2026-01-01T09:00:00"]
    try:
        program = subprocess.Popen([*PROGRAM, *arguments.split(), *clock], stdout=subprocess.PIPE)
    except OSError as error:
        raise pytest.UsageError(f"{error}; build it, or say in CONAX_SIM where it is") from error
    line = program.stdout.readline()
    if not line:
        raise pytest.UsageError(f"{PROGRAM[0]} did not open; it ended with {program.wait()}")
    return program, json.loads(line)


# With pytest-xdist only the controller starts the program; it tells its workers where it is.
def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.simulator, config.apis = start()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    node.workerinput["apis"] = node.config.apis


def pytest_unconfigure(config):
    if hasattr(config, "simulator"):
        config.simulator.terminate()
        config.simulator.wait()


class World:
    """A world of its own, at all APIs."""

    def __init__(self, apis, name):
        self.apis, self.name = apis, name

    def call(self, verb, url, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json", "conax-sim-world": self.name}
        request = urllib.request.Request(url, data, headers, method=verb)
        with OPENER.open(request, timeout=30) as reply:
            return json.load(reply)

    def post(self, method, body):
        """Calls a POST of the provisioning API; the data of its answer."""
        answer = self.call("POST", self.method(method), {"token": TOKEN, **body})
        assert answer["status"]["code"] == "OK", answer["status"]
        return answer["data"]

    def get(self, method, **query):
        """Calls a GET of the provisioning API; the data of its answer."""
        query = urllib.parse.urlencode({"token": TOKEN, **query})
        answer = self.call("GET", f"{self.method(method)}?{query}")
        assert answer["status"]["code"] == "OK", answer["status"]
        return answer["data"]

    def method(self, name):
        base = self.apis["crm"] + self.apis["base_path"]
        return f"{base}/conax_web_services/provisioning_requests/{name}"

    def state(self, number):
        shown = self.get("show", provisioning_request_identifier=f"number={number}")
        return shown["life_cycle_state"]

    def control(self, verb, path, body=None):
        """Calls the control API."""
        return self.call(verb, f"{self.apis['control']}/v1/{path}", body)


@pytest.fixture
def world(request):
    """A fresh demo world, named after the test."""
    config = request.config
    apis = getattr(config, "workerinput", {}).get("apis") or config.apis
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", request.node.nodeid)[-64:]
    yield World(apis, name)
    url = f"{apis['control']}/v1/worlds/{name}"
    OPENER.open(urllib.request.Request(url, method="DELETE"), timeout=30).close()
