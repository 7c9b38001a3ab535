// How a JavaScript suite uses the simulator: one program for the suite, a world for each test.
//
//     cargo build --release
//     cd examples/javascript && npm test
//
// The program is looked for where `cargo build --release` leaves it; `CONAX_SIM` names another one,
// or a container: `CONAX_SIM="docker run --rm --network host conax-sim"`. It takes free ports and prints them as a line of JSON. A call belongs to the world that its header
// `conax-sim-world` names; a world is made by the first call that names it, so tests that run at
// the same time do not see each other: each begins with request 4050.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const built = fileURLToPath(new URL("../../target/release/conax-sim", import.meta.url));
const [PROGRAM, ...FIRST] = process.env.CONAX_SIM?.split(" ") ?? [built];
// The documented token of the demo world.
const TOKEN = "04FFBB37FED475A778F122709CBAC1D5";

// Starts the program; its clock stands still unless it is told.
export async function start() {
  const ports = "--host 127.0.0.1 --port 0 --cas-port 0 --control-port 0";
  const words = `serve ${ports} --format json --seed 1 --log off`;
  const clock = ["--clock", "stepped from 2026-01-01T09:00:00"];
  const stdio = ["ignore", "pipe", "inherit"];
  const program = spawn(PROGRAM, [...FIRST, ...words.split(" "), ...clock], { stdio });
  const ended = once(program, "exit");
  const opened = once(createInterface(program.stdout), "line");
  const [line] = await Promise.race([opened, ended]);
  assert.equal(typeof line, "string", `${PROGRAM} did not open; it ended with ${line}`);
  const apis = JSON.parse(line);
  return {
    world: (name) => new World(apis, name),
    async stop() {
      program.kill();
      await ended;
    },
  };
}

// A world of its own, at all APIs.
class World {
  constructor(apis, name) {
    this.apis = apis;
    this.name = name.replace(/[^A-Za-z0-9._-]+/g, "-").slice(-64);
  }

  async call(verb, url, body) {
    const headers = { "content-type": "application/json", "conax-sim-world": this.name };
    const reply = await fetch(url, { method: verb, headers, body: body && JSON.stringify(body) });
    const answer = await reply.json();
    assert.ok(reply.ok, JSON.stringify(answer));
    return answer;
  }

  // Calls a POST of the provisioning API; the data of its answer.
  async post(method, body) {
    return dataOf(await this.call("POST", this.method(method), { token: TOKEN, ...body }));
  }

  // Calls a GET of the provisioning API; the data of its answer.
  async get(method, query) {
    const text = new URLSearchParams({ token: TOKEN, ...query });
    return dataOf(await this.call("GET", `${this.method(method)}?${text}`));
  }

  method(name) {
    const base = this.apis.crm + this.apis.base_path;
    return `${base}/conax_web_services/provisioning_requests/${name}`;
  }

  async state(number) {
    const query = { provisioning_request_identifier: `number=${number}` };
    return (await this.get("show", query)).life_cycle_state;
  }

  // Calls the control API.
  control(verb, path, body) {
    return this.call(verb, `${this.apis.control}/v1/${path}`, body);
  }
}

function dataOf(answer) {
  assert.equal(answer.status.code, "OK", JSON.stringify(answer.status));
  return answer.data;
}
