// Takes a picture of each of the server's pages in a headless Chromium: wide, narrow and dark. Ends with 3 when there is none.
//
//   node shots.cjs FOLDER      with HOLDFAST_URL and HOLDFAST_KEY set, as server/clients/run does
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');
const Stripe = require('stripe');
const { chromium } = require('playwright-core');

const url = new URL(process.env.HOLDFAST_URL);
const stripe = new Stripe(process.env.HOLDFAST_KEY, { host: url.hostname, port: url.port, protocol: 'http' });
const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (file) => file && fs.existsSync(file),
);
const folder = process.argv[2];

/** Each look: its name, the window, and the colors that the customer prefers. */
const LOOKS = [
  ['wide', { width: 900, height: 620 }, 'light'],
  ['narrow', { width: 360, height: 640 }, 'light'],
  ['dark', { width: 360, height: 640 }, 'dark'],
];

// A shop whose address is the same in every picture.
const shopServer = http.createServer((request, response) => {
  response.setHeader('content-type', 'text/html');
  const secret = request.url.split('/')[2];
  response.end(`<title>Shop</title><h1 style="font:600 20px system-ui;margin:16px">The shop</h1><div id="checkout"></div>
    <script src="${url.origin}/checkout.js"></script><script>Stripe('pk_test_x')
      .createEmbeddedCheckoutPage({ fetchClientSecret: async () => '${secret}' }).then((page) => page.mount('#checkout'))</script>`);
});

const ITEMS = [{ price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'T-shirt' } }, quantity: 2 }];
const hosted = () =>
  stripe.checkout.sessions.create({ mode: 'payment', line_items: ITEMS, success_url: 'https://shop.example/done', cancel_url: 'https://shop.example/cart' });

async function fill(page, number, expiry = '12 / 34') {
  await page.fill('[name=email]', 'buyer@example.com');
  await page.fill('[name=number]', number);
  await page.fill('[name=expiry]', expiry);
  await page.fill('[name=cvc]', '123');
  await page.click('#pay');
}

const SHOTS = {
  async hosted(page) {
    await page.goto((await hosted()).url);
  },
  async 'hosted-problem-beside-its-field'(page) {
    await page.goto((await hosted()).url);
    await fill(page, '4242 4242 4242 4242', '12 / 20');
    await page.waitForSelector('[role=alert]');
  },
  async 'hosted-declined'(page) {
    await page.goto((await hosted()).url);
    await fill(page, '4000 0000 0000 9995');
    await page.waitForSelector('[role=alert]');
  },
  async challenge(page) {
    await page.goto((await hosted()).url);
    await fill(page, '4000 0000 0000 3220');
    await page.waitForSelector('#approve');
  },
  async embedded(page) {
    const session = await stripe.checkout.sessions.create({ mode: 'payment', ui_mode: 'embedded_page', line_items: ITEMS, return_url: 'https://shop.example/return' });
    await page.goto(`http://127.0.0.1:${shopServer.address().port}/shop/${session.client_secret}`);
    await page.frameLocator('iframe').locator('#pay').waitFor();
  },
};

async function main() {
  if (!executablePath) {
    console.error('no Chromium: set CHROMIUM to its path');
    return 3;
  }
  fs.mkdirSync(folder, { recursive: true });
  await new Promise((ready) => shopServer.listen(0, '127.0.0.1', ready));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  for (const [look, viewport, colorScheme] of LOOKS) {
    for (const [name, open] of Object.entries(SHOTS)) {
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
      const page = await context.newPage();
      await open(page);
      await page.screenshot({ path: path.join(folder, `${name}-${look}.png`), animations: 'disabled', caret: 'hide' });
      await context.close();
    }
  }
  await browser.close();
  shopServer.close();
  return 0;
}

main().then((code) => process.exit(code), (error) => {
  console.error(error);
  process.exit(1);
});
