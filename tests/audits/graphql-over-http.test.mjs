// The audits of graphql-http against the whole service, as the demo and as production run it: all of them, none waived.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { serverAudits } from "graphql-http";

// The product refuses variables that it does not know.
const { ENTENTE_PROGRAM: ENTENTE = ".venv/bin/entente", ...environment } = process.env;

async function started(folder, options) {
  const server = spawn(ENTENTE, ["run", ...options], {
    env: { ...environment, ENTENTE_INSTANCE_DIR: folder, PORT: "18100" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise((resolve, reject) => {
    let said = "";
    server.stdout.on("data", (chunk) => {
      said += chunk;
      const found = said.match(/(http:\/\/[^\s/]+\/graphql)\s/);
      if (found) resolve(found[1]);
    });
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}:\n${said}`)));
  });
  return { server, url };
}

for (const [profile, options] of [["demo", ["--demo"]], ["production", []]]) {
  test(`every audit of GraphQL over HTTP passes in ${profile}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "entente-audits-"));
    const { server, url } = await started(folder, options);
    try {
      const audits = serverAudits({ url, fetchFn: fetch });
      const short = [];
      let ok = 0;
      for (const audit of audits) {
        const result = await audit.fn();
        if (result.status === "ok") ok += 1;
        else short.push(`${result.status} ${audit.id} ${audit.name}: ${result.reason}`);
      }
      assert.deepEqual(short, []);
      assert.equal(ok, 61);
      console.log(`${profile}: ${ok} of ${audits.length}`);
    } finally {
      const ended = once(server, "exit");
      server.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    }
  });
}
