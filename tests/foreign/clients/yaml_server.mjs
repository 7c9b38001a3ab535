// yaml-language-server with our schema of scenarios, as editors start it: over stdio. It offers the
// kinds of steps, finds what is wrong in a file, and finds nothing in the files that are shipped.
//
//     node yaml_server.mjs SCHEMA FILE…
//
// SCHEMA is what `conax-sim schema scenario` prints, each FILE a scenario file without a mistake.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [schemaFile, ...files] = process.argv.slice(2);
const schema = JSON.parse(readFileSync(schemaFile, "utf8"));
const main = new URL("../node_modules/yaml-language-server/bin/yaml-language-server", import.meta.url);
const server = spawn(process.execPath, [fileURLToPath(main), "--stdio"], {
  stdio: ["pipe", "pipe", "inherit"],
});

const settings = {
  yaml: {
    validate: true,
    completion: true,
    hover: true,
    schemaStore: { enable: false },
    schemas: { [pathToFileURL(resolve(schemaFile)).href]: ["*.scenario.yaml"] },
  },
};

let unread = Buffer.alloc(0);
let lastId = 0;
const answers = new Map();
const findings = new Map();

function write(message) {
  const text = JSON.stringify({ jsonrpc: "2.0", ...message });
  server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}

/** What somebody waits for under a key, or what came before anybody did. */
function awaited(map, key) {
  if (!map.has(key)) {
    let settle;
    const promise = new Promise((done) => (settle = done));
    map.set(key, { promise, settle });
  }
  return map.get(key);
}

function hear(message) {
  if (message.method === "workspace/configuration") {
    const wanted = message.params.items.map(({ section }) => settings[section] ?? null);
    write({ id: message.id, result: wanted });
  } else if (message.method === "textDocument/publishDiagnostics") {
    awaited(findings, message.params.uri).settle(message.params.diagnostics);
  } else if (message.method !== undefined && message.id !== undefined) {
    write({ id: message.id, result: null });
  } else if (message.id !== undefined) {
    awaited(answers, message.id).settle(message);
  }
}

server.stdout.on("data", (piece) => {
  unread = Buffer.concat([unread, piece]);
  for (;;) {
    const end = unread.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(unread.subarray(0, end).toString())[1]);
    if (unread.length < end + 4 + length) return;
    const text = unread.subarray(end + 4, end + 4 + length).toString();
    unread = unread.subarray(end + 4 + length);
    hear(JSON.parse(text));
  }
});

async function ask(method, params) {
  const id = ++lastId;
  write({ id, method, params });
  const { result, error } = await awaited(answers, id).promise;
  assert.equal(error, undefined, `${method}: ${JSON.stringify(error)}`);
  return result;
}

/** Opens a text under a name; what the server finds wrong with it, one line each. */
async function found(name, text) {
  const uri = pathToFileURL(resolve(name)).href;
  const textDocument = { uri, languageId: "yaml", version: 1, text };
  write({ method: "textDocument/didOpen", params: { textDocument } });
  const told = await awaited(findings, uri).promise;
  return { uri, lines: told.map(({ range, message }) => `${range.start.line + 1}: ${message}`) };
}

const configuration = { workspace: { configuration: true, didChangeConfiguration: {} } };
await ask("initialize", { processId: process.pid, rootUri: null, capabilities: configuration });
write({ method: "initialized", params: {} });
write({ method: "workspace/didChangeConfiguration", params: { settings } });

for (const file of files) {
  const { lines } = await found(file, readFileSync(file, "utf8"));
  assert.deepEqual(lines, [], `${file} is right`);
}

const beginning = "scenario: a card gets a product\nsteps:\n";
const wrong = await found("wrong.scenario.yaml", `${beginning}  - cal: show\nclock: noon\n`);
assert.ok(wrong.lines.some((line) => line.startsWith("3: ")), `the step: ${wrong.lines}`);
assert.ok(wrong.lines.some((line) => line.startsWith("4: ")), `the clock: ${wrong.lines}`);

const unfinished = await found("unfinished.scenario.yaml", `${beginning}  - \n`);
const completion = await ask("textDocument/completion", {
  textDocument: { uri: unfinished.uri },
  position: { line: 2, character: 4 },
});
const offered = new Set((completion.items ?? completion).map(({ label }) => label));
for (const kind of ["call", "call: show", "wait", "advance", "expect ledger", "fault", "process"]) {
  assert.ok(offered.has(kind), `a step may be \`${kind}\`; offered: ${[...offered].join(", ")}`);
}
for (const { title } of schema.$defs.step.anyOf) {
  assert.ok(title === undefined || offered.has(title), `\`${title}\` is not offered`);
}

await ask("shutdown", null);
write({ method: "exit" });
