// Passkeys need a script: only a script may ask the browser for one. Without it, the password is there.
const place = document.querySelector("[data-passkey]");
const button = place?.querySelector("button");
const refused = place?.querySelector("[role=alert]");

async function sent(address, body) {
  const headers = { "content-type": "application/json", "x-entente-form": place.dataset.form };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  if (answer.redirected) location.assign(answer.url); // to say once more who one is
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer;
}

async function run() {
  refused.hidden = true;
  try {
    const options = await (await sent(place.dataset.options, {})).json();
    const credential =
      place.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    const answer = await sent(place.dataset.answer, credential.toJSON());
    location.assign((await answer.json()).onwards);
  } catch {
    refused.hidden = false;
  }
}

// A passkey is bound to a name: at a bare address there can be none.
const isNamed = !/^[\d.]+$|:/.test(location.hostname);
if (place && isNamed && globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON) {
  place.hidden = false;
  button.addEventListener("click", run);
}
