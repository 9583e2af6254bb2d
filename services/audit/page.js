document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const verdictLine = document.getElementById("verdict");
  const details = document.getElementById("details");
  verdictLine.textContent = "…";
  details.textContent = "";
  const bytes = new Uint8Array(await document.getElementById("pack").files[0].arrayBuffer());
  const vkey = document.getElementById("vkey").value.trim() || null;
  const seen = await Promise.all([...document.getElementById("seen").files].map((file) => file.text()));
  try {
    const found = await entente.verdict(bytes, { vkey, seen });
    verdictLine.textContent = found.sound ? "Sound · Conforme" : "Not sound · Non conforme";
    details.textContent = JSON.stringify(found, null, 2);
  } catch (error) {
    verdictLine.textContent = "This browser cannot check Ed25519; use verify.py · Ce navigateur ne sait pas vérifier Ed25519; utilisez verify.py";
    details.textContent = String(error);
  }
});
