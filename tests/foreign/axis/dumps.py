#!/usr/bin/env python3
"""What Apache Axis 1.4, a SOAP client as CRM.COM used it, makes of failures and of odd answers.

    dumps.py CONAX_SIM            writes the dumps to fixtures/axis/
    dumps.py CONAX_SIM --compare  makes them again and compares

Three groups, each with a stub that WSDL2Java made of the WSDL of `CONAX_SIM serve`:

- `presets/`: AddSubscriptions at the door of `serve --faults PRESET`, for each preset of the groups
  connection, HTTP and SOAP and each of their variants. Where the client throws nothing there is no file.
- `answers/`: each `NAME.http`, the raw bytes of an answer, gives `NAME.txt`.
- `documents.txt`: each message of fixtures/wire/answers and fixtures/wire/garbage as the body of an answer.
- `cuts.txt`: a whole reply, cut after each of its bytes; the fault string, once for those that are alike.

It needs a JDK and Debian's `libaxis-java`. What the client throws is `AxisFault.dumpToString()`, and it is
changed in these ways only, so that it is the same each time and everywhere:

- the stack below its first line is left out (lines "at ...", "... 12 more" and "Caused by: ...");
- the name of the machine, in the detail `hostname`, is HOST;
- the address of the door is 127.0.0.1:PORT.

The first line of a file is not the client's: it says under which Java it was made, for some texts are those
of Java, not of Axis.
"""

import difflib
import itertools
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
FIXTURES = ROOT / "fixtures" / "axis"
WIRE = ROOT / "fixtures" / "wire"
WORK = ROOT / "target" / "axis"
JARS = [
    f"/usr/share/java/{name}.jar"
    for name in (
        "axis axis-jaxrpc axis-saaj commons-discovery commons-logging wsdl4j javax.activation javax.mail"
    ).split()
]
NO_FAULT = "(no fault)"
CUT_REPLY = "add_subscriptions.xml"
PATH = "/ca-server/webservices/client/authorization"

PRESETS = """
f01 f02 f03 f03/hang-up f04 f05 f06 f06/hang-up f07 f08 f08/headers-only f08/trickle
f09 f09/self-signed f09/wrong-host f10 f11 f12 f13 f14 f14/page-200 f15 f15/rejected f16
f17 f18 f18/byte-order-mark f19 f20 f21 f22 f22/missing f23 f24 f24/nobodys
""".split()
# f01/no-route is not among them: whether there is a way to a host is nothing a test can arrange.


class Served:
    """`conax-sim serve` as long as it is needed."""

    def __init__(self, program, *arguments):
        command = [program, "serve", "--port", "0", "--cas-port", "0", "--control-port", "0"]
        command += ["--log", "off", "--format", "json", "--seed", "1", *arguments]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.cas = json.loads(self.process.stdout.readline())["cas"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Unanswering:
    """A port where no attempt to connect is answered: its queue is full."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        address = self.listener.getsockname()
        self.waiting = [socket.socket() for _ in range(4)]
        for one in self.waiting:
            one.setblocking(False)
            one.connect_ex(address)
        self.cas = f"http://127.0.0.1:{address[1]}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in [*self.waiting, self.listener]:
            one.close()


def java(*arguments):
    classpath = ":".join([*JARS, str(WORK / "classes")])
    quiet = "-Dorg.apache.commons.logging.Log=org.apache.commons.logging.impl.NoOpLog"
    command = ["java", quiet, "-cp", classpath, *arguments]
    thrown = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=120).stdout
    return thrown.decode()


def build(program):
    """The stub, and the client that uses it."""
    for folder in ("stub", "classes"):
        (WORK / folder).mkdir(parents=True, exist_ok=True)
    with Served(program) as served:
        java("org.apache.axis.wsdl.WSDL2Java", "-o", str(WORK / "stub"), f"{served.cas}/?wsdl")
    sources = [str(path) for path in (WORK / "stub").rglob("*.java")]
    compiler = ["javac", "-nowarn", "-Xlint:none", "-cp", ":".join(JARS), "-d", str(WORK / "classes")]
    subprocess.run([*compiler, *sources, str(HERE / "AddSubscriptions.java")], check=True)


class Answering(threading.Thread):
    """A port that gives each call the next of these answers, byte for byte, and closes."""

    def __init__(self, answers):
        super().__init__(daemon=True)
        self.answers = answers
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.cas = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.start()

    def run(self):
        for answer in self.answers:
            with self.listener.accept()[0] as connection:
                read_call(connection)
                connection.sendall(answer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.join(60)
        self.listener.close()


def read_call(connection):
    call = b""
    while b"\r\n\r\n" not in call:
        call += connection.recv(65536)
    head, body = call.split(b"\r\n\r\n", 1)
    length = int(re.search(rb"(?i)content-length: *(\d+)", head).group(1))
    while len(body) < length:
        body += connection.recv(65536)


def called(served, timeout=2000, calls=1, at_a_time=1):
    """What the client throws at this door, call by call."""
    options = []
    if served.cas.startswith("https"):
        store = WORK / "trust.p12"
        store.unlink(missing_ok=True)
        ca = str(WORK / "papers" / "ca.pem")
        subprocess.run(
            ["keytool", "-importcert", "-noprompt", "-alias", "ca", "-file", ca, "-keystore", str(store)]
            + ["-storetype", "PKCS12", "-storepass", "changeit"],
            check=True,
            capture_output=True,
        )
        # With the certificate every client of that door can have.
        shown = WORK / "shown.p12"
        papers = [str(WORK / "papers" / name) for name in ("client.pem", "client.key")]
        command = ["openssl", "pkcs12", "-export", "-in", papers[0], "-inkey", papers[1], "-out", str(shown)]
        subprocess.run([*command, "-passout", "pass:changeit"], check=True)
        options = [f"-Djavax.net.ssl.keyStore={shown}", "-Djavax.net.ssl.keyStorePassword=changeit"]
        options += [f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStorePassword=changeit"]
    arguments = [served.cas.replace("https://127.0.0.1", "https://localhost") + PATH, timeout, calls, at_a_time]
    thrown = java(*options, "AddSubscriptions", *map(str, arguments))
    return [trimmed(text) for text in thrown.split("\f")[:-1]]


def dump(program, preset):
    group = preset.split("/")[0]
    if group == "f02":
        with Unanswering() as served:
            return called(served)[0]
    arguments = ["--faults", preset]
    if group in ("f09", "f10"):
        arguments += ["--cas-tls", "mutual", "--cas-tls-dir", str(WORK / "papers")]
    if group == "f16":
        # Each call is slow, so that there are many at a time.
        slow = tempfile.NamedTemporaryFile("w", suffix=".faults.yaml")
        slow.write("faults:\n  - do: { delay: 1s }\n  - preset: f16\n")
        slow.flush()
        arguments = ["--faults", slow.name]
    many = {"calls": 12, "at_a_time": 12} if group in ("f15", "f16") else {}
    timeout = 60000 if preset in ("f07", "f08/trickle") else 2000
    with Served(program, *arguments) as served:
        thrown = called(served, timeout, **many)
    return next((text for text in thrown if text != NO_FAULT), NO_FAULT)


def answered(body, status="200 OK", content_type="text/xml;charset=UTF-8"):
    head = f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def thrown_at(answers):
    with Answering(answers) as served:
        return called(served, calls=len(answers))


def presets(program):
    for preset in PRESETS:
        yield f"presets/{preset.replace('/', '_')}.txt", dump(program, preset)


def raw_answers():
    files = sorted((FIXTURES / "answers").glob("*.http"))
    for file, thrown in zip(files, thrown_at([file.read_bytes() for file in files])):
        yield f"answers/{file.stem}.txt", thrown


def documents():
    files = sorted(file for folder in ("answers", "garbage") for file in (WIRE / folder).glob("*.xml"))
    thrown = thrown_at([answered(file.read_bytes()) for file in files])
    told = (f"== {file.parent.name}/{file.stem}\n{text}" for file, text in zip(files, thrown))
    yield "documents.txt", "\n\n".join(told)


def cuts():
    reply = (WIRE / "replies" / "public" / CUT_REPLY).read_bytes()
    thrown = thrown_at([answered(reply)[: -(len(reply) - length) or None] for length in range(len(reply) + 1)])
    strings = [re.search("faultString: (.*)|$", text).group(1) or text for text in thrown]
    yield "cuts.txt", "\n".join(f"{length} {string}" for length, string in enumerate(strings))


def trimmed(text):
    lines = [line for line in text.rstrip("\n").split("\n") if not re.match(r"\s*(at |\.\.\. \d+ more$|Caused by: )", line)]
    text = "\n".join(lines)
    names = "|".join(re.escape(name) for name in (socket.gethostname(), socket.getfqdn()))
    text = re.sub(rf"(\}}hostname:)({names})$", r"\1HOST", text, flags=re.MULTILINE)
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)


def main():
    program, compare = os.path.abspath(sys.argv[1]), "--compare" in sys.argv[2:]
    WORK.mkdir(parents=True, exist_ok=True)
    build(program)
    version = re.search(r"java\.specification\.version = (\S+)", properties()).group(1)
    different = 0
    for name, thrown in itertools.chain(presets(program), raw_answers(), documents(), cuts()):
        file = FIXTURES / name
        made = None if thrown == NO_FAULT else f"# Axis 1.4 on Java {version}\n{thrown}\n"
        print(name, "no fault" if made is None else "", flush=True)
        if not compare:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.unlink(missing_ok=True)
            if made is not None:
                file.write_bytes(made.encode())
            continue
        kept = file.read_bytes().decode() if file.exists() else None
        if kept != made:
            different += 1
            sides = [(text or "").splitlines(keepends=True) for text in (kept, made)]
            sys.stdout.writelines(difflib.unified_diff(*sides, str(file), "made again"))
    return 1 if different else 0


def properties():
    shown = subprocess.run(["java", "-XshowSettings:properties", "-version"], capture_output=True, text=True)
    return shown.stderr


if __name__ == "__main__":
    sys.exit(main())
