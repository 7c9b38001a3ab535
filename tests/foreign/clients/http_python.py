#!/usr/bin/env python3
"""requests and httpx at the provisioning API: connections that are kept, bodies in gzip and in chunks.

    http_python.py CRM CAS CONTROL
"""

import gzip
import json
import sys

import httpx
import requests

from story import CALLS, SPORT, create_run_show, expect

JSON = {"content-type": "application/json"}


def with_requests(crm, control):
    session = requests.Session()

    def at(base):
        def call(method, path, body=None):
            reply = session.request(method, base + path, json=body, timeout=10)
            reply.raise_for_status()
            return reply.json()

        return call

    create_run_show(at(crm), at(control), "by-requests")

    # One connection each, as a session keeps it: the pool has opened no second one.
    for pool in session.get_adapter(crm).poolmanager.pools._container.values():
        expect("connections of a session", pool.num_connections, 1)

    add = f"{crm}/worlds/by-requests{CALLS}/add_subscriptions"
    packed = gzip.compress(json.dumps(SPORT).encode())
    headers = JSON | {"content-encoding": "gzip"}
    reply = session.post(add, data=packed, headers=headers, timeout=10).json()
    expect("a body in gzip", reply["status"]["code"], "OK")
    # A generator has no length, so it is sent in chunks.
    pieces = (piece.encode() for piece in json.dumps(SPORT))
    reply = session.post(add, data=pieces, headers=JSON, timeout=10).json()
    expect("a body in chunks", reply["status"]["code"], "OK")
    reply = session.post(add, data=b"?", headers=JSON | {"content-encoding": "br"}, timeout=10)
    expect("a coding that is not known", reply.status_code, 415)
    expect("its answer", "br" in reply.json()["status"]["message"], True)
    reply = session.head(f"{crm}{CALLS}/show", timeout=10)
    expect("the body of HEAD", (reply.status_code, reply.content), (200, b""))


def with_httpx(crm, control):
    with httpx.Client(timeout=10) as client:

        def at(base):
            def call(method, path, body=None):
                reply = client.request(method, base + path, json=body)
                reply.raise_for_status()
                expect("the version of HTTP", reply.http_version, "HTTP/1.1")
                return reply.json()

            return call

        create_run_show(at(crm), at(control), "by-httpx")
        add = f"{crm}/worlds/by-httpx{CALLS}/add_subscriptions"
        pieces = (piece.encode() for piece in json.dumps(SPORT))
        reply = client.post(add, content=pieces, headers=JSON).json()
        expect("a body in chunks", reply["status"]["code"], "OK")

    # Who speaks nothing but HTTP/2 is told so in words, and does not wait for ever.
    with httpx.Client(http1=False, http2=True, timeout=10) as client:
        try:
            client.get(f"{crm}{CALLS}/show")
            raise SystemExit("not as expected: HTTP/2 was spoken")
        except httpx.RemoteProtocolError:
            pass


def main():
    crm, _, control = sys.argv[1:]
    with_requests(crm, control)
    with_httpx(crm, control)


if __name__ == "__main__":
    main()
