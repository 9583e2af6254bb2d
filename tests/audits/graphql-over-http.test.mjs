// The audits of graphql-http against the whole service: all of them, none waived, for the public of the demo and for
// whoever has a token in production.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { serverAudits } from "graphql-http";

// The product refuses variables that it does not know.
const { ENTENTE_PROGRAM: ENTENTE = ".venv/bin/entente", ...environment } = process.env;
const AUDITS = 61;
// In production the public does not ask for the schema, and these four do so to try variables.
const ASK_FOR_THE_SCHEMA = ["2EA1", "28B9", "D6D5", "6A70"];

async function started(folder, options) {
  const env = { ...environment, ENTENTE_INSTANCE_DIR: folder, PORT: "18100" };
  const server = spawn(ENTENTE, ["run", ...options], { env, stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise((resolve, reject) => {
    let said = "";
    server.stdout.on("data", (chunk) => {
      said += chunk;
      const found = said.match(/(http:\/\/[^\s/]+\/graphql)\s/);
      if (found) resolve(found[1]);
    });
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}:\n${said}`)));
  });
  return { server, url, env };
}

async function token(env) {
  const arguments_ = ["token", "create", "commons", "--role", "operator", "--name", "an audit"];
  const { PORT: _, ...known } = env;
  return (await promisify(execFile)(ENTENTE, arguments_, { env: known })).stdout.trim();
}

async function audited(label, url, fetchFn, closed = []) {
  const short = [];
  let ok = 0;
  for (const audit of serverAudits({ url, fetchFn })) {
    const result = await audit.fn();
    if (result.status === "ok") ok += 1;
    else if (!closed.includes(audit.id)) short.push(`${result.status} ${audit.id} ${audit.name}: ${result.reason}`);
  }
  assert.deepEqual(short, []);
  assert.equal(ok, AUDITS - closed.length);
  console.log(`${label}: ${ok} of ${AUDITS}`);
}

function showing(shown) {
  return (url, init = {}) => fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${shown}` } });
}

async function asked(fetchFn, url, query) {
  const body = JSON.stringify({ query });
  const headers = { "content-type": "application/json" };
  return (await fetchFn(url, { method: "POST", headers, body })).json();
}

for (const [profile, options] of [["demo", ["--demo"]], ["production", []]]) {
  test(`every audit of GraphQL over HTTP passes in ${profile}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "entente-audits-"));
    const { server, url, env } = await started(folder, options);
    try {
      const schema = await asked(fetch, url, "{ __schema { queryType { name } } }");
      if (profile === "demo") {
        assert.equal(schema.data.__schema.queryType.name, "Query");
        await audited(`${profile}, the public`, url, fetch);
      } else {
        assert.equal(schema.errors[0].extensions.code, "SCHEMA_FOR_MEMBERS");
        await audited(`${profile}, the public`, url, fetch, ASK_FOR_THE_SCHEMA);
        const reader = showing(await token(env));
        await audited(`${profile}, whoever has a token`, url, reader);
        const read = await asked(reader, url, "{ partnerships(first: 5) { totalCount } }");
        assert.equal(read.errors, undefined);
        // The control: what is shown counts, so a token that is none is refused and no audit would pass.
        assert.equal((await showing("ente_none")(url)).status, 401);
      }
    } finally {
      const ended = once(server, "exit");
      server.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    }
  });
}
