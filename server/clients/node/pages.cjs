// Pays on the server's pages in a headless Chromium, as customers do; ends with 1 when a flow fails, with 3 when there is none.
'use strict';
const assert = require('assert');
const fs = require('fs');
const http = require('http');
const Stripe = require('stripe');
const { chromium } = require('playwright-core');

const url = new URL(process.env.HOLDFAST_URL);
const stripe = new Stripe(process.env.HOLDFAST_KEY, { host: url.hostname, port: url.port, protocol: 'http' });
const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path && fs.existsSync(path),
);

/** The shop: every page says where the customer is; `/shop/cs_…_secret_…` shows a session in a frame. */
let shop;
const shopServer = http.createServer((request, response) => {
  response.setHeader('content-type', 'text/html');
  const [, place, secret] = request.url.split('/');
  const create = { shop: 'createEmbeddedCheckoutPage', older: 'initEmbeddedCheckout' }[place];
  response.end(
    create
      ? `<div id="checkout"></div><script src="${url.origin}/checkout.js"></script><script>
         Stripe('pk_test_x').${create}({ fetchClientSecret: async () => '${secret}' })
           .then((page) => page.mount('#checkout'))</script>`
      : `<p id="here">${request.url}</p>`,
  );
});

const ITEMS = [{ price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'T-shirt <b>' } }, quantity: 2 }];
const hosted = (more = {}) =>
  stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: ITEMS,
    success_url: `${shop}/done?session={CHECKOUT_SESSION_ID}`,
    cancel_url: `${shop}/cart`,
    payment_intent_data: { capture_method: 'manual' },
    payment_method_options: { card: { request_multicapture: 'if_available' } },
    ...more,
  });
const embedded = () =>
  stripe.checkout.sessions.create({
    mode: 'payment',
    ui_mode: 'embedded_page',
    line_items: ITEMS,
    return_url: `${shop}/return?session={CHECKOUT_SESSION_ID}`,
  });

async function fill(page, number, expiry = '12 / 34') {
  await page.fill('[name=email]', 'buyer@example.com');
  await page.fill('[name=number]', number);
  await page.fill('[name=expiry]', expiry);
  await page.fill('[name=cvc]', '123');
  await page.click('#pay');
}
const VISA = '4242 4242 4242 4242';
const CHALLENGED = '4000 0000 0000 3220';

/** The session as it ended, and whether the customer is where the merchant wanted. */
async function arrived(page, session, path) {
  await page.waitForURL((at) => at.href.startsWith(`${shop}${path}`), { timeout: 10000 });
  assert.strictEqual(new URL(page.url()).searchParams.get('session'), session.id);
  return stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent.latest_charge', 'setup_intent'] });
}

const flows = {
  async 'a card pays a hosted page (B15 to B19, B27)'(page) {
    const session = await hosted();
    await page.goto(session.url);
    assert.match(await page.textContent('main'), /T-shirt <b>.*\$40\.00/s);
    assert.strictEqual(await page.textContent('.shop'), new URL(shop).host);
    const fills = await page.$$eval('form input', (inputs) => inputs.map((input) => input.autocomplete));
    assert.deepStrictEqual(fills, ['email', 'cc-number', 'cc-exp', 'cc-csc']);
    await fill(page, VISA, '1234');
    const done = await arrived(page, session, '/done');
    assert.deepStrictEqual([done.status, done.payment_intent.status], ['complete', 'requires_capture']);
    assert.strictEqual(done.payment_intent.latest_charge.payment_method_details.card.multicapture.status, 'available');
    assert.strictEqual(done.customer_details.email, 'buyer@example.com');
  },

  async 'a declined card can be followed by another (B25, C13)'(page) {
    const session = await hosted();
    await page.goto(session.url);
    await fill(page, '4000 0000 0000 9995');
    assert.match(await page.textContent('[role=alert]'), /insufficient funds/);
    await fill(page, '1234');
    assert.match(await page.textContent('label:has([name=number]) [role=alert]'), /number is incorrect/);
    assert.strictEqual(await page.getAttribute('[name=number]', 'aria-describedby'), await page.getAttribute('[role=alert]', 'id'));
    assert.strictEqual((await stripe.checkout.sessions.retrieve(session.id)).status, 'open');
    await fill(page, VISA);
    assert.strictEqual((await arrived(page, session, '/done')).status, 'complete');
  },

  async 'every problem of a card stands beside its field (P14)'(page) {
    const session = await hosted();
    await page.goto(session.url);
    for (const [field, number, expiry, text] of [
      ['number', '1234', '12 / 34', /number is incorrect/],
      ['expiry', VISA, '13 / 34', /expiry is incorrect/],
      ['expiry', VISA, '12 / 20', /in the past/],
      ['cvc', '4000 0000 0000 0127', '12 / 34', /security code/],
      ['expiry', '4000 0000 0000 0069', '12 / 34', /expired/],
    ]) {
      await fill(page, number, expiry);
      assert.match(await page.textContent(`label:has([name=${field}]) [role=alert]`), text);
      assert.strictEqual(await page.getAttribute(`[name=${field}]`, 'aria-invalid'), 'true');
      assert.strictEqual((await page.$$('[role=alert]')).length, 1);
    }
    await fill(page, VISA);
    assert.strictEqual((await arrived(page, session, '/done')).status, 'complete');
  },

  async 'a customer without a mouse pays, and fixes a mistake on the way'(page) {
    const session = await hosted();
    await page.goto(session.url);
    const type = async (texts) => {
      for (const text of texts) {
        await page.keyboard.press('Tab');
        if (text) await page.keyboard.type(text);
      }
      await page.keyboard.press('Enter');
    };
    await type(['buyer@example.com', VISA, '12 / 20', '123']);
    await page.waitForSelector('[name=expiry][aria-invalid=true]');
    assert.strictEqual(await page.evaluate(() => document.activeElement.name), 'expiry');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('12 / 34');
    await type(['123']);
    assert.strictEqual((await arrived(page, session, '/done')).status, 'complete');
  },

  async 'a challenge is passed (C7)'(page) {
    const session = await hosted();
    await page.goto(session.url);
    await fill(page, CHALLENGED);
    assert.match(await page.textContent('#amount'), /Pay \$40\.00/);
    await page.click('#approve');
    assert.strictEqual((await arrived(page, session, '/done')).payment_intent.status, 'requires_capture');
  },

  async 'a challenge is failed, then another card pays (B25)'(page) {
    const session = await hosted();
    await page.goto(session.url);
    await fill(page, CHALLENGED);
    await page.click('#fail');
    assert.match(await page.textContent('[role=alert]'), /could not confirm/);
    const open = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
    assert.deepStrictEqual([open.status, open.payment_intent.status], ['open', 'requires_payment_method']);
    await fill(page, VISA);
    await arrived(page, session, '/done');
  },

  async 'a challenge is abandoned, and the session expires (B16, C14)'(page) {
    const session = await hosted();
    await page.goto(session.url);
    await fill(page, CHALLENGED);
    await page.click('#leave');
    await page.waitForSelector('#pay');
    const expired = await stripe.checkout.sessions.expire(session.id);
    assert.strictEqual(expired.status, 'expired');
    await page.reload();
    assert.match(await page.textContent('h1'), /no longer open/);
    const intent = await stripe.paymentIntents.retrieve(expired.payment_intent);
    assert.strictEqual(intent.status, 'canceled');
  },

  async 'the customer goes back to the cart'(page) {
    const session = await hosted();
    await page.goto(session.url);
    await page.click('#cancel');
    assert.strictEqual(await page.textContent('#here'), '/cart');
    assert.strictEqual((await stripe.checkout.sessions.retrieve(session.id)).status, 'open');
  },

  async 'a card is saved (C2)'(page) {
    const session = await hosted({ mode: 'setup', currency: 'usd', line_items: undefined, payment_intent_data: undefined, payment_method_options: undefined });
    await page.goto(session.url);
    await fill(page, VISA);
    assert.strictEqual((await arrived(page, session, '/done')).setup_intent.status, 'succeeded');
  },

  async 'a session in a frame of the shop (B22 to B25)'(page) {
    const session = await embedded();
    const older = await embedded();
    await page.goto(`${shop}/older/${older.client_secret}`);
    await page.frameLocator('iframe').locator('#pay').waitFor();
    await page.goto(`${shop}/shop/${session.client_secret}`);
    const frame = page.frameLocator('iframe');
    await frame.locator('[name=number]').fill('4000 0000 0000 0002');
    await frame.locator('[name=expiry]').fill('12/34');
    await frame.locator('[name=cvc]').fill('123');
    await frame.locator('#pay').click();
    assert.match(await frame.locator('[role=alert]').textContent(), /declined/);
    await frame.locator('[name=number]').fill(CHALLENGED);
    await frame.locator('[name=cvc]').fill('123');
    await frame.locator('#pay').click();
    await frame.locator('#approve').click();
    assert.strictEqual((await arrived(page, session, '/return')).payment_status, 'paid');
  },

  async 'a payment of the merchant\'s own form asks the bank (C7)'(page) {
    const intent = await stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      payment_method: 'pm_card_threeDSecure2Required',
      payment_method_types: ['card'],
      confirm: true,
      return_url: `${shop}/back?order=6735`,
    });
    await page.goto(intent.next_action.redirect_to_url.url);
    await page.click('#approve');
    await page.waitForURL((at) => at.href.startsWith(`${shop}/back`), { timeout: 10000 });
    const told = new URL(page.url()).searchParams;
    const wanted = { order: '6735', payment_intent: intent.id, payment_intent_client_secret: intent.client_secret, redirect_status: 'succeeded' };
    assert.deepStrictEqual(Object.fromEntries(told), wanted);
    assert.strictEqual((await stripe.paymentIntents.retrieve(intent.id)).status, 'succeeded');
  },

  async 'a bank account is verified by what was sent to it (C19)'(page) {
    const setup = await stripe.setupIntents.create({
      payment_method: 'pm_usBankAccount_success',
      payment_method_types: ['us_bank_account'],
      payment_method_options: { us_bank_account: { verification_method: 'microdeposits' } },
      confirm: true,
    });
    await page.goto(setup.next_action.verify_with_microdeposits.hosted_verification_url);
    await page.fill('[name=first]', '1');
    await page.fill('[name=second]', '2');
    await page.click('#verify');
    assert.match(await page.textContent('[role=alert]'), /\S/);
    await page.fill('[name=code]', 'SM11AA');
    await page.click('#verify');
    assert.match(await page.textContent('h1'), /Thank you/);
    assert.strictEqual((await stripe.setupIntents.retrieve(setup.id)).status, 'succeeded');
  },

  async 'a page without its key is not there'(page) {
    const session = await hosted();
    for (const address of [session.url.split('?')[0], `${session.url.slice(0, -1)}x`, session.url.replace('cs_test_', 'pi_')]) {
      assert.strictEqual((await page.goto(address)).status(), 404, address);
    }
  },
};

async function main() {
  if (!executablePath) {
    console.log('INCOMPLETE: no Chromium is on this machine (CHROMIUM names one), so no page was tried.');
    process.exitCode = 3;
    return;
  }
  await new Promise((done) => shopServer.listen(0, '127.0.0.1', done));
  shop = `http://127.0.0.1:${shopServer.address().port}`;
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  });
  let failed = 0;
  for (const [name, flow] of Object.entries(flows)) {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(10000);
    try {
      await flow(page);
      console.log(`ok    ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAIL  ${name}\n${error.stack}\nat ${page.url()}: ${(await page.textContent('body').catch(() => '')).slice(0, 300)}`);
    }
    await context.close();
  }
  await browser.close();
  shopServer.close();
  const count = Object.keys(flows).length;
  console.log(`chromium ${browser.version()}: ${count - failed} of ${count} flows`);
  process.exitCode = failed ? 1 : 0;
}

main();
