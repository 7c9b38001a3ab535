"""Starts one deployment: `python3 -m api --port 8080 --reading texts=empty --wrong serial-for-ca-id`."""

import argparse
import sys
from pathlib import Path

from .readings import Readings
from .server import Deployment, Server
from .speed import SPEEDS
from .wrong import VARIANTS
from .world import USERS, WEB_API_KEY, file_for_verify


def main():
    parser = argparse.ArgumentParser(prog="api", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port at 127.0.0.1; any if it is 0")
    parser.add_argument("--reading", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--wrong", choices=VARIANTS, metavar="NAME", help="be wrong in this way")
    parser.add_argument("--speed", choices=SPEEDS, default="fast")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--zone", type=float, help="local time, in hours from UTC")
    parser.add_argument("--files", type=Path, help="write world.yaml and secrets here, for verify")
    arguments = parser.parse_args()
    variant = VARIANTS.get(arguments.wrong)
    zone = arguments.zone if arguments.zone is not None else variant.zone if variant else -5
    try:
        readings = Readings.parse(arguments.reading)
    except ValueError as problem:
        sys.exit(f"error: {problem}")
    deployment = Deployment(readings, SPEEDS[arguments.speed], arguments.seed, zone)
    if variant:
        variant.spoil(deployment)
    if arguments.files:
        arguments.files.mkdir(parents=True, exist_ok=True)
        (arguments.files / "world.yaml").write_text(file_for_verify())
        secrets = f"password={USERS[0].password}\nweb_api_key={WEB_API_KEY}\n"
        (arguments.files / "secrets").write_text(secrets)
    server = Server(arguments.port, deployment)
    deployment.processing.start()
    print(f"http://127.0.0.1:{server.server_port}/crmapi/rest/v2", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
