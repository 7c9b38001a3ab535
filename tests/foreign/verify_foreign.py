#!/usr/bin/env python3
"""`conax-sim verify` judges deployments that share no code with it: right ones and wrong ones.

Every right one, in each reading the documents leave open, must get no `must` finding. Every wrong
one must be found, by one of the clauses it names, as a `must` (exit 4) or, with the reason it names,
as a `should` or a `may` (exit 0), and in no more findings than it names. Each is started anew ten times, with seeds of its
own, five times fast and five times slow. Exits with 0 if all was so, else with 1 and what was not.

    python3 tests/foreign/verify_foreign.py target/release/conax-sim
    python3 tests/foreign/verify_foreign.py target/release/conax-sim --only cut-at-100 --runs 1 -v

Python's standard library is enough.
"""

import argparse
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from api.readings import Readings
from api.server import Deployment, Server
from api.speed import SPEEDS
from api.world import USERS, WEB_API_KEY, file_for_verify
from api.wrong import VARIANTS

# More readings than one, as deployments of one time have them.
TOGETHER = {
    "of-2014": "texts=null shape=early units=as-examples release=no scheduled_date=none paging=no ids=short",
    "of-r7": "texts=empty shape=late release=no scheduled_date=some paging=no updated=second-later",
    "of-r12": "texts=empty shape=late token_form=jwt release=no paging=no codes=words members=data-first",
    "of-r13": "texts=empty token_form=jwt http=errors order=newest projection=with-id immediately=after",
}


@dataclass(frozen=True)
class Job:
    """One verification of one deployment."""

    name: str
    readings: tuple
    wrong: str
    speed: str
    seed: int
    program: str

    def told(self):
        parts = [f"--reading {one}" for one in self.readings]
        parts += [f"--wrong {self.wrong}"] if self.wrong else []
        return " ".join([*parts, f"--speed {self.speed}", f"--seed {self.seed}"])


@dataclass
class Result:
    job: Job
    # What is not as it should be; empty if all is.
    problem: str
    # Broken clauses and how strict they are.
    broken: dict
    seconds: float
    calls: int
    # What would be too much if every run of the deployment had it.
    excess: str = ""


def right_jobs():
    """Names and readings of the right deployments: each reading alone, and some together."""
    yield "usual", ()
    for name, (_, *others) in Readings.values().items():
        for value in others:
            yield f"{name}={value}", (f"{name}={value}",)
    for name, readings in TOGETHER.items():
        yield name, tuple(readings.split())


def jobs(arguments):
    named = [(name, readings, "") for name, readings in right_jobs()]
    named += [(one.name, one.readings, one.name) for one in VARIANTS.values()]
    if arguments.only:
        unknown = set(arguments.only) - {name for name, _, _ in named}
        if unknown:
            sys.exit(f"error: there is no {', '.join(sorted(unknown))}")
        named = [one for one in named if one[0] in arguments.only]
    seed = arguments.first_seed - 1
    for _ in range(arguments.runs):
        for speed in arguments.speed or SPEEDS:
            seed += 1
            for name, readings, wrong in named:
                yield Job(name, readings, wrong, speed, seed, arguments.program)


def serve(job, pipe):
    """A process of its own with a deployment; its port goes into the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    variant = VARIANTS.get(job.wrong)
    zone = variant.zone if variant else (-5, 2, 0, 12)[job.seed % 4]
    deployment = Deployment(Readings.parse(job.readings), SPEEDS[job.speed], job.seed, zone)
    if variant:
        variant.spoil(deployment)
    server = Server(0, deployment)
    deployment.processing.start()
    os.write(pipe, f"{server.server_port}\n".encode())
    os.close(pipe)
    server.serve_forever()


def carry_out(job):
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(ours)
            serve(job, theirs)
        finally:
            os._exit(1)
    os.close(theirs)
    try:
        with os.fdopen(ours) as pipe:
            port = pipe.readline().strip()
        return judge(job, *verified(job, port))
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def verified(job, port):
    """Exit code, record and what was told of a verification, and how long it took."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        directory = Path(directory)
        (directory / "world.yaml").write_text(file_for_verify(patience="6s"))
        (directory / "secrets").write_text(
            f"password={USERS[0].password}\nweb_api_key={WEB_API_KEY}\n"
        )
        command = [
            job.program,
            "verify",
            "--target",
            f"http://127.0.0.1:{port}/crmapi/rest/v2",
            "--world",
            str(directory / "world.yaml"),
            "--secrets-file",
            str(directory / "secrets"),
            "--rate",
            "100000/s",
            "--quiet",
            "--report",
            f"json={directory / 'record.json'}",
        ]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        record = directory / "record.json"
        record = json.loads(record.read_text()) if record.exists() else {}
    return ended, record, time.monotonic() - began


def judge(job, ended, record, seconds):
    clauses = record.get("clauses", [])
    broken = {one["id"]: one for one in clauses if one["standing"] == "broken"}
    musts = [name for name, one in broken.items() if one["strictness"] == "must"]
    held = sum(one["standing"] == "held" for one in clauses)
    problem = ""
    wanted = VARIANTS[job.wrong].clauses if job.wrong else ()
    is_found = any(clause in broken for clause in wanted)
    variant = VARIANTS.get(job.wrong)
    if not is_found and (record.get("trouble") or not clauses):
        problem = f"exit {ended.returncode}: {record.get('trouble') or ended.stderr.strip()}"
    elif job.wrong:
        if not is_found:
            problem = f"missed: not broken is {', '.join(wanted)}; broken are {', '.join(broken) or 'none'}"
        else:
            problem = not_as_expected(variant, ended, broken)
    elif musts:
        told = "; ".join(f"{name}: {first_break(broken[name])}" for name in musts)
        problem = f"a false alarm: {told}"
    elif ended.returncode != 0 or held < 200:
        problem = f"exit {ended.returncode}, {held} clauses held: {ended.stderr.strip()}"
    strictness = {name: one["strictness"] for name, one in broken.items()}
    excess = excess_of(variant, broken) if variant and not problem else ""
    return Result(job, problem, strictness, seconds, record.get("calls", 0), excess)


def not_as_expected(variant, ended, broken):
    """What is not as a wrong variant that was found should be told; empty if all is."""
    told = [name for name, one in broken.items() if one["strictness"] != "may"]
    degrees = {one["strictness"] for name, one in broken.items() if name in variant.clauses}
    code = 4 if variant.degree == "must" else 0
    if variant.degree not in degrees:
        return f"found as {', '.join(sorted(degrees))}, and not as a {variant.degree}"
    if ended.returncode != code:
        return f"exit {ended.returncode} instead of {code}; broken are {', '.join(told)}"
    return ""


def excess_of(variant, broken):
    """The findings of a wrong variant beyond those its one cause should have."""
    told = [name for name, one in broken.items() if one["strictness"] != "may"]
    if len(told) <= variant.most:
        return ""
    return f"{len(told)} findings of one cause, {variant.most} at most: {', '.join(told)}"


def judge_together(results):
    """A second finding that comes by chance (what meets at once, a slow machine) may be one of its
    own; one that every run of a deployment has is the same cause shown twice."""
    by_name = {}
    for result in results:
        by_name.setdefault(result.job.name, []).append(result)
    for some in by_name.values():
        if all(result.excess for result in some):
            for result in some:
                result.problem = result.excess


def first_break(clause):
    one = clause["breaks"][0] if clause["breaks"] else {}
    return f"expected {one.get('expected')}, found {one.get('found')}"


def tell(results, arguments):
    """Prints what is not as it should be, and a line for each deployment if asked for."""
    by_name = {}
    for result in results:
        by_name.setdefault(result.job.name, []).append(result)
    for name, some in by_name.items():
        failed = [result for result in some if result.problem]
        if failed:
            times = Counter(result.job.speed for result in failed)
            print(f"{name}: {len(failed)} of {len(some)} runs ({dict(times)})")
            for problem in sorted({result.problem for result in failed})[:3]:
                print(f"   {problem}")
            print(f"   again: python3 -m api {failed[0].job.told()}")
        elif arguments.verbose:
            broken = Counter(clause for result in some for clause in result.broken)
            told = ", ".join(f"{clause} {count}" for clause, count in broken.most_common(8))
            longest = max(result.seconds for result in some)
            print(f"{name}: {len(some)} runs, {longest:.1f}s at most; broken: {told or 'none'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("program", help="the conax-sim to try")
    parser.add_argument("--runs", type=int, default=5, help="how many of each at each speed")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--speed", action="append", choices=SPEEDS, help="all, if none is named")
    parser.add_argument("--only", action="append", metavar="NAME", help="only this deployment")
    parser.add_argument("--jobs", type=int, default=24, help="most of a run is waiting")
    parser.add_argument("--list", action="store_true", help="print the deployments, and end")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each deployment")
    arguments = parser.parse_args()
    arguments.program = str(Path(arguments.program).resolve())
    if arguments.list:
        for name, _ in right_jobs():
            print(f"right  {name}")
        for one in VARIANTS.values():
            print(f"wrong  {one.name:<28} {one.about} ({one.degree}: {', '.join(one.clauses)})")
            if one.why:
                print(f"{'':<36}no `must`, as {one.why}")
        return 0
    began = time.monotonic()
    every = list(jobs(arguments))
    with multiprocessing.get_context("fork").Pool(arguments.jobs) as pool:
        results = list(pool.imap_unordered(carry_out, every))
    results.sort(key=lambda result: every.index(result.job))
    judge_together(results)
    tell(results, arguments)
    failed = sum(bool(result.problem) for result in results)
    rights = sum(not result.job.wrong for result in results)
    print(
        f"{rights} runs of right deployments and {len(results) - rights} of wrong ones, "
        f"{failed} not as they should be; {time.monotonic() - began:.0f}s"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
