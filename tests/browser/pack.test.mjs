// The verifier's page as it lies in a pack: opened from disk in a real Chromium, it checks the shared vectors without
// opening a single connection.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { launched, violations } from "./running.mjs";

const PYTHON = process.env.ENTENTE_PYTHON ?? ".venv/bin/python";
const VECTORS = "tests/golden/audit";

let browser, folder, address, index;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "entente-pack-"));
  const program = "import sys; from services.audit.pack import page; sys.stdout.buffer.write(page())";
  const { stdout } = await promisify(execFile)(PYTHON, ["-c", program], { encoding: "buffer" });
  const file = join(folder, "verify.html");
  await writeFile(file, stdout);
  address = pathToFileURL(file).href;
  index = JSON.parse(await readFile(join(VECTORS, "index.json"), "utf8"));
  browser = await launched();
});

after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

async function opened() {
  const page = await browser.newPage();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(address);
  return { page, asked };
}

test("the page says of every shared vector what verify.py said, and asks nothing of any network", async () => {
  const { page, asked } = await opened();
  for (const vector of index) {
    const seen = [];
    for (const [number, note] of vector.seen.entries()) {
      const file = join(folder, `seen-${number}`);
      await writeFile(file, note);
      seen.push(file);
    }
    await page.setInputFiles("#pack", join(VECTORS, vector.file));
    await page.setInputFiles("#seen", seen);
    await page.fill("#vkey", vector.vkey ?? "");
    await page.evaluate(() => (document.getElementById("details").textContent = ""));
    await page.click("button");
    await page.waitForFunction(() => document.getElementById("details").textContent !== "");
    const said = JSON.parse(await page.textContent("#details"));
    assert.deepEqual(said, vector.verdict, vector.file);
    const line = vector.verdict.sound ? "Sound · Conforme" : "Not sound · Non conforme";
    assert.equal(await page.textContent("#verdict"), line);
  }
  assert.deepEqual(asked, [address]);
});

test("the page could not reach a network if it wanted to", async () => {
  const { page } = await opened();
  const outcome = await page.evaluate(() => fetch("http://127.0.0.1:9/").then(() => "reached", () => "refused"));
  assert.equal(outcome, "refused");
  const policy = await page.getAttribute('meta[http-equiv="Content-Security-Policy"]', "content");
  assert.match(policy, /^default-src 'none';/);
});

test("axe finds nothing on the page", async () => {
  const context = await browser.newContext({ bypassCSP: true }); // for axe's own script
  const page = await context.newPage();
  await page.goto(address);
  assert.deepEqual(await violations(page), []);
});
