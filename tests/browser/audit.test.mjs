// An auditor's path, in both languages: from the register to a plan, along its steps, over both clocks, to a pack that
// is downloaded and verified in the page.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { start, violations } from "./running.mjs";

const SHOTS = process.env.BROWSER_SCREENSHOTS;
const SLUG = "fictionville";

let running, browser, folder, origin;

before(async () => {
  running = await start(18200);
  ({ browser, folder, origin } = running);
});

after(async () => {
  await running?.stop();
});

// A token as an operator makes it for a member; the pages have no login of their own yet.
async function token(role) {
  const said = await running.run("token", "create", SLUG, "--role", role, "--name", "browser walk");
  return said.match(/ente_[A-Za-z0-9_-]{43}/)[0];
}

async function checked(page, name) {
  assert.deepEqual(await violations(page), []);
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

const WORDS = {
  en: {
    partnership: "Fictionville and Area Local Immigration Partnership",
    plan: "Settlement Strategy 2025-2028", step: /^Step \d+$/, adopted: /^Revision 2 adopted: /,
    why: /by decision 2026-\d+ of .*quorum: .*present.*reached/s, changed: "What this revision changed",
    refused: "Which moment is meant?", show: "Show", inForce: /revision 1, adopted on/i,
    download: "Download the pack", verify: "Check a pack in the browser", compare: "Compare", between: "From revision 1 to revision 2",
  },
  fr: {
    partnership: "Partenariat local en immigration de Fictionville et des environs",
    plan: "Stratégie d’établissement 2025-2028", step: /^Étape \d+$/, adopted: /^Révision 2 adoptée\s: /,
    why: /par la décision 2026-\d+ du .*quorum\s: .*présents.*atteint/s, changed: "Ce que cette révision a changé",
    refused: "De quel moment s’agit-il?", show: "Afficher", inForce: /la révision 1, adoptée le/i,
    download: "Télécharger le dossier", verify: "Vérifier un dossier dans le navigateur", compare: "Comparer", between: "De la révision 1 à la révision 2",
  },
};

for (const language of ["en", "fr"]) {
  test(`an auditor's path in ${language}: a plan, its steps, both clocks, a pack, verified`, async () => {
    const words = WORDS[language];
    const context = await browser.newContext({ locale: `${language}-CA`, acceptDownloads: true, bypassCSP: false });
    const page = await context.newPage();
    const outside = [];
    const refused = [];
    page.on("request", (request) => { if (!request.url().startsWith(origin)) outside.push(request.url()); });
    page.on("console", (message) => { if (message.type() === "error") refused.push(message.text()); });

    // Open a plan.
    await page.goto(`${origin}/${language}`);
    await page.getByRole("link", { name: words.partnership, exact: true }).first().click();
    await checked(page, `${language}-plans`);
    await page.getByRole("link", { name: words.plan, exact: true }).click();
    assert.equal(await page.getAttribute("html", "lang"), `${language}-CA`);
    assert.equal((await page.textContent("h1")).trim().startsWith(words.plan), true);
    await checked(page, `${language}-plan`);

    // Step to the revision and read why; go back a step and forward again.
    const item = page.locator(".timeline > li").filter({ hasText: words.adopted.source.includes("Revision") ? "Revision 2 adopted" : "Révision 2 adoptée" });
    await item.locator("h3 a").click();
    const step = page.locator("section.step");
    assert.match((await step.locator("h2").innerText()).replace(/\s+\S+$/, ""), words.step);
    assert.match(await step.locator("p").first().innerText(), words.adopted);
    assert.match(await step.innerText(), words.why);
    assert.ok((await step.innerText()).includes(words.changed));
    assert.ok((await step.locator(".changes > li").count()) > 0);
    await checked(page, `${language}-step`);
    const wide = page.viewportSize();
    await page.setViewportSize({ width: 320, height: 700 });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), "it reflows at 320 pixels");
    await page.setViewportSize(wide);
    const here = await step.locator("h2").innerText();
    await step.locator("a[rel=prev]").click();
    assert.notEqual(await step.locator("h2").innerText(), here);
    await step.locator("a[rel=next]").click();
    assert.equal(await step.locator("h2").innerText(), here);

    // The difference of two revisions.
    await page.selectOption("#from", "1");
    await page.selectOption("#to", "2");
    await page.click(`button:has-text("${words.compare}")`);
    assert.equal(await page.textContent("#compared"), words.between);

    // Both clocks: the day of the first revision; then a bare date, which is refused with the moments it could mean.
    await page.fill("#effective", "2025-06-30");
    await page.click(`button:has-text("${words.show}")`);
    assert.match(await page.innerText("main"), words.inForce);
    const tomorrow = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
    await page.fill("#recorded", tomorrow);
    await page.click(`button:has-text("${words.show}")`);
    assert.equal(await page.textContent("h1"), words.refused);
    const offers = page.locator("main li a");
    const offered = await offers.first().textContent();
    assert.match(offered, new RegExp(`^${tomorrow}T23:59:59-0[45]:00$`)); // the partnership's own zone first
    assert.ok((await offers.count()) >= 6);
    await checked(page, `${language}-clocks`);
    await offers.first().click();
    assert.match(await page.innerText("main"), words.inForce);
    assert.equal(await page.inputValue("#recorded"), offered);

    // The pack at the clocks of the page, with a member's token.
    await page.fill("#token", await token("coordinator"));
    const coming = page.waitForEvent("download");
    await page.click(`button:has-text("${words.download}")`);
    const pack = join(folder, `${language}.zip`);
    await (await coming).saveAs(pack);
    const key = await (await page.request.get(origin + await page.locator("a[href$='/vkey']").getAttribute("href"))).text();

    // Verified in the page, which may open no connection.
    await page.click(`text=${words.verify}`);
    const address = page.url();
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.setInputFiles("#pack", pack);
    await page.fill("#vkey", key.trim());
    await page.click("button");
    await page.waitForFunction(() => document.getElementById("details").textContent !== "");
    assert.equal(await page.textContent("#verdict"), "Sound · Conforme");
    const verdict = JSON.parse(await page.textContent("#details"));
    assert.ok(verdict.plans >= 2);
    assert.deepEqual(asked, []);
    await checked(page, `${language}-verification`);
    assert.equal(page.url(), address);

    assert.deepEqual(outside, []);
    assert.deepEqual(refused.filter((one) => !one.includes("400 (Bad Request)") && !one.includes("404 (Not Found)")), []);
    await context.close();
  });
}

test("a pack is for members who see drafts: not for nobody, nor for another role", async () => {
  const address = `${origin}/en/partnerships/${SLUG}/pack`;
  const asked = async (form) => (await fetch(address, { method: "POST", body: new URLSearchParams(form) })).status;

  assert.equal(await asked({}), 401);
  assert.equal(await asked({ token: "ente_nonsense" }), 401);
  assert.equal(await asked({ token: await token("member") }), 403);
});
