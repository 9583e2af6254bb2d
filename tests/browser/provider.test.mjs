// Signing in at an organisation's own service, end to end: a real provider, a real browser, both languages.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { CLIENT, SECRET, TWO_FACTORS, issue } from "./issuing.mjs";
import { start, violations } from "./running.mjs";

const BODY = "fictionville";
const NAME = "ville";
const PASSWORD = "quatre mots sans apprêt";
const MEMBERS_ONLY = `{ partnership(slug: "${BODY}") { dueList(withinDays: 366) { recordId } } }`;

let running;
let provider;

before(async () => {
  running = await start(18014);
  const [back, signedOut] = ["return", "signed-out"].map((end) => `${running.origin}/sign-in/${NAME}/${end}`);
  provider = await issue([back], [signedOut]);
  const said = await running.run(
    "provider", "set", NAME, "--body", BODY, "--issuer", provider.issuer, "--client-id", CLIENT,
    "--label-fr", "Ville d’Essai", "--label-en", "City of Tests", "--domain", "example.org",
    "--require-acr", TWO_FACTORS, "--second-acr", TWO_FACTORS, "--secret-stdin",
    { stdin: SECRET },
  );
  assert.equal(said, `${back}\n${signedOut}`);
  assert.match(await running.run("provider", "check", NAME), new RegExp(`^${provider.issuer}  1 keys`));
});

after(async () => {
  await provider?.stop();
  await running?.stop();
});

const WORDS = {
  fr: {
    signIn: "/fr/connexion", account: "/fr/compte", there: "Se connecter avec Ville d’Essai",
    link: "Associer mon identifiant chez Ville d’Essai", go: "Continuer vers Ville d’Essai", out: "Se déconnecter",
    via: "Cette session a été ouverte par Ville d’Essai", linked: "Ville d’Essai, associé le",
    unknown: "Erreur\u00a0: Cet identifiant n’ouvre aucun compte ici.", password: "Choisissez un mot de passe",
    again: "Le même mot de passe, une seconde fois", create: "Créer mon compte",
    signedOut: "Session fermée", outThere: "Se déconnecter aussi chez Ville d’Essai",
    both: "vous revenez de la déconnexion chez Ville d’Essai", anew: "Se connecter de nouveau",
  },
  en: {
    signIn: "/en/sign-in", account: "/en/account", there: "Sign in with City of Tests",
    link: "Link my login with City of Tests", go: "Go on to City of Tests", out: "Sign out",
    via: "This session was opened by City of Tests", linked: "City of Tests, linked on",
    unknown: "Error: That login opens no account here.", password: "Choose a password",
    again: "The same password again", create: "Create my account",
    signedOut: "Signed out", outThere: "Sign out at City of Tests too",
    both: "you have come back from signing out at City of Tests", anew: "Sign in again",
  },
};

async function invited(page, role, language, words) {
  const email = `p-${randomUUID()}@example.org`;
  await page.goto(await running.run("account", "invite", email, "--body", BODY, "--role", role, "--lang", language));
  await page.getByLabel(words.password, { exact: true }).fill(PASSWORD);
  await page.getByLabel(words.again, { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: words.create }).click();
  return email;
}

async function asWhom(page, login) {
  await page.waitForURL(`${provider.issuer}/**`);
  await page.getByLabel("Login").fill(login);
  await page.keyboard.press("Enter");
}

// The organisation's service remembers whom it let in; without its cookies it asks anew.
async function forgottenThere(page) {
  await page.context().clearCookies({ name: /^_/ });
}

async function by(language) {
  const context = await running.browser.newContext({ locale: `${language}-CA`, viewport: { width: 320, height: 700 } });
  return context.newPage();
}

async function readsAsMember(page) {
  const read = await page.evaluate(async (query) => {
    const headers = { "content-type": "application/json" };
    return (await fetch("/graphql", { method: "POST", headers, body: JSON.stringify({ query }) })).json();
  }, MEMBERS_ONLY);
  return Boolean(read.data?.partnership?.dueList?.length);
}

for (const [language, words] of Object.entries(WORDS)) {
  test(`a login of the organisation is linked, and signs in by keyboard, in ${language}`, async () => {
    const page = await by(language);
    const login = `a-login-${randomUUID()}`;
    await invited(page, "member", language, words);
    await page.waitForURL(`**${words.account}`);
    assert.deepEqual(await violations(page), []);
    await page.getByRole("button", { name: words.link }).press("Enter");
    assert.deepEqual(await violations(page), []);
    await page.getByRole("link", { name: words.go }).press("Enter");
    await asWhom(page, login);
    await page.waitForURL(`**${words.account}`);
    assert.ok((await page.textContent("main")).includes(words.linked));
    assert.deepEqual(await violations(page), []);
    await page.getByRole("button", { name: words.out, exact: true }).click();
    await page.waitForURL(`**${words.signIn}`);
    assert.ok(!(await readsAsMember(page)));

    assert.deepEqual(await violations(page), []);
    await forgottenThere(page);
    await page.getByRole("link", { name: words.there }).press("Enter");
    await asWhom(page, login);

    await page.waitForURL(`**${words.account}`);
    assert.ok((await page.textContent("main")).includes(words.via));
    assert.ok(await readsAsMember(page));
    assert.deepEqual(await violations(page), []);

    // Out of both: here at once, and there by the link, from which one comes back. Both ask who one is then.
    await page.getByRole("button", { name: words.out, exact: true }).press("Enter");
    await page.getByRole("heading", { name: words.signedOut, exact: true }).waitFor();
    assert.ok(!(await readsAsMember(page)));
    assert.deepEqual(await violations(page), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), "it reflows at 320 pixels");
    await page.getByRole("link", { name: words.outThere, exact: true }).press("Enter");
    await page.waitForURL(`${provider.issuer}/**`);
    await page.locator("button[value=yes]").press("Enter");
    await page.waitForURL(`${running.origin}/sign-in/${NAME}/signed-out**`);
    assert.equal(await page.getAttribute("html", "lang"), `${language}-CA`);
    assert.ok((await page.textContent("main")).includes(words.both));
    assert.deepEqual(await violations(page), []);
    await page.getByRole("link", { name: words.anew, exact: true }).press("Enter");
    await page.getByRole("link", { name: words.there }).press("Enter");
    await page.waitForURL(`${provider.issuer}/**`);
    await page.getByLabel("Login").waitFor();
    await page.context().close();
  });

  test(`a verified address opens a coordinator’s account by two factors shown there, a login of nobody none, in ${language}`, async () => {
    const page = await by(language);
    const email = await invited(page, "coordinator", language, words);
    await page.context().clearCookies();
    await page.goto(`${running.origin}${words.signIn}?next=${words.account}`);
    await page.getByRole("link", { name: words.there }).click();
    await asWhom(page, "nobody|nobody@example.org");
    await page.getByRole("alert").waitFor();
    assert.ok((await page.getByRole("alert").textContent()).startsWith(words.unknown));
    assert.equal(await page.getAttribute("html", "lang"), `${language}-CA`);
    assert.deepEqual(await violations(page), []);
    const spent = page.url();
    await forgottenThere(page);

    await page.getByRole("link", { name: words.there }).click();
    await asWhom(page, `subject-of-${email}|${email}`);

    await page.waitForURL(`**${words.account}`);
    assert.ok(await readsAsMember(page));
    const again = await page.goto(spent);
    assert.equal(again.status(), 403);
    await page.context().close();
  });
}
