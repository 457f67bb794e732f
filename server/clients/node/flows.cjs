// Drives the server with the official npm package; ends with 1 when a flow fails.
'use strict';
const assert = require('assert');
const crypto = require('crypto');
const http = require('http');
const Stripe = require('stripe');

const url = new URL(process.env.HOLDFAST_URL);
const connect = (more = {}) =>
  new Stripe(process.env.HOLDFAST_KEY, { host: url.hostname, port: url.port, protocol: 'http', ...more });
const stripe = connect();
const advance = (seconds) => stripe.rawRequest('POST', '/v1/test_helpers/clock/advance', { seconds });

const pay = (more = {}) => ({
  amount: 1000,
  currency: 'usd',
  payment_method: 'pm_card_visa',
  payment_method_types: ['card'],
  confirm: true,
  ...more,
});
const hold = () =>
  stripe.paymentIntents.create(
    pay({
      capture_method: 'manual',
      expand: ['latest_charge'],
      payment_method_options: { card: { request_multicapture: 'if_available' } },
    }),
  );

/** The error `promise` fails with, which must be of `kind` and have these attributes. */
async function fails(promise, kind, wanted = {}) {
  const error = await promise.then(
    () => assert.fail(`no ${kind}`),
    (error) => error,
  );
  assert.strictEqual(error.type, kind, String(error));
  for (const [name, value] of Object.entries(wanted)) assert.strictEqual(error[name], value, `${name} of ${error}`);
  return error;
}

/** A server on this machine; answers its address and itself. */
async function listen(handler) {
  const server = http.createServer(handler);
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return [`http://127.0.0.1:${server.address().port}`, server];
}

const flows = {
  async 'captures in parts (B30 to B37)'() {
    const held = await hold();
    assert.strictEqual(held.latest_charge.payment_method_details.card.multicapture.status, 'available');
    const part = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 700, final_capture: false });
    assert.deepStrictEqual([part.status, part.amount_capturable, part.amount_received], ['requires_capture', 300, 700]);
    const done = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 200, final_capture: true });
    assert.deepStrictEqual([done.status, done.amount_capturable, done.amount_received], ['succeeded', 0, 900]);
    const refund = await stripe.refunds.create({ payment_intent: held.id, amount: 100 });
    assert.strictEqual(refund.status, 'succeeded');
  },

  async 'refusals reach their error classes (ERR-1 to ERR-27)'() {
    const declined = await fails(
      stripe.paymentIntents.create(pay({ payment_method: 'pm_card_visa_chargeDeclined' })),
      'StripeCardError',
      { code: 'card_declined', decline_code: 'generic_decline', statusCode: 402 },
    );
    assert.strictEqual(declined.payment_intent.status, 'requires_payment_method');
    await fails(stripe.paymentIntents.retrieve('pi_nothing'), 'StripeInvalidRequestError', { code: 'resource_missing' });
    await fails(connect({ host: url.hostname }).paymentIntents.create({ wrong: 1 }), 'StripeInvalidRequestError', {
      code: 'parameter_unknown',
      param: 'wrong',
    });
    const stranger = new Stripe('sk_test_stranger', { host: url.hostname, port: url.port, protocol: 'http' });
    await fails(stranger.paymentIntents.list(), 'StripeAuthenticationError', { statusCode: 401 });
    await fails(stripe.balance.retrieve({}, { stripeAccount: 'acct_nothing' }), 'StripePermissionError', {
      statusCode: 403,
      code: 'account_invalid',
    });
    const idempotencyKey = crypto.randomUUID();
    await stripe.paymentIntents.create(pay(), { idempotencyKey });
    await fails(stripe.paymentIntents.create(pay({ amount: 5000 }), { idempotencyKey }), 'StripeIdempotencyError');
  },

  async 'a lost answer is asked for again and acts once (R1, R3, I13)'() {
    // Between client and server: the first answer to each key is lost on the way.
    const lost = new Set();
    const [between, server] = await listen((request, response) => {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const { host, ...headers } = request.headers;
        const onward = http.request(new URL(request.url, url), { method: request.method, headers }, (answer) => {
          const key = request.headers['idempotency-key'];
          if (key && !lost.has(key)) {
            lost.add(key);
            answer.resume();
            request.socket.destroy();
            return;
          }
          response.writeHead(answer.statusCode, answer.headers);
          answer.pipe(response);
        });
        onward.end(Buffer.concat(chunks));
      });
    });
    const client = connect({ port: new URL(between).port, maxNetworkRetries: 2 });
    const customer = await stripe.customers.create({ name: 'lossy' });
    const made = await client.paymentIntents.create(pay({ customer: customer.id }));
    assert.strictEqual(lost.size, 1);
    assert.strictEqual(made.lastResponse.headers['idempotent-replayed'], 'true');
    const all = await stripe.paymentIntents.list({ customer: customer.id });
    assert.deepStrictEqual(all.data.map((intent) => intent.id), [made.id]);
    server.close();
  },

  async 'lists are paged, both ways'() {
    const customer = await stripe.customers.create({ name: 'many' });
    const made = [];
    for (let i = 0; i < 5; i++) made.push((await stripe.paymentIntents.create(pay({ customer: customer.id }))).id);
    const forward = [];
    for await (const intent of stripe.paymentIntents.list({ customer: customer.id, limit: 2 })) forward.push(intent.id);
    assert.deepStrictEqual(forward, [...made].reverse());
    const all = await stripe.paymentIntents.list({ customer: customer.id, limit: 3 }).autoPagingToArray({ limit: 10 });
    assert.strictEqual(all.length, 5);
  },

  async 'webhooks are verified by the package (HOOK-8)'() {
    const got = [];
    const [address, server] = await listen((request, response) => {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        got.push([Buffer.concat(chunks), request.headers['stripe-signature']]);
        response.writeHead(got.length === 1 ? 503 : 200).end();
      });
    });
    const endpoint = await stripe.webhookEndpoints.create({ url: address, enabled_events: ['charge.captured'] });
    const held = await hold();
    await stripe.paymentIntents.capture(held.id);
    const until = Date.now() + 10000;
    while (got.length < 1 && Date.now() < until) await new Promise((done) => setTimeout(done, 20));
    await advance(60);
    assert.strictEqual(got.length, 2, 'once, and again after the failure');
    for (const [body, signature] of got) {
      const event = stripe.webhooks.constructEvent(body, signature, endpoint.secret);
      assert.strictEqual(event.type, 'charge.captured');
      assert.strictEqual(event.data.object.payment_intent, held.id);
      assert.throws(() => stripe.webhooks.constructEvent(body + ' ', signature, endpoint.secret));
    }
    assert.deepStrictEqual((await stripe.webhookEndpoints.del(endpoint.id)).deleted, true);
    server.close();
  },

  async 'a connected account has its own payments (CON-1)'() {
    const shop = await stripe.accounts.create({ type: 'standard', country: 'US' });
    const stripeAccount = shop.id;
    const direct = await stripe.paymentIntents.create(pay({ application_fee_amount: 10 }), { stripeAccount });
    await fails(stripe.paymentIntents.retrieve(direct.id), 'StripeInvalidRequestError', { code: 'resource_missing' });
    assert.strictEqual((await stripe.paymentIntents.retrieve(direct.id, {}, { stripeAccount })).id, direct.id);
    await advance(3600);
    const fees = await stripe.applicationFees.list({ limit: 100 });
    assert.ok(fees.data.some((fee) => fee.account === shop.id && fee.amount === 10));
  },

  async 'a setup, then a payment without the customer (C2, C19)'() {
    const customer = await stripe.customers.create({ email: 'node@example.com', metadata: { from: 'npm' } });
    const setup = await stripe.setupIntents.create({
      customer: customer.id,
      payment_method: 'pm_card_visa',
      payment_method_types: ['card'],
      confirm: true,
      expand: ['payment_method'],
    });
    assert.strictEqual(setup.payment_method.card.last4, '4242');
    const method = setup.payment_method.id;
    const paid = await stripe.paymentIntents.create(pay({ customer: customer.id, payment_method: method, off_session: true }));
    assert.strictEqual(paid.status, 'succeeded');
    assert.strictEqual((await stripe.customers.retrieve(customer.id)).metadata.from, 'npm');
  },

  async 'a session that sets a method up (CHK-1)'() {
    const session = await stripe.checkout.sessions.create({
      mode: 'setup',
      currency: 'usd',
      success_url: 'https://example.com/{CHECKOUT_SESSION_ID}',
    });
    await stripe.rawRequest('POST', `/v1/test_helpers/checkout/sessions/${session.id}/complete`, {
      payment_method: 'pm_card_visa',
    });
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['setup_intent'] });
    assert.deepStrictEqual([done.status, done.setup_intent.status], ['complete', 'succeeded']);
  },

  async 'old versions, asked for by the client (VER-10)'() {
    const held = await hold();
    const old = await connect({ apiVersion: '2020-08-27' }).paymentIntents.retrieve(held.id);
    assert.strictEqual(old.charges.data[0].id, held.latest_charge.id);
  },
};

async function main() {
  let failed = 0;
  for (const [name, flow] of Object.entries(flows)) {
    try {
      await flow();
      console.log(`ok    ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAIL  ${name}\n${error.stack}`);
    }
  }
  const count = Object.keys(flows).length;
  console.log(`npm stripe ${Stripe.PACKAGE_VERSION}: ${count - failed} of ${count} flows`);
  process.exit(failed ? 1 : 0);
}

main();
