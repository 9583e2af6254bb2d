// Walks the pages as a person would: a real server with the sample, a real Chromium, both languages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start, violations } from "./running.mjs";

let running, browser, origin;

before(async () => {
  running = await start(18000);
  ({ browser, origin } = running);
});

after(async () => {
  await running?.stop();
});

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
    assert.equal(await page.locator("section[aria-labelledby=partnerships] tbody tr").count(), 45);
    const national = page.locator("section[aria-labelledby=national]");
    assert.deepEqual(
      await national.locator("svg rect[y]").evaluateAll((found) => found.map((one) => one.getAttribute("class"))),
      ["sure", "sure", "open", "hatched", "sure"],
    );
    assert.equal(await national.locator("tbody tr").count(), 4);
    await national.locator("summary").click();
    const answer = await page.request.get(origin + (await national.locator("details a").getAttribute("href")));
    assert.equal((await answer.json()).data.indicatorComparison.total.low, "1198");
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
