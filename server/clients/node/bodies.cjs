// Every kind of body the server has answered, checked against the types of the official npm package: a required field
// that is missing, a value no enumeration has, or a field the provider does not have, is an error of the TypeScript
// compiler. The package leaves its enumerations open; here they are closed first.
'use strict';
const fs = require('fs');
const path = require('path');
const Stripe = require('stripe');
const ts = require('typescript');

const modules = path.resolve(process.env.NODE_PATH);
const strict = path.join(modules, '..', 'strict');

// Which type each `object` has, and the file that declares it.
const TYPES = {
  account: ['Account', 'Accounts'],
  application_fee: ['ApplicationFee', 'ApplicationFees'],
  balance: ['Balance', 'Balance'],
  balance_transaction: ['BalanceTransaction', 'BalanceTransactions'],
  charge: ['Charge', 'Charges'],
  'checkout.session': ['Session', 'Checkout/Sessions'],
  customer: ['Customer', 'Customers'],
  fee_refund: ['FeeRefund', 'FeeRefunds'],
  item: ['LineItem', 'LineItems'],
  payment_intent: ['PaymentIntent', 'PaymentIntents'],
  payment_method: ['PaymentMethod', 'PaymentMethods'],
  refund: ['Refund', 'Refunds'],
  setup_intent: ['SetupIntent', 'SetupIntents'],
  transfer: ['Transfer', 'Transfers'],
  transfer_reversal: ['TransferReversal', 'TransferReversals'],
  webhook_endpoint: ['WebhookEndpoint', 'WebhookEndpoints'],
};

// What the rules demand although the package's types do not have it, and what is known to fall short.
const TOLERATED = [
  [/^"transfer": null,/, 'A8 and A15: null until the transfer exists'],
  [/^"unit_amount_decimal": /, 'a decimal number is text on the wire; the package turns it into its own type'],
];

/** Copies the package's declarations, with every enumeration closed. */
function closeEnumerations(from, to) {
  fs.mkdirSync(to, { recursive: true });
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) closeEnumerations(source, target);
    else if (entry.name.endsWith('.d.ts')) {
      fs.writeFileSync(target, fs.readFileSync(source, 'utf8').replace(/ \| OtherString\b/g, ''));
    }
  }
}

/** Every object the server can show, deep copies of what came over the wire. */
async function everything(stripe) {
  const found = [];
  const all = async (list) => {
    for await (const object of list) found.push(object);
  };
  const page = { limit: 100 };
  await all(stripe.paymentIntents.list({ ...page, expand: ['data.latest_charge.balance_transaction', 'data.customer'] }));
  await all(stripe.charges.list({ ...page, expand: ['data.application_fee', 'data.transfer', 'data.payment_intent'] }));
  await all(stripe.refunds.list(page));
  await all(stripe.setupIntents.list(page));
  await all(stripe.customers.list(page));
  await all(stripe.transfers.list(page));
  await all(stripe.applicationFees.list(page));
  await all(stripe.balanceTransactions.list(page));
  await all(stripe.webhookEndpoints.list(page));
  await all(stripe.accounts.list(page));
  await all(stripe.checkout.sessions.list(page));
  for (const session of found.filter((each) => each.object === 'checkout.session' && each.mode === 'payment').slice(0, 3)) {
    await all(stripe.checkout.sessions.listLineItems(session.id));
  }
  for (const customer of found.filter((each) => each.object === 'customer')) {
    await all(stripe.paymentMethods.list({ customer: customer.id }));
  }
  for (const transfer of found.filter((each) => each.object === 'transfer' && each.amount_reversed > 0)) {
    await all(stripe.transfers.listReversals(transfer.id));
  }
  for (const fee of found.filter((each) => each.object === 'application_fee' && each.amount_refunded > 0)) {
    await all(stripe.applicationFees.listRefunds(fee.id));
  }
  found.push(await stripe.balance.retrieve());
  const endpoint = { url: 'http://127.0.0.1:9/', enabled_events: ['*'], api_version: '2026-06-24.dahlia' };
  found.push(await stripe.webhookEndpoints.create(endpoint));
  // The snapshots frozen in events are every state an object has been in.
  for await (const event of stripe.events.list(page)) {
    const { data, ...envelope } = event;
    found.push(data.object, { ...envelope, object: 'event' });
  }
  return found;
}

/** One object of each shape: names, kinds of values, and all short texts, which may be enumerations. */
function shape(value, name) {
  if (Array.isArray(value)) return value.map((item) => shape(item, name));
  if (value && typeof value === 'object') {
    return Object.fromEntries(
      Object.keys(value)
        .sort()
        .map((key) => [key, name === 'metadata' ? '' : shape(value[key], key)]),
    );
  }
  const isFree = /^(id|created|client_secret|description|message|email|name|url|.*_url|secret|idempotency_key)$/.test(name);
  return typeof value === 'string' && !isFree && value.length < 40 && !/_[0-9A-Za-z]{11}$/.test(value) ? value : typeof value;
}

async function main() {
  const url = new URL(process.env.HOLDFAST_URL);
  const stripe = new Stripe(process.env.HOLDFAST_KEY, { host: url.hostname, port: url.port, protocol: 'http' });
  const shapes = new Map();
  for (const object of await everything(stripe)) {
    const plain = JSON.parse(JSON.stringify(object));
    shapes.set(JSON.stringify(shape(plain, '')), plain);
  }
  fs.rmSync(strict, { recursive: true, force: true });
  closeEnumerations(path.join(modules, 'stripe', 'esm'), strict);

  const kinds = new Map();
  const names = [];
  let source = Object.values(TYPES)
    .map(([type, file]) => `import { ${type} } from './resources/${file}.js';`)
    .join('\n');
  source += "\nimport { Event } from './resources/Events.js';\n";
  for (const plain of shapes.values()) {
    kinds.set(plain.object, (kinds.get(plain.object) || 0) + 1);
    const type = plain.object === 'event' ? "Omit<Event, 'data'> & { type: Event['type'] }" : (TYPES[plain.object] || [])[0];
    if (!type) throw new Error(`an object of an unknown kind: ${JSON.stringify(plain).slice(0, 200)}`);
    source += `export const b${names.length}: ${type} = ${JSON.stringify(plain, null, 1)};\n`;
    names.push(plain);
  }
  const missing = [...Object.keys(TYPES), 'event'].filter((kind) => !kinds.has(kind));
  const file = path.join(strict, 'bodies.ts');
  fs.writeFileSync(file, source);
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
  };
  const program = ts.createProgram([file], options);
  const wrong = new Map();
  for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n  ');
    const where = diagnostic.file && diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start).line;
    const line = where === undefined ? '' : source.split('\n')[where].trim();
    wrong.set(`${line} ${text}`, (wrong.get(`${line} ${text}`) || 0) + 1);
  }
  for (const [pattern, reason] of TOLERATED) {
    const excused = [...wrong.keys()].filter((text) => pattern.test(text));
    excused.forEach((text) => wrong.delete(text));
    if (excused.length === 0) wrong.set(`no longer needed: the tolerated difference "${reason}"`, 1);
  }
  for (const [text, count] of wrong) console.log(`WRONG ${count} times: ${text}\n`);
  for (const kind of missing) console.log(`MISSING no ${kind} was seen, so none was checked`);
  const seen = [...kinds].map(([kind, count]) => `${count} ${kind}`).sort();
  console.log(`npm stripe ${Stripe.PACKAGE_VERSION}: ${names.length} shapes checked (${seen.join(', ')})`);
  process.exitCode = wrong.size || missing.length ? 1 : 0;
}

main();
