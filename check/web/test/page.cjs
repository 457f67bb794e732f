// The page of `check web` in a browser, as people use it. Ends with 1 at the first thing that is not as it must be.
'use strict';
const assert = require('assert');
const { spawn } = require('child_process');
const fs = require('fs');
const path = require('path');
const { chromium } = require('playwright-core');

const SHOTS = process.env.SHOTS;
const SIZES = { wide: { width: 1400, height: 1000 }, middle: { width: 900, height: 1100 }, narrow: { width: 360, height: 900 } };

/** Starts the program and returns its address. */
function serve(...args) {
  const program = spawn(process.env.CHECK, ['web', ...args, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let text = '';
    program.stdout.on('data', (piece) => {
      text += piece;
      const found = text.match(/http:\/\/\S+/);
      if (found) resolve({ program, url: found[0] });
    });
    program.on('exit', (code) => reject(new Error(`check web ended with ${code}`)));
  });
}

const settled = (page, words) => page.waitForFunction((it) => document.getElementById('place').textContent === it, words);
const texts = (page, selector) => page.locator(selector).allTextContents();

async function shot(page, name) {
  if (SHOTS) await page.screenshot({ path: path.join(SHOTS, `${name}.png`), fullPage: true });
}

/** Nothing sticks out to the side, and no control is too small or without a name. */
async function inspect(page, name) {
  const wrong = await page.evaluate(() => {
    const found = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) found.push(`the page is ${document.documentElement.scrollWidth} wide on ${width}`);
    for (const control of document.querySelectorAll('button, select, input, textarea')) {
      const box = control.getBoundingClientRect();
      if (box.width === 0) continue;
      const labels = control.labels ? [...control.labels].map((label) => label.textContent).join('') : '';
      const named = control.getAttribute('aria-label') || control.textContent.trim() || labels.trim();
      if (!named) found.push(`a ${control.localName} has no name`);
      if (box.right > width + 1 || box.left < 0) found.push(`${named} sticks out`);
    }
    return found;
  });
  assert.deepStrictEqual(wrong, [], name);
}

/** Text stands out from what is behind it: at least 4.5 to 1. */
async function contrast(page, name) {
  const weak = await page.evaluate(() => {
    const numbers = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
    const linear = (part) => (part <= 10.31475 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4);
    const light = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    const behind = (node) => {
      for (let it = node; it; it = it.parentElement) {
        const color = numbers(getComputedStyle(it).backgroundColor);
        if (color.length === 3 || color[3] > 0.99) return color;
      }
      return [255, 255, 255];
    };
    const found = [];
    for (const node of document.querySelectorAll('main *, header *, #about *')) {
      const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
      const box = node.getBoundingClientRect();
      if (!own || box.width < 4 || node.closest(':disabled, .later')) continue;
      const [one, other] = [light(numbers(getComputedStyle(node).color)), light(behind(node))].sort((a, b) => b - a);
      const ratio = (one + 0.05) / (other + 0.05);
      if (ratio < 4.5) found.push(`${node.localName}.${node.className} "${node.textContent.slice(0, 30)}" ${ratio.toFixed(1)}`);
    }
    return found;
  });
  assert.deepStrictEqual(weak, [], `${name}: too little contrast`);
}

/** A walk by clicks: hold, partial capture, refund; undo; the bar shows the money. */
async function walks(page, url, name) {
  await page.goto(url);
  await settled(page, 'step 0 of 0');
  await page.fill('#words', 'create pi1 1000 usd manual multicapture method=card_visa confirm');
  await page.press('#words', 'Enter');
  await settled(page, 'step 1 of 1');
  assert.deepStrictEqual(await texts(page, '.bar .part'), ['1000']);
  assert.match(await page.textContent('.deadlines'), /The hold ends in 7d/);
  await page.fill('#words', 'capture pi1 700 final=false');
  await page.press('#words', 'Enter');
  await settled(page, 'step 2 of 2');
  assert.deepStrictEqual(await texts(page, '.legend li'), ['700 captured, with the merchant', '300 held, can be captured']);
  assert.match(await page.textContent('#step .changes'), /pi1\.received.*0.*700/s);
  assert.match(await page.textContent('#step .notifications'), /payment_intent\.amount_capturable_updated/);
  assert.match(await page.textContent('#step .properties summary'), /True: \d+ (property|properties) with a premise that occurs/);
  await inspect(page, name);
  await contrast(page, name);
  await shot(page, name);
  await page.click('#inputs .input >> nth=0');
  await settled(page, 'step 3 of 3');
  await page.click('#undo');
  await settled(page, 'step 2 of 2');
  await page.fill('#words', 'fly pi1');
  await page.press('#words', 'Enter');
  await page.waitForSelector('#error:not([hidden])');
  assert.match(await page.textContent('#error'), /add: .*fly/);
  await settled(page, 'step 2 of 2');
}

/** The same by keys alone. */
async function keys(page, url) {
  await page.goto(url);
  await settled(page, 'step 0 of 0');
  await page.keyboard.press('1');
  await settled(page, 'step 1 of 1');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await settled(page, 'step 2 of 2');
  await page.keyboard.press('ArrowLeft');
  await settled(page, 'step 1 of 2');
  await page.keyboard.press('End');
  await settled(page, 'step 2 of 2');
  await page.keyboard.press('Home');
  await settled(page, 'step 0 of 2');
  await page.keyboard.press('p');
  await settled(page, 'step 2 of 2');
  await page.keyboard.press('u');
  await settled(page, 'step 1 of 1');
  await page.keyboard.press('/');
  await page.keyboard.type('captures');
  for (const words of await texts(page, '#inputs .input')) assert.match(words, /capture/i);
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.waitForSelector('#keys[open]');
  await page.keyboard.press('Escape');
}

/** The address of the page is the walk; a trace with a false expectation is played and shown as such. */
async function shares(browser, page, url) {
  const link = page.url();
  const other = await browser.newPage();
  await other.goto(link);
  await settled(other, await page.textContent('#place'));
  assert.strictEqual(await other.textContent('#trace'), await page.textContent('#trace'));
  await other.click('#load');
  await other.fill('#text', 'fly pi1');
  await other.click('#take');
  await other.waitForSelector('#refused:not([hidden])');
  await other.setInputFiles('#file', { name: 'a.trace', mimeType: 'text/plain', buffer: Buffer.from('create pi1 500 usd manual\ncapture pi1 700 => succeeded\n') });
  await other.waitForFunction(() => document.getElementById('text').value.includes('capture pi1 700'));
  await other.click('#take');
  await settled(other, 'step 0 of 2');
  assert.match(await other.textContent('#status'), /expects something else at 1 step\b/);
  await other.click('#last');
  await settled(other, 'step 2 of 2');
  assert.match(await other.textContent('#step'), /The trace expects otherwise/);
  const download = other.waitForEvent('download');
  await other.click('#save');
  const saved = fs.readFileSync(await (await download).path(), 'utf8');
  assert.match(saved, /capture +pi1 700 +=> rejected/);
  await shot(other, 'differs');
  await other.close();
}

/** Another scenario, another configuration. */
async function chooses(page, url) {
  await page.goto(url);
  await settled(page, 'step 0 of 0');
  await page.selectOption('#scenario', 'checkout');
  await page.waitForFunction(() => location.hash.includes('scenario=checkout'));
  await page.click('#configuration summary');
  await page.selectOption('[name=capture_at_deadline]', 'yes');
  await page.fill('[name=confirm_limit]', 'many');
  await page.click('#dialect button');
  await page.waitForSelector('#error:not([hidden])');
  await page.fill('[name=confirm_limit]', '3');
  await page.click('#dialect button');
  await page.waitForFunction(() => document.getElementById('changed').textContent.includes('confirm_limit=3'));
  assert.match(await page.textContent('#changed'), /capture_at_deadline=yes/);
  await inspect(page, 'configuration');
  await shot(page, 'configuration');
}

async function main() {
  if (SHOTS) fs.mkdirSync(SHOTS, { recursive: true });
  const { program, url } = await serve('multicapture', 'us');
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });
  const problems = [];
  try {
    for (const colorScheme of ['light', 'dark']) {
      for (const [size, viewport] of Object.entries(SIZES)) {
        const page = await browser.newPage({ viewport, colorScheme });
        page.on('pageerror', (error) => problems.push(String(error)));
        page.on('request', (request) => request.url().startsWith(url) || request.url().startsWith('blob:') || problems.push(request.url()));
        await walks(page, url, `${size}-${colorScheme}`);
        if (size === 'wide') await keys(page, url);
        if (size === 'wide') await shares(browser, page, url);
        if (size !== 'middle') await chooses(page, url);
        await page.close();
        console.log(`${size} ${colorScheme}: fine`);
      }
    }
    assert.deepStrictEqual(problems, []);
  } finally {
    await browser.close();
    program.removeAllListeners('exit');
    program.kill('SIGINT');
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
