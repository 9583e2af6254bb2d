// A real server with the sample, a real Chromium, and what holds a page to WCAG.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

// The program does not know this variable, and stops at those that it does not know.
const { ENTENTE_PROGRAM: ENTENTE = ".venv/bin/entente", ...ENVIRONMENT } = process.env;
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
// A busy machine is slow, which is no fault of the pages. It is met only by what never comes.
const PATIENCE_MS = 120_000;
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// Chromium must not look for the outside world: there is none where the tests run.
const FLAGS = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

export async function launched() {
  const args = process.getuid() === 0 ? [...FLAGS, "--no-sandbox"] : FLAGS;
  const browser = await chromium.launch({ executablePath: CHROMIUM, args, timeout: PATIENCE_MS });
  for (const name of ["newContext", "newPage"]) {
    const open = browser[name].bind(browser);
    browser[name] = async (...given) => {
      const opened = await open(...given);
      opened.setDefaultTimeout(PATIENCE_MS);
      return opened;
    };
  }
  return browser;
}

export async function start(port) {
  const folder = await mkdtemp(join(tmpdir(), "entente-browser-"));
  const env = { ...ENVIRONMENT, ENTENTE_INSTANCE_DIR: folder, PORT: String(port) };
  const server = spawn(ENTENTE, ["run", "--demo"], { env, stdio: ["ignore", "pipe", "inherit"] });
  let browser;

  async function stop() {
    await browser?.close();
    if (server.exitCode === null) {
      const ended = once(server, "exit");
      server.kill("SIGTERM");
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  }

  let said;
  try {
    said = await new Promise((resolve, reject) => {
      let text = "";
      server.stdout.on("data", (chunk) => {
        text += chunk;
        if (text.includes("Ctrl-C")) resolve(text);
      });
      server.on("exit", (code) => reject(new Error(`the server ended with ${code}:\n${text}`)));
    });
    browser = await launched();
  } catch (error) {
    await stop();
    throw error;
  }
  const origin = said.match(/(http:\/\/[^\s/]+)\/fr/)[1];

  // A last argument that is no word is what the program reads: { stdin }.
  async function run(...given) {
    const words = given.filter((one) => typeof one === "string");
    const { stdin = "" } = given.at(-1);
    const options = { env: { ...env, ENTENTE_PORT: new URL(origin).port, ENTENTE_PROFILE: "demo" } };
    const running = promisify(execFile)(ENTENTE, words, options);
    running.child.stdin.end(stdin);
    return (await running).stdout.trim();
  }

  return { browser, folder, origin, said, run, stop };
}

// The page forbids scripts that are not its own, which is the point; axe comes in through the debugger instead.
export async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run());
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(", ")}`);
}
