// Types that openapi-typescript makes of the documents the three APIs serve, and a story that is
// compiled against them and played.
//
//     node generated_types.mjs CRM CAS CONTROL

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const packages = join(here, "../node_modules");
const [crm, cas, control] = process.argv.slice(2);
const documents = {
  crm: `${crm}/_sim/openapi.json`,
  cas: `${cas}/_sim/openapi.json`,
  control: `${control}/openapi.json`,
};
const work = mkdtempSync(join(tmpdir(), "types-"));

function run(program, ...words) {
  try {
    return execFileSync(program, words, { cwd: work, encoding: "utf8", stdio: "pipe" });
  } catch (failed) {
    throw new Error(`${words[0]}: ${failed.stdout}${failed.stderr}`);
  }
}

try {
  symlinkSync(packages, join(work, "node_modules"));
  writeFileSync(join(work, "package.json"), '{ "type": "module" }');
  for (const [name, address] of Object.entries(documents)) {
    const document = await (await fetch(address)).json();
    writeFileSync(join(work, `${name}.json`), JSON.stringify(document));
    const generator = join(packages, ".bin/openapi-typescript");
    const said = run(generator, `${name}.json`, "-o", `${name}.d.ts`);
    assert.doesNotMatch(said, /warn|error/i);
    const types = readFileSync(join(work, `${name}.d.ts`), "utf8");
    for (const schema of Object.keys(document.components.schemas)) {
      assert.ok(types.includes(`        ${schema}: `), `${name}: no type ${schema}`);
    }
    for (const path of Object.keys(document.paths)) {
      assert.ok(types.includes(`    "${path}": {`), `${name}: no path ${path}`);
    }
  }
  copyFileSync(join(here, "story.ts"), join(work, "story.ts"));
  const strict = ["--strict", "--noUncheckedIndexedAccess", "--target", "es2022"];
  const modules = ["--module", "nodenext", "--moduleResolution", "nodenext", "--lib", "es2022,dom"];
  run(join(packages, ".bin/tsc"), ...strict, ...modules, "story.ts", "cas.d.ts");
  run(process.execPath, "story.js", crm, control);
} finally {
  rmSync(work, { recursive: true, force: true });
}
