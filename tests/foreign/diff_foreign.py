#!/usr/bin/env python3
"""`conax-sim diff` compares the simulator with a deployment that shares no code with it.

What is told of a right one must be a real difference: codes of refusals, HTTP statuses, what Conax was
sent. Records, dates, lists and states are none. What is planted must be told besides. Exits with 0 if
all was so, else with 1 and what was not.

    python3 tests/foreign/diff_foreign.py target/release/conax-sim

Python's standard library is enough.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SCENARIOS = HERE.parent.parent / "scenarios" / "documented"

# Where a right deployment may differ: what the head-end was sent is nowhere documented.
REAL = ("http", "request", "status.code")

# What the documents leave open is no difference between two deployments.
OPEN = (
    "texts=empty",
    "shape=late",
    "units=no-community",
    "units=as-examples",
    "units=absent",
    "projection=with-id",
    "order=newest",
    "refusal-data=null",
    "ids=short",
)

# Planted, and where it must be told.
WRONG = {
    "serial-number-for-ca-id": "smartcard_ca_id",
    "id-for-ca-id": "smartcard_ca_id",
    "service-code-for-ca-id": "service_ca_id",
    "list-without-items": "parameters_set",
    "list-without-response": "response",
    "list-ignores-fields": "priority",
    "show-ignores-fields": "scheduled_date",
    "priority-ignored": "priority",
    "flag-ignored": "life_cycle_state",
    "start-date-ignored": "scheduled_date",
    "date-shifted": "scheduled_date",
    "executed-in-utc-west": "executed_date",
    "executed-in-utc-east": "executed_date",
    "nulls-left-out": "process_id",
    "completed-without-reference": "reference_number",
    "type-named-as-method": "type",
    "flag-as-boolean": "process_immediately",
}


def differences(program, arguments):
    """Every place that is told, and how many scenarios were compared."""
    with tempfile.TemporaryDirectory() as folder:
        api = [sys.executable, "-m", "api", "--files", folder, *arguments]
        deployment = subprocess.Popen(api, cwd=HERE, stdout=subprocess.PIPE, text=True)
        try:
            url = deployment.stdout.readline().strip()
            report = Path(folder) / "diff.json"
            command = [program, "diff", "--right", url, "--report", f"json={report}"]
            exists = next(Path(folder).glob("*.yaml"))
            command += ["--right-world", exists, "--secrets-file", f"{folder}/secrets", SCENARIOS]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
            if done.returncode not in (0, 4):
                sys.exit(f"{arguments}: exit {done.returncode}\n{done.stdout}")
            cases = json.loads(report.read_text())
        finally:
            deployment.kill()
            deployment.wait()
    compared = cases["scenarios"] - sum("not_compared" in case for case in cases["cases"])
    steps = [step for case in cases["cases"] for step in case["steps"]]
    return {member["place"] for step in steps for member in step["members"]}, compared


def main():
    program = str(Path(sys.argv[1]).resolve())
    problems = []
    right, compared = differences(program, [])
    again, _ = differences(program, ["--speed", "slow", "--seed", "2"])
    told = {"right": right, "right and slow": again}
    told |= {reading: differences(program, ["--reading", reading])[0] for reading in OPEN}
    for name, places in told.items():
        unreal = sorted(place for place in places if not place.endswith(REAL))
        problems += [f"{name}, and told: {place}" for place in unreal]
    if compared < 30:
        problems.append(f"only {compared} scenarios were compared")
    for name, member in WRONG.items():
        told, _ = differences(program, ["--wrong", name])
        if not any(member in place for place in told - right):
            problems.append(f"{name}: nothing is told of {member}, but {sorted(told - right)}")
    print(f"{compared} scenarios compared, {len(right)} real differences, {len(WRONG)} planted")
    print("\n".join(problems) or "nothing unreal told, everything planted found")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
