// The package `soap` of node at the Conax endpoint: it reads the WSDL of a world and calls what that
// describes.
//
//     node soap.mjs ENDPOINT CONTROL WORLD
//
// ENDPOINT is the Conax endpoint, of the main world or below /worlds/NAME. The commands have to reach this world and no other.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

// The packages are installed beside the other foreign clients.
const soap = createRequire(new URL("../package.json", import.meta.url))("soap");

const CARD = "01900080208";
const PRODUCTS = { ProductId: ["P1test"] };

const [endpoint, control, world] = process.argv.slice(2);

const held = async (path, of) => (await fetch(`${control}/v1/cas/${path}?world=${of}`)).json();
const entitled = async (of) =>
  (await held(`smartcards/${CARD}`, of)).entitlements.map((one) => one.product);

const client = await soap.createClientAsync(`${endpoint}/?wsdl`);
const operations = Object.values(client.describe())
  .flatMap((service) => Object.values(service))
  .flatMap((port) => Object.keys(port));
assert.equal(operations.length, 13, String(operations));

/** Calls an operation; its argument is wrapped as the WSDL says. */
async function call(name, values) {
  const [reply] = await client[`${name}Async`]({ [`${name}Request`]: values });
  return reply;
}

const added = await call("AddSubscriptions", { CaClientId: CARD, ProductIds: PRODUCTS });
assert.equal(added.TransactionStatus.StatusCode, "OK");
assert.match(added.TransactionStatus.TransactionId, /^[0-9a-f-]{36}$/);
assert.deepEqual(await entitled(world), ["P1test"]);
assert.deepEqual(await entitled("demo"), world === "demo" ? ["P1test"] : []);

const active = await call("GetActiveSubscriptions", { CaClientId: CARD });
const [first, ...others] = active.ActiveSubscriptions.ActiveSubscription;
assert.equal(first.ProductId, "P1test");
assert.ok(first.StartTime === undefined || first.StartTime instanceof Date, "a date is a date");
assert.deepEqual(others, []);

const text = "Grüße & <Küsse>";
const bark = { CaClientIds: { CaClientId: [CARD] }, Message: text };
assert.equal((await call("SendBarkMessageToClients", bark)).TransactionStatus.StatusCode, "OK");
assert.equal((await held("messages", world)).at(-1).text, text);

const nobody = { CaClientId: "99999999999", ProductIds: PRODUCTS };
const refused = await call("AddSubscriptions", nobody);
assert.equal(refused.TransactionStatus.StatusCode, "CLIENT_NOT_FOUND");
assert.ok(refused.TransactionStatus.Message.length > 0);

const without = await call("AddSubscriptions", {});
assert.equal(without.TransactionStatus.StatusCode, "INPUT_VALIDATION_ERROR");
assert.match(without.TransactionStatus.Message, /CaClientId/);
