"""The service at an address."""

import base64
import binascii
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from . import parameters as read
from .printing import Printer
from .records import Clock, Entropy, HeadEnd, Processing, Store
from .refusal import Refusal
from .service import Service, Tokens
from .world import World

BASE = "/crmapi/rest/v2/"


class Deployment:
    """Everything that runs, put together."""

    def __init__(self, readings, speed, seed, zone):
        self.readings = readings
        self.speed = speed
        self.entropy = Entropy(seed)
        self.world = World()
        self.clock = Clock(zone)
        self.store = Store(readings, self.entropy)
        self.tokens = Tokens(readings, self.entropy)
        self.printer = Printer(readings)
        head_end = HeadEnd(self.world, self.entropy, speed.latency)
        self.processing = Processing(self.store, self.clock, head_end, speed.run_every)
        self.service = Service(
            self.world,
            readings,
            self.store,
            self.processing,
            self.printer,
            self.tokens,
            self.clock,
        )

    def answer(self, verb, path, query, body, key):
        """HTTP status and body of the answer to a call."""
        try:
            parameters_of, operation = self.route(verb, path)
            data = operation(parameters_of(query, body), key)
            return 200, self.printer.success(data)
        except Refusal as refusal:
            return refusal.http_status(self.readings.http), self.printer.refusal(refusal)

    def route(self, verb, path):
        for base in [BASE, "/"] if self.readings.paths == "both" else [BASE]:
            name = path.removeprefix(base).rstrip("/") if path.startswith(base) else ""
            wanted, operation = self.service.operations.get(name, (None, None))
            if operation is None:
                continue
            if verb != wanted:
                raise Refusal("verb", f"{name} is called with {wanted}")
            if verb == "GET":
                return (lambda query, _: read.of_query(query, self.readings)), operation
            is_bare = name == "authentication/web_api_key/token"
            read_body = lambda body: {} if is_bare and not body else read.of_body(body, self.readings)
            return (lambda _, body: read_body(body)), operation
        raise Refusal("path", "there is no such method")

    def pause(self):
        """How long a call takes at least."""
        if self.speed.call:
            time.sleep(self.entropy.between(0, 2 * self.speed.call))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One write for each answer.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self):
        self.carry_out()

    def do_POST(self):
        self.carry_out()

    def carry_out(self):
        deployment = self.server.deployment
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        path, _, query = self.path.partition("?")
        deployment.pause()
        status, answer = deployment.answer(self.command, path, query, body, self.key())
        if status is None:
            self.close_connection = True
            return
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json;charset=UTF-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def key(self):
        """The user of Basic authorization."""
        scheme, _, value = (self.headers.get("authorization") or "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            return base64.b64decode(value).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return None

    def log_message(self, *_):
        """Nobody reads it."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, deployment):
        super().__init__(("127.0.0.1", port), Handler)
        self.deployment = deployment

    def handle_error(self, *_):
        """A client that hung up is no event."""
