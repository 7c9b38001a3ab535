#!/usr/bin/env python3
"""Reports and metrics, read by the programs that read them elsewhere.

    reports.py PROGRAM

- junitparser reads the JUnit of `run` and `verify`, and counts as the JSON report does;
- sarif-tools reads the SARIF of `verify`, of a right and of a wrong implementation;
- promtool and prometheus_client read `/v1/metrics`, and find what was done.
"""

import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from junitparser import JUnitXml
from prometheus_client.parser import text_string_to_metric_families
from sarif import loader

from story import SPORT, CALLS, expect

ROOT = Path(__file__).resolve().parents[3]


def run(program, *words, rc=0):
    done = subprocess.run([program, *words], cwd=ROOT, capture_output=True, text=True, timeout=120)
    expect(f"the end of {' '.join(map(str, words[:2]))}", done.returncode, rc)
    return done


def junit(program, folder):
    xml, report = folder / "run.xml", folder / "run.json"
    wrong = folder / "wrong.scenario.yaml"
    wrong.write_text("scenario: a card < holds & \"nothing\"\nsteps:\n  - expect ledger: { pending: 7 }\n")
    words = ["run", "scenarios/documented", wrong, "--report", f"junit={xml}"]
    run(program, *words, "--report", f"json={report}", "--quiet", rc=4)
    suites = JUnitXml.fromfile(str(xml))
    cases = [case for suite in suites for case in suite]
    told = json.loads(report.read_text())
    expect("scenarios told by JUnit", len(cases), len(told["cases"]))
    expect("its own count", (suites.tests, suites.failures, suites.errors), (len(cases), 1, 0))
    failed = [case for case in cases if not case.is_passed and not case.is_skipped]
    expect("what failed", [case.name for case in failed], ['a card < holds & "nothing"'])
    expect("the reason is there", "pending" in failed[0].result[0].text, True)
    # Another program adds up what it reads, and comes to the same.
    before = (suites.tests, suites.failures)
    suites.update_statistics()
    expect("counted again", (suites.tests, suites.failures), before)


def verified(program, folder):
    sarif, xml = folder / "verify.sarif", folder / "verify.xml"
    words = ["verify", "--target", "self", "--quiet", "--report", f"sarif={sarif}"]
    run(program, *words, "--report", f"junit={xml}")
    read = loader.load_sarif_file(str(sarif))
    expect("runs", len(read.runs), 1)
    expect("results of a right one", read.get_result_count(), 0)
    expect("the name of the tool", read.get_distinct_tool_names(), ["conax-sim verify"])
    suites = JUnitXml.fromfile(str(xml))
    expect("failures of a right one", (suites.failures, suites.tests > 50), (0, True))
    return sarif


def sarif_tools(folder, sarif):
    """The command that pipelines use: nothing of level error."""
    tool = Path(sys.executable).parent / "sarif"
    said = run(tool, "--check", "error", "summary", sarif).stdout
    expect("sarif-tools sums up", "error: 0" in said, True)
    # With an error in it, the same command fails.
    wrong = json.loads(sarif.read_text())
    rule = wrong["runs"][0]["tool"]["driver"]["rules"][0]["id"]
    message = {"text": "it is broken"}
    wrong["runs"][0]["results"].append({"ruleId": rule, "level": "error", "message": message})
    path = folder / "wrong.sarif"
    path.write_text(json.dumps(wrong))
    run(tool, "--check", "error", "summary", path, rc=1)


def fetched(address, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as reply:
        return reply.read().decode(), reply.headers


def metrics(program):
    command = [program, "serve", "--port", "0", "--cas-port", "0", "--control-port", "0"]
    command += ["--log", "off", "--format", "json", "--run-interval", "off"]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        places = json.loads(served.stdout.readline())
        fetched(f"{places['crm']}{CALLS}/add_subscriptions", SPORT)
        fetched(f"{places['control']}/v1/runs", {})
        text, headers = fetched(f"{places['control']}/v1/metrics")
    finally:
        served.terminate()
        served.wait()
    expect("the type", headers["content-type"], "text/plain; version=0.0.4")
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=60
    )
    expect("what promtool says", (checked.returncode, checked.stdout + checked.stderr), (0, ""))
    families = {family.name: family for family in text_string_to_metric_families(text)}
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families.values()
        for sample in family.samples
    }
    for name, label in (
        ("runs_total", ()),
        ("conax_did", ("times", "once")),
        ("exchanges_total", ("door", "crm")),
    ):
        found = [value for key, value in samples.items() if key[0] == f"conax_sim_{name}"
                 and (not label or label in key)]
        expect(name, found, [1])
    for family in families.values():
        expect(f"the help of {family.name}", family.documentation != "", True)


def main():
    program = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        junit(program, folder)
        sarif_tools(folder, verified(program, folder))
    metrics(program)


if __name__ == "__main__":
    main()
