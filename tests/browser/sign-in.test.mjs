// From an invitation to a member's own data and out again, as a person does it, by keyboard and in both languages.
import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { start, violations } from "./running.mjs";

const BODY = "fictionville";
const FUNDER = "ircc";
const SHOTS = process.env.BROWSER_SCREENSHOTS;
const PASSWORD = "quatre mots sans apprêt";
const MEMBERS_ONLY = `{ partnership(slug: "${BODY}") { dueList(withinDays: 366) { recordId } } }`;

let running;

before(async () => {
  running = await start(18010);
});

after(async () => {
  await running?.stop();
});

// RFC 6238 with the parameters that every authenticator takes for granted.
function codeOf(secret, step = Math.floor(Date.now() / 30000)) {
  const bits = [...secret.replaceAll(/\s/g, "")]
    .map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac("sha1", key).update(counter).digest();
  const number = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

function path(page) {
  return new URL(page.url()).pathname;
}

async function asked(page, query) {
  return page.evaluate(async (given) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify({ query: given }) });
    return answer.json();
  }, query);
}

// What is focused is typed into, so that everything goes by keyboard alone.
async function fill(page, label, text) {
  await page.getByLabel(label, { exact: true }).focus();
  await page.keyboard.type(text);
}

// Whoever has signed out is told who may see the page; the browser reports its 403, which is not wrong.
async function closedTo(page, address, title) {
  page.removeAllListeners("console");
  await page.goto(address);
  assert.equal(await page.textContent("h1"), title);
  assert.equal(await page.locator("main h3").count(), 0);
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${await page.getAttribute("html", "lang")}-closed.png`) });
  return violations(page);
}

async function asFunder() {
  const token = (await running.run("token", "create", FUNDER, "--role", "programme_officer", "--name", "walk")).trim();
  const answer = await fetch(`${running.origin}/graphql`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ query: `{ partnership(slug: "${BODY}") { submissions(first: 1) { totalCount } } }` }),
  });
  assert.equal(answer.status, 200);
}

const WORDS = {
  fr: {
    exceptions: {
      plans: `/fr/partenariats/${BODY}/plans`, here: "Exceptions de ce partenariat", title: "Exceptions",
      kind: "Type", every: "", show: "Afficher", closed: "Réservé aux membres",
    },
    readings: {
      here: "Qui a consulté les dossiers de ce partenariat", title: "Qui a consulté de l’extérieur",
      by: "Champs demandés",
    },
    invitation: "Invitation", choose: "Choisissez un mot de passe", again: "Le même mot de passe, une seconde fois",
    enrol: "Configurer une application d’authentification", first: "Le code qu’elle affiche maintenant",
    kept: "Je les ai conservés : continuer", account: "Mon compte", out: "Se déconnecter",
    signIn: "Connexion", email: "Adresse courriel", password: "Mot de passe", code: "Code à six chiffres",
    refused: "Erreur\u00a0: Cette adresse courriel et ce mot de passe ne vont pas ensemble ici.",
    places: ["/fr/connexion", "/fr/connexion/second-facteur", "/fr/compte", "/fr/connexion/code"],
    other: "English", otherSignIn: "/en/sign-in",
  },
  en: {
    exceptions: {
      plans: `/en/partnerships/${BODY}/plans`, here: "Exceptions of this partnership", title: "Exceptions",
      kind: "Kind", every: "", show: "Show", closed: "For members only",
    },
    readings: {
      here: "Who read this partnership’s records from outside", title: "Who read from outside",
      by: "Fields asked for",
    },
    invitation: "You are invited", choose: "Choose a password", again: "The same password again",
    enrol: "Set up an authenticator", first: "The code that it shows now",
    kept: "I have kept them: continue", account: "My account", out: "Sign out",
    signIn: "Sign in", email: "E-mail address", password: "Password", code: "Code of six digits",
    refused: "Error: This e-mail address and this password do not belong together here.",
    places: ["/en/sign-in", "/en/sign-in/second-factor", "/en/account", "/en/sign-in/code"],
    other: "Français", otherSignIn: "/fr/connexion",
  },
};

for (const [language, words] of Object.entries(WORDS)) {
  test(`somebody who is invited in ${language} signs in, reads as a member, and signs out`, async () => {
    const email = `${randomUUID()}@example.org`;
    const link = await running.run(
      "account", "invite", "--body", BODY, "--role", "coordinator", "--lang", language, email,
    );
    const context = await running.browser.newContext({ locale: `${language}-CA`, viewport: { width: 320, height: 700 } });
    const page = await context.newPage();
    const [signIn, enrol, account, second] = words.places;
    const wrong = [];
    page.on("console", (message) => {
      // What is refused below, on purpose, is answered 401 or 403, which the browser reports.
      if (message.type() === "error" && !/status of 40[13]/.test(message.text())) wrong.push(message.text());
    });
    const isFine = async () => {
      assert.equal(await page.getAttribute("html", "lang"), `${language}-CA`);
      assert.deepEqual(await violations(page), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), "it reflows at 320 pixels");
    };

    await page.goto(link);
    assert.equal(await page.textContent("h1"), words.invitation);
    assert.ok((await page.textContent("main")).includes(email));
    await isFine();
    await fill(page, words.choose, PASSWORD);
    await fill(page, words.again, PASSWORD);
    await page.keyboard.press("Enter");

    await page.waitForURL(`**${enrol}`);
    assert.equal(await page.textContent("h1"), words.enrol);
    assert.ok(await page.evaluate(() => document.querySelector("img.scan").naturalWidth > 100), "the image is there");
    await isFine();
    assert.equal((await asked(page, MEMBERS_ONLY)).code, "second_factor_missing");
    const secret = await page.textContent("#key");
    await fill(page, words.first, codeOf(secret));
    await page.keyboard.press("Enter");

    await page.getByText(words.kept).waitFor();
    assert.equal(await page.locator(".codes li").count(), 10);
    await isFine();
    await page.getByText(words.kept).click();

    await page.waitForURL(`**${account}`);
    assert.equal(await page.textContent("h1"), words.account);
    assert.ok((await page.textContent("main")).includes(email));
    await isFine();
    const read = await asked(page, MEMBERS_ONLY);
    assert.ok(read.data.partnership.dueList.length > 0, JSON.stringify(read));

    // Exceptions: from the plans of the partnership, narrowed to a kind, and to the step that one is about.
    const { plans, here, title, kind, every, show, closed } = words.exceptions;
    const browsing = await context.newPage();
    browsing.on("console", (message) => { if (message.type() === "error") wrong.push(message.text()); });
    await browsing.goto(running.origin + plans);
    await browsing.getByRole("link", { name: here, exact: true }).click();
    assert.equal(await browsing.textContent("h1"), title);
    assert.equal(await browsing.getAttribute("html", "lang"), `${language}-CA`);
    assert.ok((await browsing.locator("main h3").count()) > 0, "some were found");
    assert.deepEqual(await violations(browsing), []);
    assert.ok(await browsing.evaluate(() => document.documentElement.scrollWidth <= 320), "it reflows at 320 pixels");
    if (SHOTS) {
      await browsing.screenshot({ path: join(SHOTS, `${language}-exceptions-narrow.png`), fullPage: true });
      await browsing.setViewportSize({ width: 1000, height: 800 });
      await browsing.screenshot({ path: join(SHOTS, `${language}-exceptions.png`), fullPage: true });
      await browsing.setViewportSize({ width: 320, height: 700 });
    }
    const first = await browsing.locator("main h3").first().getAttribute("id");
    await browsing.getByLabel(kind, { exact: true }).selectOption(first);
    await browsing.getByRole("button", { name: show, exact: true }).press("Enter");
    await browsing.waitForURL(`**kind=${first}*`);
    assert.equal(await browsing.locator("main h3").count(), 1);
    assert.notEqual(await browsing.getByLabel(kind, { exact: true }).inputValue(), every);
    const exceptions = browsing.url();

    // Who read from outside: a funder has asked just now.
    await asFunder();
    const { readings } = words;
    await browsing.goto(running.origin + plans);
    await browsing.getByRole("link", { name: readings.here, exact: true }).click();
    assert.equal(await browsing.textContent("h1"), readings.title);
    assert.ok((await browsing.textContent("main")).includes(readings.by));
    assert.ok((await browsing.locator("main .timeline li").count()) > 0, "the reading is there");
    assert.deepEqual(await violations(browsing), []);
    assert.ok(await browsing.evaluate(() => document.documentElement.scrollWidth <= 320), "it reflows at 320 pixels");
    if (SHOTS) await browsing.screenshot({ path: join(SHOTS, `${language}-readings.png`), fullPage: true });
    const looked = browsing.url();

    await page.getByRole("button", { name: words.out, exact: true }).press("Enter");
    await page.waitForURL(`**${signIn}`);
    wrong.push(...(await closedTo(browsing, looked, closed)));
    wrong.push(...(await closedTo(browsing, exceptions, closed)));
    await browsing.close();
    const stranger = await asked(page, MEMBERS_ONLY);
    assert.ok(!stranger.data?.partnership?.dueList?.length, JSON.stringify(stranger));

    await isFine();
    await fill(page, words.email, email);
    await fill(page, words.password, "un autre mot de passe");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    assert.ok((await page.getByRole("alert").textContent()).startsWith(words.refused));
    assert.equal(await page.getByLabel(words.email).getAttribute("aria-invalid"), "true");
    await isFine();
    await fill(page, words.password, PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL(`**${second}`);
    await isFine();
    // The code of the next step: that of now was used to set the authenticator up.
    await fill(page, words.code, codeOf(secret, Math.floor(Date.now() / 30000) + 1));
    await page.keyboard.press("Enter");
    await page.waitForURL(`**${account}`);
    await page.getByRole("button", { name: words.out, exact: true }).click();
    await page.waitForURL(`**${signIn}`);
    await page.getByText(words.other).click();
    assert.equal(path(page), words.otherSignIn);
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

test("the login that the terminal shows opens the demonstration", async () => {
  const [, email, password] = running.said.match(/(demo@example\.org) · (\S+)/);
  const [, code] = running.said.match(/codes à usage unique: (\S+)/);
  const page = await running.browser.newPage({ locale: "fr-CA" });

  await page.goto(`${running.origin}/fr/connexion`);
  assert.ok((await page.getByRole("complementary").textContent()).startsWith("Démonstration"));
  await fill(page, WORDS.fr.email, email);
  await fill(page, WORDS.fr.password, password);
  await page.keyboard.press("Enter");
  await page.getByText("Je n’ai pas mon application d’authentification").click();
  await fill(page, "Code de secours", code);
  await page.keyboard.press("Enter");

  await page.waitForURL("**/fr/compte");
  assert.ok((await page.textContent("main")).includes(email));
  assert.deepEqual(await violations(page), []);
  await page.close();
});

for (const [language, words, code] of [
  ["fr", { ...WORDS.fr, add: "Ajouter une clé d’accès", use: "Se connecter par une clé d’accès", remove: "Retirer", lost: "Je n’ai pas mon application d’authentification", recovery: "Code de secours" }, 1],
  ["en", { ...WORDS.en, add: "Add a passkey", use: "Sign in with a passkey", remove: "Remove", lost: "I do not have my authenticator", recovery: "Recovery code" }, 2],
]) {
  test(`a passkey is added and signs in by itself, in ${language}`, async () => {
    const [, email, password] = running.said.match(/(demo@example\.org) · (\S+)/);
    const codes = running.said.match(/codes à usage unique: (.*)/)[1].split(" ");
    const context = await running.browser.newContext({ locale: `${language}-CA` });
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true,
        isUserVerified: true, automaticPresenceSimulation: true,
      },
    });
    const [signIn, , account] = words.places;
    // A passkey is bound to a name, which 127.0.0.1 is not.
    const origin = running.origin.replace("127.0.0.1", "localhost");

    await page.goto(origin + signIn);
    await fill(page, words.email, email);
    await fill(page, words.password, password);
    await page.keyboard.press("Enter");
    await page.getByText(words.lost).click();
    await fill(page, words.recovery, codes[code]);
    await page.keyboard.press("Enter");
    await page.waitForURL(`**${account}`);
    await page.getByRole("button", { name: words.add }).press("Enter");
    await page.getByRole("button", { name: words.remove }).first().waitFor();
    assert.deepEqual(await violations(page), []);
    await page.getByRole("button", { name: words.out, exact: true }).click();

    await page.waitForURL(`**${signIn}`);
    assert.deepEqual(await violations(page), []);
    await page.getByRole("button", { name: words.use }).press("Enter");
    await page.waitForURL(`**${account}`);
    assert.ok((await page.textContent("main")).includes(email));
    const read = await asked(page, MEMBERS_ONLY);
    assert.ok(read.data.partnership.dueList.length > 0, JSON.stringify(read));
    await page.getByRole("button", { name: words.remove }).first().click();
    await page.getByRole("button", { name: words.out, exact: true }).click();

    await page.waitForURL(`**${signIn}`);
    await page.getByRole("button", { name: words.use }).click();
    await page.getByRole("alert").waitFor();
    assert.equal(path(page), signIn);
    await context.close();
  });
}

for (const [address, label, button, said] of [
  ["/fr/connexion/oubli", "Adresse courriel", "Envoyer le lien", "Si cette adresse a un compte"],
  ["/en/sign-in/forgotten", "E-mail address", "Send the link", "If this address has an account"],
]) {
  test(`a link for a forgotten password is asked for at ${address}, without a barrier`, async () => {
    const page = await running.browser.newPage({ viewport: { width: 320, height: 700 } });

    await page.goto(running.origin + address);
    assert.deepEqual(await violations(page), []);
    await fill(page, label, "nobody@example.org");
    await page.getByRole("button", { name: button }).press("Enter");

    await page.getByRole("status").waitFor();
    assert.ok((await page.getByRole("status").textContent()).startsWith(said));
    assert.deepEqual(await violations(page), []);
    await page.close();
  });
}
