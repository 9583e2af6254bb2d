"use strict";
(() => {
  const page = document.body.dataset;
  const field = (id) => document.getElementById(id);
  const [form, example, query, variables, status, result] =
    ["form", "example", "query", "variables", "status", "result"].map(field);
  let latest = 0;

  async function run() {
    let values;
    try {
      values = JSON.parse(variables.value.trim() || "{}");
    } catch {
      status.textContent = page.badJson;
      variables.focus();
      return;
    }
    const mine = ++latest;
    status.textContent = page.running;
    try {
      const answer = await fetch(page.endpoint, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
        body: JSON.stringify({ query: query.value, variables: values }),
      });
      const body = await answer.json();
      if (mine !== latest) return;
      result.textContent = JSON.stringify(body, null, 2);
      status.textContent = `${page.done} ${answer.status}`;
    } catch {
      if (mine === latest) status.textContent = page.failed;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run();
    }
  });

  fetch(`${page.assets}/examples.json`).then((answer) => answer.json()).then((examples) => {
    const language = document.documentElement.lang;
    for (const [place, one] of examples.entries()) example.add(new Option(one.title[language], String(place)));
    const show = () => {
      const one = examples[Number(example.value)];
      query.value = one.query;
      variables.value = JSON.stringify(one.variables, null, 2);
    };
    example.addEventListener("change", show);
    show();
  }).catch(() => { example.disabled = true; });
})();
