// Checks an audit pack of Entente in a browser or in Node, without any network: a second implementation, written
// from docs/proof.md, that agrees with verify.py on the vectors under tests/golden/audit.
"use strict";

const entente = (() => {
  const FORMAT = "entente.audit-pack.v1";
  const LABEL = "entente.event.v1\0";
  const HEADER = 73;
  const WITHHELD = 0xffffffff;
  const BUNDLE = 256;
  const TEXTS = ["README.txt", "dictionary.json", "verify.html", "verify.py"];
  const encoder = new TextEncoder();
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  class Unsound extends Error {
    constructor(code, at = "") {
      super(code);
      this.code = code;
      this.at = String(at);
    }
  }

  const fail = (code, at) => {
    throw new Unsound(code, at);
  };

  // --- SHA-256 (FIPS 180-4). WebCrypto's is asynchronous, and a log has three hashes an event.

  const K = new Uint32Array(64);
  const START = new Uint32Array(8);
  {
    const fraction = (value) => ((value - Math.floor(value)) * 2 ** 32) >>> 0;
    let found = 0;
    for (let number = 2; found < 64; number += 1) {
      let prime = true;
      for (let divisor = 2; divisor * divisor <= number; divisor += 1) prime = prime && number % divisor !== 0;
      if (!prime) continue;
      if (found < 8) START[found] = fraction(Math.sqrt(number));
      K[found] = fraction(Math.cbrt(number));
      found += 1;
    }
  }
  const W = new Uint32Array(64);

  function sha256(...parts) {
    let length = 0;
    for (const part of parts) length += part.length;
    const padded = new Uint8Array(((length + 72) >>> 6) << 6);
    let at = 0;
    for (const part of parts) {
      padded.set(part, at);
      at += part.length;
    }
    padded[length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 8, Math.floor(length / 2 ** 29));
    view.setUint32(padded.length - 4, (length << 3) >>> 0);
    let [a0, b0, c0, d0, e0, f0, g0, h0] = START;
    for (let block = 0; block < padded.length; block += 64) {
      for (let i = 0; i < 16; i += 1) W[i] = view.getUint32(block + 4 * i);
      for (let i = 16; i < 64; i += 1) {
        const x = W[i - 15];
        const y = W[i - 2];
        const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
      }
      let [a, b, c, d, e, f, g, h] = [a0, b0, c0, d0, e0, f0, g0, h0];
      for (let i = 0; i < 64; i += 1) {
        const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
        const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g;
        g = f;
        f = e;
        e = (d + t1) | 0;
        d = c;
        c = b;
        b = a;
        a = (t1 + t2) | 0;
      }
      a0 = (a0 + a) | 0;
      b0 = (b0 + b) | 0;
      c0 = (c0 + c) | 0;
      d0 = (d0 + d) | 0;
      e0 = (e0 + e) | 0;
      f0 = (f0 + f) | 0;
      g0 = (g0 + g) | 0;
      h0 = (h0 + h) | 0;
    }
    const digest = new Uint8Array(32);
    const out = new DataView(digest.buffer);
    [a0, b0, c0, d0, e0, f0, g0, h0].forEach((word, i) => out.setUint32(4 * i, word));
    return digest;
  }

  // --- Bytes and text

  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const same = (one, other) => one.length === other.length && one.every((byte, i) => byte === other[i]);

  function utf8(bytes, code, at) {
    try {
      return strict.decode(bytes);
    } catch {
      return fail(code, at);
    }
  }

  function base64(text, code) {
    let raw;
    try {
      raw = atob(text);
    } catch {
      return fail(code);
    }
    if (btoa(raw) !== text) fail(code);
    return Uint8Array.from(raw, (character) => character.charCodeAt(0));
  }

  function canonical(value) {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    const names = Object.keys(value).sort();
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  }

  const spelt = (value) => `${canonical(value)}\n`;

  function readJson(files, name) {
    const bytes = files.get(name) ?? fail("file", name);
    const text = utf8(bytes, "file", name);
    let value;
    try {
      value = JSON.parse(text);
    } catch {
      return fail("file", name);
    }
    if (spelt(value) !== text) fail("file", name);
    return value;
  }

  // --- The archive: a ZIP in one canonical spelling

  const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value >>> 0;
  });

  function crc32(bytes) {
    let value = 0xffffffff;
    for (let i = 0; i < bytes.length; i += 1) value = CRC[(value ^ bytes[i]) & 255] ^ (value >>> 8);
    return (value ^ 0xffffffff) >>> 0;
  }

  function packed(fields, name = new Uint8Array()) {
    const size = fields.reduce((sum, [width]) => sum + width, 0);
    const bytes = new Uint8Array(size + name.length);
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (const [width, value] of fields) {
      if (width === 2) view.setUint16(at, value, true);
      else view.setUint32(at, value, true);
      at += width;
    }
    bytes.set(name, at);
    return bytes;
  }

  const common = (crc, size, length) => [
    [2, 20], [2, 0x800], [2, 0], [2, 0], [2, 0x21], [4, crc], [4, size], [4, size], [2, length], [2, 0],
  ];

  function members(data) {
    const files = new Map();
    const central = [];
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    let at = 0;
    let last = "";
    while (at + 4 <= data.length && view.getUint32(at, true) === 0x04034b50) {
      if (at + 30 > data.length) fail("archive", at);
      const crc = view.getUint32(at + 14, true);
      const size = view.getUint32(at + 18, true);
      const start = at + 30 + view.getUint16(at + 26, true);
      const raw = data.subarray(at + 30, start);
      const content = data.subarray(start, start + size);
      const name = utf8(raw, "archive", at);
      const header = packed([[4, 0x04034b50], ...common(crc, size, raw.length)], raw);
      if (content.length !== size || !same(header, data.subarray(at, start)) || name <= last) fail("archive", at);
      if (crc32(content) !== crc) fail("archive", name);
      files.set(name, content);
      central.push(
        packed(
          [[4, 0x02014b50], [2, 20], ...common(crc, size, raw.length), [2, 0], [2, 0], [2, 0], [4, 0], [4, at]],
          raw,
        ),
      );
      at = start + size;
      last = name;
    }
    const size = central.reduce((sum, one) => sum + one.length, 0);
    const end = packed([
      [4, 0x06054b50], [2, 0], [2, 0], [2, central.length], [2, central.length], [4, size], [4, at], [2, 0],
    ]);
    let rest = at;
    for (const one of [...central, end]) {
      if (!same(one, data.subarray(rest, rest + one.length))) fail("archive", at);
      rest += one.length;
    }
    if (rest !== data.length) fail("archive", at);
    return files;
  }

  // --- Keys and notes

  function keyOf(vkey) {
    const [name, id, ...rest] = String(vkey).split("+");
    const material = base64(rest.join("+"), "key");
    const keyId = sha256(encoder.encode(`${name}\n`), material).subarray(0, 4);
    if (material.length !== 33 || (material[0] !== 1 && material[0] !== 4) || hex(keyId) !== id) fail("key", name);
    return { name, id, kind: material[0], publicKey: material.subarray(1) };
  }

  async function signatureHolds(publicKey, signature, message) {
    if (signature.length !== 64) return false;
    try {
      const key = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
      return await crypto.subtle.verify("Ed25519", key, signature, message);
    } catch (error) {
      if (error.name === "NotSupportedError") throw error;
      return false;
    }
  }

  async function checkpointOf(note, keys, code) {
    const gap = note.lastIndexOf("\n\n");
    if (gap < 0 || !note.endsWith("\n") || gap + 2 >= note.length) fail(code);
    const text = note.slice(0, gap + 1);
    const lines = text.split("\n");
    if (lines.length !== 4 || lines[3] !== "") fail(code);
    const signers = [];
    for (const line of note.slice(gap + 2, -1).split("\n")) {
      const [dash, name, ...rest] = line.split(" ");
      const value = base64(rest.join(" "), code);
      const key = keys.find((one) => one.name === name && one.id === hex(value.subarray(0, 4)));
      if (dash !== "\u2014" || !key) fail(code, name);
      let message = text;
      let signature = value.subarray(4);
      if (key.kind === 4) {
        let seconds = 0n;
        for (const byte of signature.subarray(0, 8)) seconds = seconds * 256n + BigInt(byte);
        message = `cosignature/v1\ntime ${seconds}\n${text}`;
        signature = signature.subarray(8);
      }
      if (!(await signatureHolds(key.publicKey, signature, encoder.encode(message)))) fail("signature", name);
      signers.push(name);
    }
    const root = base64(lines[2], code);
    if (!/^(0|[1-9][0-9]{0,15})$/.test(lines[1]) || root.length !== 32) fail(code);
    return { origin: lines[0], size: Number(lines[1]), root: hex(root), signers };
  }

  // --- The log

  const ZERO = Uint8Array.of(0);
  const ONE = Uint8Array.of(1);

  function rootOf(frontier) {
    return frontier.reduceRight((root, left) => (root ? sha256(ONE, left, root) : left), null);
  }

  function tilePath(index, width) {
    const groups = [String(index % 1000).padStart(3, "0")];
    for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
      groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
    }
    return groups.join("/") + (width === BUNDLE ? "" : `.p/${width}`);
  }

  const dashed = (digits) => digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

  function* objects(value) {
    if (value === null || typeof value !== "object") return;
    if (!Array.isArray(value)) yield value;
    for (const part of Object.values(value)) yield* objects(part);
  }

  function walk(files, tenant, size, wanted) {
    const log = { frontier: [], versions: new Map(), withheld: 0, sealed: [], plans: new Map(), events: 0 };
    let clock = -1n;
    const remember = (stream, event) => {
      if (!log.plans.has(stream)) log.plans.set(stream, []);
      log.plans.get(stream).push(event);
    };

    function look(stream, version, kind, payload) {
      const position = log.events;
      const ofPlan = kind.startsWith("plan.");
      if (payload === null) {
        log.withheld += 1;
        if (ofPlan) remember(stream, { position, version, envelope: null });
        return;
      }
      const text = utf8(payload, "envelope", position);
      if (!text.startsWith(`{"v":1,"type":"${kind}",`)) fail("envelope", position);
      const sealed = text.includes('"ciphertext":"');
      if (!ofPlan && !sealed) return;
      let envelope;
      try {
        envelope = JSON.parse(text);
      } catch {
        fail("envelope", position);
      }
      if (ofPlan) remember(stream, { position, version, envelope });
      const keys = sealed ? [...objects(envelope.data)].filter((one) => "ciphertext" in one) : [];
      for (const key of keys.map((one) => one.key_id).sort()) log.sealed.push([position, key]);
    }

    for (let index = 0; index * BUNDLE < size; index += 1) {
      const width = Math.min(BUNDLE, size - index * BUNDLE);
      const path = tilePath(index, width);
      const entries = files.get(`tile/entries/${path}`) ?? fail("file", `tile/entries/${path}`);
      const payloads = files.get(`payload/${path}`) ?? fail("file", `payload/${path}`);
      const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);
      const lengths = new DataView(payloads.buffer, payloads.byteOffset, payloads.byteLength);
      let at = 0;
      let paid = 0;
      for (let number = 0; number < width; number += 1) {
        const position = log.events + 1;
        const end = at + 2 <= entries.length ? at + 2 + view.getUint16(at) : Infinity;
        if (end > entries.length || end - at - 2 < HEADER + 32) fail("entry", position);
        const start = at + 2;
        const entry = entries.subarray(start, end);
        const label = String.fromCharCode(...entry.subarray(0, 17));
        const kindLength = view.getInt32(start + 69);
        if (label !== LABEL || hex(entry.subarray(17, 33)) !== tenant) fail("entry", position);
        if (view.getBigInt64(start + 33) !== BigInt(log.events)) fail("entry", position);
        if (entry.length !== HEADER + kindLength + 32) fail("entry", position);
        const stream = hex(entry.subarray(41, 57));
        const version = view.getInt32(start + 57);
        const recorded = view.getBigInt64(start + 61);
        if ((log.versions.get(stream) ?? 0) + 1 !== version) fail("version", position);
        if (recorded < (clock < 0n ? 0n : clock)) fail("clock", position);
        log.versions.set(stream, version);
        clock = recorded;
        log.events = position;
        at = end;
        let value = sha256(ZERO, entry);
        for (let rest = position - 1; rest & 1; rest >>= 1) value = sha256(ONE, log.frontier.pop(), value);
        log.frontier.push(value);
        if (wanted.has(position) && hex(rootOf(log.frontier)) !== wanted.get(position)) fail("older", position);
        const kind = utf8(entry.subarray(HEADER, HEADER + kindLength), "entry", position);
        const length = paid + 4 <= payloads.length ? lengths.getUint32(paid) : fail("payload", position);
        paid += 4;
        if (length === WITHHELD) {
          look(stream, version, kind, null);
          continue;
        }
        const payload = payloads.subarray(paid, paid + length);
        paid += length;
        if (paid > payloads.length || !same(sha256(payload), entry.subarray(-32))) fail("payload", position);
        look(stream, version, kind, payload);
      }
      if (at !== entries.length || paid !== payloads.length) fail("entry", log.events);
    }
    return log;
  }

  // --- The plans, folded again

  const textOf = (value) => ({
    en: value.en ?? null,
    fr: value.fr ?? null,
    source: value.source,
    unofficial: value.unofficial ?? [],
  });

  function elementOf(data, sample) {
    const place = data.territory;
    return {
      element_id: data.element_id,
      level: data.level,
      parent_id: data.parent_id,
      number: data.number,
      indicator_kind: data.indicator_kind,
      rank: data.rank,
      wording: textOf(data.wording),
      copied_from: data.copied_from,
      sample,
      territory: place && {
        scheme: place.scheme,
        code: place.code,
        name_en: place.name?.en ?? null,
        name_fr: place.name?.fr ?? null,
      },
    };
  }

  function revisionAt(events, upto) {
    const draft = new Map();
    let said = new Map();
    for (const { position, version, envelope } of events) {
      if (position > upto) break;
      const { type, data } = envelope;
      if (type === "plan.ElementAdded") {
        const above = data.parent_id ? `${draft.get(data.parent_id).path}/` : "";
        const path = `${above}${String(data.rank).padStart(7, "0")}.${String(version).padStart(7, "0")}`;
        draft.set(data.element_id, { path, row: elementOf(data, envelope.sample ?? false) });
      } else if (type === "plan.ElementReworded") {
        const { path, row } = draft.get(data.element_id);
        draft.set(data.element_id, { path, row: { ...row, wording: textOf(data.wording) } });
      } else if (type === "plan.ElementWithdrawn") {
        const gone = new Set([data.element_id]);
        for (let before = 0; before !== gone.size; ) {
          before = gone.size;
          for (const [id, { row }] of draft) if (gone.has(row.parent_id)) gone.add(id);
        }
        for (const id of gone) draft.delete(id);
      } else if (type === "plan.RevisionAdopted") {
        const now = new Map();
        for (const [id, { path, row }] of draft) {
          const kept = said.get(id);
          const alike = kept && kept.path === path && canonical(kept.row) === canonical(row);
          now.set(id, { path, row, number: alike ? kept.number : data.number });
        }
        said = now;
      }
    }
    const rows = [...said.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
    return rows.map(({ row, number }) => ({ ...row, revision: number }));
  }

  function rendered(planId, events, effective, position) {
    const known = events.filter((one) => one.position <= position && one.envelope.effective_on <= effective);
    const of = (...types) => known.filter((one) => types.includes(one.envelope.type));
    const [drafted] = of("plan.Drafted");
    if (!drafted) return null;
    const title = of("plan.Drafted", "plan.Retitled").reduce((latest, one) =>
      one.envelope.effective_on >= latest.envelope.effective_on ? one : latest,
    );
    const adopted = of("plan.RevisionAdopted").reduce(
      (latest, one) => (!latest || one.envelope.data.number > latest.envelope.data.number ? one : latest),
      null,
    );
    const { data } = drafted.envelope;
    const touching = of("plan.Drafted", "plan.Retitled", "plan.Closed", "plan.RevisionAdopted");
    return {
      plan_id: planId,
      as_of: { effective, position },
      kind: data.kind,
      title: textOf(title.envelope.data.title),
      period: data.period,
      agreement_id: data.agreement_id,
      status: of("plan.Closed").length ? "closed" : "open",
      sample: touching.some((one) => one.envelope.sample ?? false),
      revision: adopted ? adopted.envelope.data.number : 0,
      adopted_on: adopted ? adopted.envelope.effective_on : null,
      adopted_position: adopted ? adopted.position : null,
      authority: adopted ? adopted.envelope.authority : null,
      elements: adopted ? revisionAt(events, adopted.position) : [],
    };
  }

  function checkPlans(files, manifest, log) {
    const { effective, position } = manifest.as_of;
    if (!(position >= 0 && position <= log.events)) fail("plan", position);
    const given = new Set([...files.keys()].filter((name) => name.startsWith("plans/")));
    const folded = [];
    const skipped = [];
    for (const [stream, events] of log.plans) {
      const planId = dashed(stream);
      const name = `plans/${planId}.json`;
      if (events.some((one) => one.envelope === null)) {
        skipped.push(planId);
        given.delete(name);
        continue;
      }
      const plan = rendered(planId, events, effective, position);
      if ((plan !== null) !== given.has(name)) fail("plan", planId);
      if (plan === null) continue;
      if (spelt(plan) !== utf8(files.get(name), "plan", planId)) fail("plan", planId);
      folded.push(planId);
      given.delete(name);
    }
    if (given.size) fail("plan", [...given].sort()[0]);
    return { folded, skipped: skipped.sort() };
  }

  // --- All of it

  async function olderRoots(files, manifest, seen, keys, { origin, size, root }) {
    const wanted = new Map();
    const lax = new TextDecoder("utf-8", { ignoreBOM: true });
    const notes = [...files.keys()].filter((name) => name.startsWith("older/"));
    const all = [...notes.map((name) => ["older", lax.decode(files.get(name))]), ...seen.map((note) => ["seen", note])];
    for (const [code, note] of all) {
      const other = await checkpointOf(note, keys, code);
      if (other.origin !== origin || !other.signers.includes(origin)) fail(code, other.origin);
      if (other.size > size) fail("rolled_back", other.size);
      if ((wanted.get(other.size) ?? other.root) !== other.root) fail("split_view", other.size);
      if (other.size === size && other.root !== root) fail("split_view", size);
      wanted.set(other.size, other.root);
    }
    const listed = [...wanted.keys()].filter((length) => files.has(`older/${String(length).padStart(20, "0")}`));
    if (canonical(listed.sort((one, other) => one - other)) !== canonical(manifest.older)) fail("older");
    wanted.delete(0);
    return wanted;
  }

  function checkNames(files, manifest, size) {
    const expected = new Set(["manifest.json", ...Object.keys(manifest.files)]);
    for (let index = 0; index * BUNDLE < size; index += 1) {
      const path = tilePath(index, Math.min(BUNDLE, size - index * BUNDLE));
      expected.add(`tile/entries/${path}`).add(`payload/${path}`);
    }
    const older = manifest.older.map((length) => `older/${String(length).padStart(20, "0")}`);
    const listed = ["checkpoint", "sealed.json", ...TEXTS, ...older];
    const complete = listed.every((name) => Object.hasOwn(manifest.files, name));
    if (files.size !== expected.size || ![...files.keys()].every((name) => expected.has(name)) || !complete) fail("file");
  }

  function checkCounts(files, manifest, log) {
    const sealed = readJson(files, "sealed.json");
    const counts = {
      events: log.events,
      streams: log.versions.size,
      withheld: log.withheld,
      sealed: log.sealed.length,
      erased: sealed.filter(([, , erased]) => erased).length,
    };
    const places = sealed.map((one) => one.slice(0, 2));
    if (canonical(places) !== canonical(log.sealed) || canonical(counts) !== canonical(manifest.counts)) fail("sealed");
    readJson(files, "dictionary.json");
  }

  async function check(data, { vkey = null, seen = [] } = {}) {
    const files = members(data);
    const manifest = readJson(files, "manifest.json");
    const { self, ...unsigned } = manifest;
    if (manifest.format !== FORMAT || hex(sha256(encoder.encode(spelt(unsigned)))) !== self) fail("manifest");
    for (const [name, digest] of Object.entries(manifest.files)) {
      if (!files.has(name) || hex(sha256(files.get(name))) !== digest) fail("file", name);
    }
    const logKey = keyOf(vkey ?? manifest.vkey);
    if (vkey !== null && vkey !== manifest.vkey) fail("key", manifest.vkey);
    const keys = [logKey, ...manifest.witnesses.map(keyOf)];
    const note = new TextDecoder("utf-8", { ignoreBOM: true }).decode(files.get("checkpoint") ?? fail("file", "checkpoint"));
    const newest = await checkpointOf(note, keys, "checkpoint");
    const { origin, size, root, signers } = newest;
    if (origin !== logKey.name || origin !== manifest.origin || size !== manifest.size) fail("checkpoint");
    if (!signers.includes(origin) || !origin.split("/").includes(manifest.body)) fail("checkpoint");
    const wanted = await olderRoots(files, manifest, seen, keys, newest);
    const log = walk(files, manifest.body.replaceAll("-", ""), size, wanted);
    if (hex(rootOf(log.frontier)) !== root) fail("root");
    checkNames(files, manifest, size);
    checkCounts(files, manifest, log);
    const { folded, skipped } = checkPlans(files, manifest, log);
    return {
      sound: true,
      origin,
      size,
      root,
      streams: log.versions.size,
      withheld: log.withheld,
      sealed: log.sealed.length,
      erased: manifest.counts.erased,
      older: wanted.size,
      as_of: manifest.as_of,
      plans: folded.length,
      plans_not_folded: skipped,
      cosigned_by: signers.filter((name) => name !== origin).sort(),
      key_was_given: vkey !== null,
      pack: self,
    };
  }

  async function verdict(data, options) {
    try {
      return await check(data, options);
    } catch (error) {
      if (error instanceof Unsound) return { sound: false, code: error.code, at: error.at };
      if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) {
        return { sound: false, code: "manifest", at: error.name };
      }
      throw error;
    }
  }

  return { verdict, sha256, hex };
})();

