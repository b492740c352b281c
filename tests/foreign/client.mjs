// A client that is not ours: RxDB in memory, and its replication with nothing but handlers over the backend's HTTP.
// Orders come line by line as JSON on standard input, one answer each on standard output:
//   ["set", ID, {FIELD: VALUE}]  ["remove", ID]  ["sync"]  ["dump"]  ["open"]
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { createRxDatabase } from 'rxdb';
import { replicateRxCollection } from 'rxdb/plugins/replication';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';

const server = process.env.MERCHANT_CONSOLE_SERVER;
const FIELDS = ['name', 'address', 'category'];
const RETRY_MS = 100;
const BATCH = 10;
const PROTOCOL = '1.0';

const device = randomBytes(8).toString('hex');
let counter = 0;
let token = null;

class Refused extends Error {
  constructor(status, body) {
    super(`${status} ${body.slice(0, 200)}`);
    this.status = status;
  }
}

async function signIn() {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: process.env.MERCHANT_CONSOLE_CLIENT_ID,
    client_secret: process.env.MERCHANT_CONSOLE_CLIENT_SECRET,
  });
  const reply = await fetch(`${server}/oauth/token`, { method: 'POST', body: form });
  if (!reply.ok) throw new Refused(reply.status, await reply.text());
  token = (await reply.json()).access_token;
}

async function call(path, body) {
  if (!token) await signIn();
  const headers = { authorization: `Bearer ${token}`, 'x-merchant-console-protocol': PROTOCOL };
  if (body) headers['content-type'] = 'application/json';
  const method = body ? 'POST' : 'GET';
  const reply = await fetch(`${server}${path}`, { method, headers, body: body && JSON.stringify(body) });
  if (reply.status === 401) token = null;
  if (!reply.ok) throw new Refused(reply.status, await reply.text());
  return reply.json();
}

// What a register shows: of several candidates the oldest, until people have chosen.
function shown(record, field) {
  const siblings = record.registers[field]?.s ?? [];
  const age = (sibling) => record.edits[sibling.d].h;
  const [first] = [...siblings].sort((a, b) => (age(a) < age(b) ? -1 : 1));
  return first?.v ?? null;
}

// All that somebody who looks at this record has seen.
function version(record) {
  const seen = {};
  const add = (who, n) => (seen[who] = Math.max(seen[who] ?? 0, n));
  for (const dot of Object.keys(record.edits)) {
    const [who, n] = dot.split(':');
    add(who, Number(n));
  }
  for (const register of Object.values(record.registers)) {
    for (const [who, n] of Object.entries(register.c ?? {})) add(who, n);
  }
  return seen;
}

function documentOf(record) {
  const document = { id: record.merchant_id, version: version(record), _deleted: shown(record, 'deleted') === true };
  for (const field of FIELDS) document[field] = shown(record, field) ?? '';
  return document;
}

// Edits that were sent and not answered, by what they say: a repetition keeps its id, so that it has one effect.
const unanswered = new Map();
// The newest edit of this device for each merchant: it has seen its own.
const own = new Map();

function editOf({ newDocumentState: now, assumedMasterState: before }) {
  const key = createHash('sha256').update(JSON.stringify([now, before ?? null])).digest('hex');
  const known = unanswered.get(key);
  if (known) return [key, known];
  const writes = [];
  const write = (field, base_value, value) => {
    if (base_value !== value) writes.push({ field, base_value, value });
  };
  for (const field of FIELDS) write(field, before?.[field] || null, now[field] || null);
  write('deleted', before?._deleted || null, now._deleted || null);
  if (writes.length === 0) return [key, null];
  const base = { ...(before?.version ?? {}) };
  if (own.has(now.id)) base[device] = own.get(now.id);
  counter += 1;
  own.set(now.id, counter);
  const edit = {
    edit_id: randomUUID(),
    trace_id: randomUUID(),
    merchant_id: now.id,
    dot: `${device}:${counter}`,
    base,
    hlc: (BigInt(Date.now()) << 16n).toString(16).padStart(16, '0'),
    source: 'manual',
    writes,
  };
  unanswered.set(key, edit);
  return [key, edit];
}

async function push(rows) {
  const edits = rows.map(editOf);
  const sent = edits.filter(([, edit]) => edit).map(([, edit]) => edit);
  if (sent.length > 0) {
    const reply = await call('/api/v1/edits', { device_id: device, edits: sent });
    const put_off = reply.outcomes.filter((outcome) => outcome.state === 'deferred');
    if (reply.outcomes.length !== sent.length || put_off.length > 0) throw new Error('not all is answered yet');
  }
  edits.forEach(([key]) => unanswered.delete(key));
  // What the backend made of them comes by pull: it merges, so no document of ours is a conflict.
  return [];
}

async function pull(checkpoint, limit) {
  const asked = new URLSearchParams({ cursor: checkpoint?.cursor ?? 0, limit });
  if (checkpoint?.epoch) asked.set('epoch', checkpoint.epoch);
  const page = await call(`/api/v1/changes?${asked}`);
  const documents = page.changes.map(({ record }) => documentOf(record));
  return { documents, checkpoint: { cursor: page.next_cursor, epoch: page.epoch } };
}

const text = { type: 'string' };
const schema = {
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: { id: { ...text, maxLength: 64 }, name: text, address: text, category: text, version: { type: 'object' } },
  required: ['id'],
};
const database = await createRxDatabase({ name: `foreign-${device}`, storage: getRxStorageMemory(), multiInstance: false });
const { merchants } = await database.addCollections({ merchants: { schema } });
const replication = replicateRxCollection({
  collection: merchants,
  replicationIdentifier: server,
  live: true,
  retryTime: RETRY_MS,
  waitForLeadership: false,
  autoStart: false,
  push: { handler: push, batchSize: BATCH },
  pull: { handler: pull, batchSize: BATCH },
});
let retries = 0;
replication.error$.subscribe(() => (retries += 1));

const orders = {
  async open() {
    await replication.start();
    await replication.awaitInitialReplication();
    return 'open';
  },
  async set(id, values) {
    const document = await merchants.findOne(id).exec();
    if (document) await document.incrementalPatch(values);
    else await merchants.insert({ id, version: {}, name: '', address: '', category: '', ...values });
    return 'set';
  },
  async remove(id) {
    const document = await merchants.findOne(id).exec();
    await document.incrementalRemove();
    return 'removed';
  },
  async sync() {
    await replication.awaitInSync();
    replication.reSync();
    await replication.awaitInSync();
    return { retries };
  },
  async dump() {
    const all = await merchants.find().exec();
    return Object.fromEntries(all.map((one) => [one.id, FIELDS.map((field) => one[field])]));
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [order, ...rest] = JSON.parse(line);
  const answer = await orders[order](...rest);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await replication.cancel();
await database.close();
process.exit(0);
