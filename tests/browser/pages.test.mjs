// Walks the pages as a person would: a real server with the sample, a real Chromium, both languages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start, violations } from "./running.mjs";

let running, browser, origin;

before(async () => {
  running = await start(18000);
  ({ browser, origin } = running);
  for (const language of ["en", "fr"]) await drawn(language);
});

// A page does not wait long for a chart that was never drawn before: the next one has it.
async function drawn(language) {
  for (let times = 0; times < 600; times += 1) {
    if ((await (await fetch(`${origin}/${language}`)).text()).includes('class="chart wide"')) return;
    await new Promise((resolve) => { setTimeout(resolve, 500); });
  }
  assert.fail(`no chart in ${language}`);
}

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
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      const chart = national.locator("svg.chart:visible");
      assert.equal(await chart.count(), 1, "one of the two widths is shown");
      assert.match(await chart.getAttribute("class"), width === 320 ? /narrow/ : /wide/);
      for (const [mark, pieces] of Object.entries({ sure: 3, hatched: 1, open: 1 })) {
        assert.equal(await chart.locator(`.${mark}_marks path`).count(), pieces);
      }
      const bar = chart.locator(".sure_marks path").first();
      const fill = await bar.evaluate((drawn) => getComputedStyle(drawn).fill);
      assert.notEqual(fill, "rgb(76, 120, 168)", "the style sheet paints it, not the renderer");
      assert.ok((await chart.locator("text").first().evaluate((words) => words.getBoundingClientRect().height)) > 12);
      assert.match(
        await chart.locator(".role-axis-label").textContent(),
        /^0/,
        "the axis begins at zero",
      );
      assert.deepEqual(await violations(page), []);
    }
    await page.setViewportSize({ width: 320, height: 800 });
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
