#!/usr/bin/env python3
"""Clients that are not ours, a few at a time, each at a simulator of its own.

    run.py PROGRAM [--wrong] [NAME…]

PROGRAM is conax-sim; NAMEs pick some of the clients. With `--wrong` the simulators refuse what the
clients ask for, schemas and programs are not ours, and it is well if every client notices.

Needs what the step of the same name in `.ci/run` installs; it runs under the Python that has the
packages of `requirements.txt`.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
BROWSER = ROOT / "tests" / "browser"
# The port of the page is part of its origin, so it has to be known beforehand.
PAGE_PORT = "18931"
REFUSES = "{ name: refuses, when: { command: ADD_SUBSCRIPTIONS }, do: { reject: CLIENT_BLOCKED } }"

PYTHON = [sys.executable]
SOAP = {
    "php": ["php", "soap.php"],
    "node-soap": ["node", "soap.mjs"],
    "perl-soap-lite": ["perl", "soap_lite.pl"],
    "axis": ["./axis"],
}
HTTP = {
    "requests-httpx": [*PYTHON, "http_python.py"],
    "curl": ["./curl"],
    "java": ["java", "HttpStory.java"],
    "openapi-python-client": [*PYTHON, "generated.py"],
    "openapi-typescript": ["node", "generated_types.mjs"],
}


class Runner:
    def __init__(self, program, wrong, folder):
        self.program, self.wrong, self.folder = program, wrong, Path(folder)
        self.rules = self.folder / "wrong.faults.yaml"
        self.rules.write_text(f"faults:\n  - {REFUSES}\n")

    def serve(self, stack, *arguments):
        """A fresh simulator, as long as it is needed."""
        command = [self.program, "serve", "--port", "0", "--cas-port", "0", "--control-port", "0"]
        command += ["--log", "off", "--format", "json", "--run-interval", "off", *arguments]
        if self.wrong:
            command += ["--faults", self.rules]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        stack.callback(process.wait)
        stack.callback(process.terminate)
        return json.loads(process.stdout.readline())

    def client(self, command, folder=HERE):
        """How a client ends, and what it says."""
        done = subprocess.run(
            command, cwd=folder, text=True, timeout=120,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        return done.returncode, done.stdout

    def soap(self, command, profile, world):
        with ExitStack() as stack:
            at = self.serve(stack, "--profile", profile)
            endpoint = at["cas"] if world == "demo" else f"{at['cas']}/worlds/{world}"
            return self.client([*command, endpoint, at["control"], world])

    def http(self, command):
        with ExitStack() as stack:
            at = self.serve(stack)
            return self.client([*command, at["crm"], at["cas"], at["control"]])

    def pages(self):
        with ExitStack() as stack:
            files = []
            for name, arguments in (
                ("open", ["--cors", f"http://127.0.0.1:{PAGE_PORT}"]),
                ("closed", []),
            ):
                path = self.folder / f"{name}.json"
                path.write_text(json.dumps(self.serve(stack, *arguments)))
                files.append(path)
            return self.client(["node", "cors.mjs", *files, PAGE_PORT], BROWSER)

    def editor(self):
        schema = self.folder / "scenario.schema.json"
        text = subprocess.run(
            [self.program, "schema", "scenario"], stdout=subprocess.PIPE, check=True, text=True
        ).stdout
        schema.write_text('{"$defs": {"step": {"anyOf": []}}}' if self.wrong else text)
        files = sorted((ROOT / "scenarios" / "documented").glob("*.scenario.yaml"))
        return self.client(["node", "yaml_server.mjs", schema, *files])

    def reports(self):
        program = "/bin/true" if self.wrong else self.program
        return self.client([*PYTHON, "reports.py", program])

    def all(self):
        """Every client with its name, those that take longest first."""
        clients = {name: (self.http, command) for name, command in HTTP.items()}
        clients |= {
            f"{name}, {profile}, {world}": (self.soap, command, profile, world)
            for name, command in SOAP.items()
            for profile, world in (("public", "demo"), ("public", "mars"), ("guess", "mars"))
            # Its stubs take long to make, and are named by the profile.
            if name != "axis" or (profile, world) == ("public", "mars")
        }
        clients |= {"browser, cors": (self.pages,), "yaml-language-server": (self.editor,)}
        return clients | {"junit, sarif, metrics": (self.reports,)}


def main():
    arguments = [word for word in sys.argv[1:] if word != "--wrong"]
    wrong = "--wrong" in sys.argv
    program, *names = [str(Path(arguments[0]).resolve()), *arguments[1:]]
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(program, wrong, folder)
        chosen = {
            name: job
            for name, job in runner.all().items()
            if not names or any(name.startswith(one) for one in names)
        }

        def play(name):
            began = time.monotonic()
            method, *words = chosen[name]
            code, said = method(*words)
            return name, code, said, time.monotonic() - began

        with ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
            for name, code, said, took in pool.map(play, chosen):
                as_wanted = (code != 0) == wrong
                print(f"{'ok' if as_wanted else 'FAILED'} {name} ({took:.1f} s)", flush=True)
                if not as_wanted:
                    failed.append(name)
                    print(said)
                elif wrong and said.strip():
                    print(f"   {said.strip().splitlines()[-1][:160]}")
    print(f"{len(chosen)} clients, {len(failed)} not as wanted")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
