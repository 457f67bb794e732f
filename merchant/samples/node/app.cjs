// A small shop on the official `stripe` package, correct unless MISTAKE names one of MISTAKES.
//
// It keeps one rule: what the provider says now decides. Every event, every return of a customer and every request of
// the staff ends in `refresh`, which reads the payments and refunds of the order, one order at a time.
'use strict';
const http = require('node:http');

let Stripe;
try {
  Stripe = require('stripe');
} catch {
  console.error('the package `stripe` is missing: npm install');
  process.exit(3);
}

const MISTAKES = {
  fulfill_on_return: 'fulfills when the customer returns, without asking the provider (B25, C8)',
  fulfill_only_on_return: 'ignores webhooks and waits for the customer to return (B25)',
  no_dedupe: 'fulfills on each event of a success (R10)',
  dedupe_by_event_id_only: 'removes duplicates by event id alone (R10)',
  complete_is_paid: 'takes a complete session for money (B27, C8)',
  hold_is_paid: 'takes a hold for money (B27, C10)',
  failed_is_final: 'treats payment_failed as final (R8)',
  last_event_wins: 'stores the amount of whichever event came last (R8)',
  acknowledge_failures: 'answers 200 although handling failed (HOOK-5)',
  remember_first: 'remembers an event id before the event is handled (R9)',
  refund_without_key: 'repeats a refund under a fresh key (R5)',
  refund_is_final: 'never looks at a refund again (R7)',
  void_is_refund: 'takes charge.refunded of a canceled hold for money out (R12)',
  remainder_is_refund: 'takes the rest of a partial capture for a refund (R19)',
  add_up_refunds: 'adds up refund events (R10)',
  needs_ledger_entry: 'reads the amount from balance_transaction, which is null at first (R21)',
  payment_for_each_click: 'creates a payment for each click (IDEM-11)',
  capture_is_money: 'books the capture that it asked for, not the one that happened (R2, R11)',
  no_signature: 'does not verify signatures (HOOK-8)',
  believe_event: 'believes the ids in an event of another account (HOOK-7)',
  no_tolerance: 'accepts signatures of any age (HOOK-9)',
};
if (process.argv[2] === '--mistakes') {
  console.log(Object.keys(MISTAKES).join('\n'));
  process.exit(0);
}
const MISTAKE = process.env.MISTAKE ?? '';
if (MISTAKE && !(MISTAKE in MISTAKES)) {
  console.error(`MISTAKE=${MISTAKE} is unknown; expected one of: ${Object.keys(MISTAKES).join(', ')}`);
  process.exit(2);
}

const base = new URL(process.env.STRIPE_API_BASE);
const SECRET = process.env.STRIPE_WEBHOOK_SECRET;
const PORT = Number(process.env.PORT);
// These act on one event alone, as most shops do, so that no later event mends what they lost.
const ONE_EVENT = ['acknowledge_failures', 'remember_first', 'needs_ledger_entry'].includes(MISTAKE);
const IMPATIENT = ['refund_without_key', 'acknowledge_failures', 'remember_first'].includes(MISTAKE);
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY, {
  host: base.hostname,
  port: base.port,
  protocol: base.protocol.slice(0, -1),
  maxNetworkRetries: IMPATIENT ? 0 : 5,
  telemetry: false,
});
// Tests do not wait half a second for each retry.
if (process.env.RETRY_DELAY) {
  const delay = Number(process.env.RETRY_DELAY);
  stripe.getInitialNetworkRetryDelay = () => delay;
  stripe.getMaxNetworkRetryDelay = () => delay;
  if (stripe._requestSender) stripe._requestSender._getSleepTimeInMS = () => delay * 1000;
}

const orders = new Map();
const events = new Set();

function orderOf(name, amount, currency) {
  if (!orders.has(name)) {
    orders.set(name, {
      id: name, amount, currency, payments: new Set(), tries: 0, url: null, turn: Promise.resolve(),
      paid: 0, refunded: 0, fulfilled: 0, canceled: 0, takenForRefund: 0, firstSeen: new Map(),
    });
  }
  return orders.get(name);
}

// One order is worked on at a time, so that no older answer overwrites a newer one.
function inTurn(order, work) {
  const next = order.turn.then(work);
  order.turn = next.catch(() => {});
  return next;
}

// Calls the provider and waits while it asks for patience: the SDK does not repeat 429 `rate_limit` by itself.
async function ask(call) {
  for (let left = IMPATIENT ? 0 : 9; ; left -= 1) {
    try {
      return await call();
    } catch (error) {
      if (error.type !== 'StripeRateLimitError' || left === 0) throw error;
      const seconds = Number(error.headers?.['retry-after'] ?? 1);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }
}

function refresh(order, money = true) {
  return inTurn(order, async () => {
    const payments = [];
    const refunds = [];
    for (const id of order.payments) {
      payments.push(await ask(() => stripe.paymentIntents.retrieve(id, { expand: ['latest_charge.balance_transaction'] })));
      refunds.push(...(await ask(() => stripe.refunds.list({ payment_intent: id, limit: 100 }))).data);
    }
    const sum = (list, of) => list.reduce((all, one) => all + of(one), 0);
    let paid = sum(payments, (payment) => payment.amount_received);
    if (MISTAKE === 'hold_is_paid') paid = sum(payments, (payment) => payment.amount_received || payment.amount_capturable);
    if (MISTAKE === 'needs_ledger_entry') {
      paid = order.paid || sum(payments, (payment) => payment.latest_charge?.balance_transaction?.amount ?? 0);
    }
    if (money) order.paid = paid;
    const made = refunds.filter((refund) => !['failed', 'canceled'].includes(refund.status));
    for (const refund of made) if (!order.firstSeen.has(refund.id)) order.firstSeen.set(refund.id, refund);
    if (MISTAKE === 'refund_is_final') {
      order.refunded = sum([...order.firstSeen.values()], (refund) => refund.amount);
    } else if (MISTAKE !== 'add_up_refunds') {
      order.refunded = sum(made, (refund) => refund.amount) + order.takenForRefund;
    }
    const counts = ['no_dedupe', 'dedupe_by_event_id_only'].includes(MISTAKE);
    if (order.paid > 0 && !order.fulfilled && !counts) order.fulfilled = 1; // ship it
    order.canceled = Number(payments.length > 0 && payments.every((payment) => payment.status === 'canceled'));
  });
}

const isRefused = (error) => error.type === 'StripeInvalidRequestError';

// --- the customer ---

async function startCheckout(body) {
  const order = orderOf(body.order, body.amount, body.currency);
  order.tries += 1;
  if (order.url && MISTAKE !== 'payment_for_each_click') return [200, { url: order.url }];
  const each = MISTAKE === 'payment_for_each_click' ? `-${order.tries}` : '';
  const session = await ask(() => stripe.checkout.sessions.create({
    mode: 'payment',
    client_reference_id: order.id,
    payment_method_types: ['card', 'us_bank_account'],
    payment_intent_data: { metadata: { order: order.id } },
    line_items: [{
      quantity: 1,
      price_data: { currency: order.currency, unit_amount: order.amount, product_data: { name: 'T-shirt' } },
    }],
    success_url: `http://127.0.0.1:${PORT}/return?order=${order.id}&session={CHECKOUT_SESSION_ID}`,
  }, { idempotencyKey: `session-${order.id}${each}` }));
  order.url = session.url;
  return [200, { url: session.url }];
}

async function startHold(body) {
  const order = orderOf(body.order, body.amount, body.currency);
  order.tries += 1;
  const each = MISTAKE === 'payment_for_each_click' ? `-${order.tries}` : '';
  const payment = await ask(() => stripe.paymentIntents.create({
    amount: order.amount, currency: order.currency, capture_method: 'manual', payment_method_types: ['card'],
    metadata: { order: order.id },
  }, { idempotencyKey: `hold-${order.id}${each}` }));
  order.payments.add(payment.id);
  return [200, { payment: payment.client_secret }];
}

async function comeBack(query) {
  const order = orders.get(query.get('order'));
  if (!order) return [404, {}];
  if (MISTAKE === 'fulfill_on_return') {
    order.fulfilled = 1;
    order.paid = order.amount;
    return [200, {}];
  }
  if (ONE_EVENT) return [200, {}];
  const id = query.get('session');
  if (id) {
    let session;
    try {
      session = await ask(() => stripe.checkout.sessions.retrieve(id));
    } catch (error) {
      if (isRefused(error)) return [404, {}];
      throw error;
    }
    if (session.client_reference_id !== order.id) return [404, {}];
    if (session.payment_intent) order.payments.add(session.payment_intent);
  }
  await refresh(order);
  return [200, { paid: order.paid }];
}

// --- the staff ---

async function capture(order, body) {
  const [id] = order.payments;
  const payment = await ask(() => stripe.paymentIntents.retrieve(id));
  if (MISTAKE === 'capture_is_money') {
    order.paid = body.amount;
    order.fulfilled = 1;
  }
  if (payment.status === 'requires_capture') {
    try {
      const amount = Math.min(body.amount, payment.amount_capturable);
      await ask(() => (
        stripe.paymentIntents.capture(id, { amount_to_capture: amount }, { idempotencyKey: `capture-${order.id}` })
      ));
    } catch (error) {
      if (!isRefused(error)) throw error;
      if (MISTAKE !== 'capture_is_money') await refresh(order);
      return [409, { error: 'the hold is gone' }];
    }
  }
  if (MISTAKE !== 'capture_is_money') await refresh(order);
  return [200, { paid: order.paid }];
}

async function cancel(order) {
  const [id] = order.payments;
  try {
    await ask(() => stripe.paymentIntents.cancel(id, {}, { idempotencyKey: `cancel-${order.id}` }));
  } catch (error) {
    if (!isRefused(error)) throw error;
    await refresh(order);
    return [409, { error: 'it cannot be canceled any more' }];
  }
  await refresh(order);
  return [200, {}];
}

async function refund(order, body) {
  if (body.amount > order.paid - order.refunded) return [409, { error: 'that much was not paid' }];
  const [payment_intent] = order.payments;
  const wanted = { payment_intent, amount: body.amount };
  if (MISTAKE === 'refund_without_key') {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      try {
        await stripe.refunds.create(wanted);
        break;
      } catch (error) {
        if (isRefused(error)) return [409, {}];
      }
    }
  } else {
    try {
      await ask(() => stripe.refunds.create(wanted, { idempotencyKey: body.request }));
    } catch (error) {
      if (!isRefused(error)) throw error;
      await refresh(order);
      return [409, { error: 'it cannot be refunded' }];
    }
  }
  await refresh(order);
  return [200, { refunded: order.refunded }];
}

// --- webhooks ---

// Returns the order of an event's object, by the payment's metadata; undefined if it is not ours.
async function findOrder(thing) {
  if (thing.object === 'checkout.session') {
    // The event of a connected account may name our order; only our own session counts.
    const found = MISTAKE === 'believe_event' ? thing : await ask(() => stripe.checkout.sessions.retrieve(thing.id));
    const order = orders.get(found.client_reference_id);
    if (order && found.payment_intent) order.payments.add(found.payment_intent);
    return order;
  }
  const id = thing.object === 'payment_intent' ? thing.id : thing.payment_intent;
  if (!id) return undefined;
  for (const order of orders.values()) if (order.payments.has(id)) return order;
  const order = orders.get((await ask(() => stripe.paymentIntents.retrieve(id))).metadata.order);
  if (order) order.payments.add(id);
  return order;
}

async function webhook(payload, signature) {
  if (MISTAKE !== 'no_signature') {
    try {
      stripe.webhooks.constructEvent(payload, signature ?? '', SECRET, MISTAKE === 'no_tolerance' ? 1e9 : 300);
    } catch {
      return [400, { error: 'signature' }];
    }
  }
  const event = JSON.parse(payload);
  const isRefund = event.type.includes('refund');
  if (MISTAKE === 'fulfill_only_on_return' && !isRefund) return [200, {}];
  const isMain = ['payment_intent.succeeded', 'payment_intent.canceled'].includes(event.type);
  if (ONE_EVENT && !isMain && !isRefund) return [200, {}];
  if (['remember_first', 'dedupe_by_event_id_only'].includes(MISTAKE)) {
    if (events.has(event.id)) return [200, {}];
    events.add(event.id);
  }
  try {
    const order = await findOrder(event.data.object);
    if (order && !mistaken(event, order)) await refresh(order, !(ONE_EVENT && isRefund));
  } catch (error) {
    const isForeign = error.statusCode === 404;
    if (!isForeign && MISTAKE !== 'acknowledge_failures') throw error;
  }
  return [200, {}];
}

// Does what the mistake does instead of `refresh`; returns whether it did.
function mistaken(event, order) {
  const thing = event.data.object;
  const is = (...types) => types.includes(event.type);
  if (['no_dedupe', 'dedupe_by_event_id_only'].includes(MISTAKE) && is('payment_intent.succeeded')) {
    order.paid = thing.amount_received;
    order.fulfilled += 1;
    return true;
  }
  if (MISTAKE === 'complete_is_paid' && is('checkout.session.completed')) {
    order.paid = thing.amount_total;
    order.fulfilled = 1;
    return true;
  }
  if (MISTAKE === 'failed_is_final' && (order.failed || is('payment_intent.payment_failed'))) {
    order.failed = true;
    order.canceled = 1;
    return true;
  }
  if (MISTAKE === 'last_event_wins' && thing.object === 'payment_intent') {
    order.paid = thing.amount_received;
    if (order.paid > 0) order.fulfilled = 1;
    return true;
  }
  if (MISTAKE === 'no_signature' && is('payment_intent.succeeded', 'checkout.session.completed')) {
    order.paid = thing.amount_received ?? thing.amount_total ?? 0;
    return true;
  }
  if (MISTAKE === 'void_is_refund' && is('charge.refunded') && !thing.captured) {
    order.takenForRefund = thing.amount_refunded;
  }
  if (MISTAKE === 'remainder_is_refund' && is('charge.captured')) {
    order.takenForRefund = thing.amount - thing.amount_captured;
  }
  if (MISTAKE === 'add_up_refunds') {
    const isBack = is('refund.failed') || (is('refund.updated') && thing.status === 'canceled');
    if (is('refund.created')) order.refunded += thing.amount;
    if (isBack) order.refunded -= thing.amount;
  }
  return false;
}

// --- HTTP ---

const STARTS = { '/checkout': startCheckout, '/hold': startHold };
const STAFF = { capture, cancel, refund };

async function route(request, payload) {
  const url = new URL(request.url, 'http://shop');
  const parts = url.pathname.split('/').filter(Boolean);
  if (request.method === 'GET' && parts[0] === 'books') {
    const order = orders.get(parts[1]);
    if (!order) return [404, {}];
    const { paid, refunded, fulfilled, canceled } = order;
    return [200, { paid, refunded, fulfilled, canceled }];
  }
  if (request.method === 'GET' && url.pathname === '/return') return comeBack(url.searchParams);
  if (request.method !== 'POST') return [404, {}];
  if (url.pathname === '/webhook') return webhook(payload, request.headers['stripe-signature']);
  const body = payload ? JSON.parse(payload) : {};
  if (url.pathname in STARTS) return STARTS[url.pathname](body);
  const order = parts[0] === 'orders' && parts[2] in STAFF && orders.get(parts[1]);
  return order ? STAFF[parts[2]](order, body) : [404, {}];
}

http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    let status, body;
    try {
      [status, body] = await route(request, Buffer.concat(chunks).toString());
    } catch (error) {
      [status, body] = [error.type?.startsWith('Stripe') ? 503 : 500, { error: String(error) }];
    }
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
}).listen(PORT, '127.0.0.1');
