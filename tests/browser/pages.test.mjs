// Walks the pages as a person would: a real server with the sample, a real Chromium, both languages.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

// What is no setting of the service must not reach it: it refuses to start.
const { ENTENTE_PROGRAM: ENTENTE = ".venv/bin/entente", ...inherited } = process.env;
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// Chromium must not look for the outside world: there is none where the tests run.
const FLAGS = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

let server, browser, folder, origin;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "entente-browser-"));
  server = spawn(ENTENTE, ["run", "--demo"], {
    env: { ...inherited, ENTENTE_INSTANCE_DIR: folder, PORT: "18000" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  origin = await new Promise((resolve, reject) => {
    let said = "";
    server.stdout.on("data", (chunk) => {
      said += chunk;
      const found = said.match(/(http:\/\/[^\s/]+)\/fr/);
      if (found) resolve(found[1]);
    });
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}:\n${said}`)));
  });
  const flags = process.getuid() === 0 ? [...FLAGS, "--no-sandbox"] : FLAGS;
  browser = await chromium.launch({ executablePath: CHROMIUM, args: flags });
});

after(async () => {
  await browser?.close();
  if (server?.exitCode === null) {
    const ended = once(server, "exit");
    server.kill("SIGTERM");
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
});

// The page forbids scripts that are not its own, which is the point; axe comes in through the debugger instead.
async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run());
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(", ")}`);
}

for (const [language, title, other] of [
  ["en", "The shared register of Canada’s immigration partnerships", "Français"],
  ["fr", "Le registre commun des partenariats canadiens en immigration", "English"],
]) {
  test(`the register in ${language}: said so, listed, switched, without a barrier`, async () => {
    const page = await browser.newPage({ locale: `${language}-CA`, viewport: { width: 320, height: 700 } });
    const outside = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(origin)) outside.push(request.url());
    });
    const refused = [];
    page.on("console", (message) => {
      if (message.type() === "error") refused.push(message.text());
    });

    await page.goto(`${origin}/`);

    assert.equal(new URL(page.url()).pathname, `/${language}`);
    assert.equal(await page.getAttribute("html", "lang"), `${language}-CA`);
    assert.equal(await page.textContent("h1"), title);
    assert.equal(await page.locator("tbody tr").count(), 45);
    assert.ok((await page.locator(".sample").count()) >= 4);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), "it reflows at 320 pixels");
    assert.deepEqual(await violations(page), []);
    await page.click(`text=${other}`);
    assert.equal(new URL(page.url()).pathname, language === "en" ? "/fr" : "/en");
    assert.deepEqual(outside, []);
    assert.deepEqual(refused, []);
    await page.close();
  });
}

test("the explorer runs an example by keyboard and shows the answer", async () => {
  const page = await browser.newPage();
  await page.goto(`${origin}/graphql/explorer`);
  assert.deepEqual(await violations(page), []);

  await page.focus("textarea");
  await page.keyboard.press("Control+Enter");

  const result = page.locator("pre, output, [role=status]").filter({ hasText: "totalCount" }).first();
  await result.waitFor();
  assert.match(await result.textContent(), /"slug"/);
  await page.close();
});
