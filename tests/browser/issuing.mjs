// A real provider of OpenID Connect on this machine, as an organisation runs one: it insists on PKCE.
import { createServer } from "node:http";
import Provider from "oidc-provider";

export const CLIENT = "entente";
export const SECRET = "a secret of the client, with + and %";
export const TWO_FACTORS = "urn:test:two";

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Organisation</title><h1>Organisation</h1>
<form method="post"><label>Login <input name="login" autofocus></label> <button>Continue</button></form></html>`;

async function loginOf(request) {
  let body = "";
  for await (const part of request) body += part;
  return new URLSearchParams(body).get("login");
}

// Whoever signs in is whom they type: a subject and, after a bar, an address that the organisation has verified.
export async function issue(returnUrls, signedOutUrls = []) {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: CLIENT, client_secret: SECRET, redirect_uris: returnUrls, post_logout_redirect_uris: signedOutUrls, grant_types: ["authorization_code"],
      response_types: ["code"], token_endpoint_auth_method: "client_secret_post",
    }],
    acrValues: [TWO_FACTORS],
    claims: { openid: ["sub"], email: ["email", "email_verified"], acr: null },
    cookies: { keys: ["of a test"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
    async findAccount(_, id) {
      const [, email] = id.split("|");
      return { accountId: id, claims: async () => ({ sub: id, email, email_verified: Boolean(email) }) };
    },
    // The organisation has agreed for its people; nobody is asked.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope("openid email");
      await grant.save();
      return grant;
    },
  });
  const serve = provider.callback();
  server.on("request", async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return serve(request, response);
    if (request.method === "GET") return response.setHeader("content-type", "text/html").end(PAGE);
    const login = { accountId: await loginOf(request), acr: TWO_FACTORS, remember: false };
    return provider.interactionFinished(request, response, { login });
  });
  return { issuer, stop: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }) };
}
