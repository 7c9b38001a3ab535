// A story with the types that openapi-typescript makes of the documents: `generated_types.mjs`
// compiles it with `strict`, so that what is not described does not compile, and plays it.
//
//     node story.js CRM CONTROL

import createClient from "openapi-fetch";

import type { paths as Control } from "./control.js";
import type { components, paths as Crm } from "./crm.js";

declare const process: { argv: string[]; exit(code: number): never };

const TOKEN = "04FFBB37FED475A778F122709CBAC1D5";
const [, , crmAddress, controlAddress] = process.argv;
const crm = createClient<Crm>({ baseUrl: crmAddress! });
const control = createClient<Control>({ baseUrl: controlAddress! });

function expect<T>(what: string, found: T, expected: T): void {
  if (found === expected) return;
  console.error(`not as expected: ${what}: found ${found}, expected ${expected}`);
  process.exit(1);
}

type Call = components["schemas"]["AddSubscriptionsCall"];
type Code = components["schemas"]["AddSubscriptionsRefusalCode"];

async function add(token: string) {
  const body: Call = {
    token,
    subscription_identifier: { number: "S60600" },
    service_identifier: { code: "SPORT" },
    smartcard_identifier: { serial_number: "01900080208" },
  };
  const path = "/conax_web_services/provisioning_requests/add_subscriptions";
  const { data } = await crm.POST(path, { body });
  return data!;
}

const created = await add(TOKEN);
// The status says which of the two it is, to the compiler as well.
if (!("data" in created)) throw new Error(created.status.code);
const number: string | null = created.data.number;
expect("the state created", created.data.life_cycle_state, "PENDING");

const run = await control.POST("/v1/runs");
expect("completed by the run", run.data!.completed, 1);

const shown = await crm.GET("/conax_web_services/provisioning_requests/show", {
  params: { query: { token: TOKEN, provisioning_request_identifier: `number=${number}` } },
});
if (!("data" in shown.data!)) throw new Error(shown.data!.status.code);
expect("the state shown", shown.data.data.life_cycle_state, "COMPLETED");

const card = await control.GET("/v1/cas/smartcards/{id}", { params: { path: { id: "01900080208" } } });
expect("its product", card.data!.entitlements[0]?.product, "1002");
expect("its transaction", card.data!.transactions[0]?.id, shown.data.data.reference_number ?? "");

const refused = await add("nobody's");
const code: Code = "COM.CRM.EXCEPTION.AUTHENTICATION.INVALIDTOKENEXCEPTION";
expect<string>("a refusal", refused.status.code, code);
const missing = await control.GET("/v1/cas/smartcards/{id}", { params: { path: { id: "nobody" } } });
expect("a problem", missing.error?.status, 404);
