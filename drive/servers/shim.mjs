// A starter shim: a payment engine of any kind behind the driving contract, with Node alone.
// `node shim.mjs PORT` serves the small engine below, on the loopback interface.
//
// Copy this file, replace `Engine` by calls of your engine, and drive it. The contract is docs/src/driving-contract.md.
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const DECLINES = { pm_card_visa_chargeDeclined: 'generic_decline' };
const METHODS = new Set(['pm_card_visa', ...Object.keys(DECLINES)]);
const REASONS = ['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'];

/** The engine refuses. */
export class Refused extends Error {
  constructor(code = null, param = null, status = 400, type = 'invalid_request_error', more = {}) {
    super(code ?? 'refused');
    Object.assign(this, { status, body: { type, code, param, message: String(code), ...more } });
  }
}
/** A small engine. Amounts are integers in the smallest unit; each method returns or throws `Refused`. */
class Engine {
  payments = new Map();
  need(it, ...statuses) {
    if (!statuses.includes(it.status)) throw new Refused('payment_intent_unexpected_state');
  }
  create(id, amount, currency, manual) {
    this.payments.set(id, { status: 'requires_payment_method', amount, manual, held: 0, received: 0, refunded: 0 });
  }
  confirm(id, declines) {
    const it = this.payments.get(id);
    this.need(it, 'requires_payment_method');
    if (declines) throw new Refused('card_declined', null, 402, 'card_error', { decline_code: declines });
    Object.assign(it, it.manual ? { status: 'requires_capture', held: it.amount } : { status: 'succeeded', received: it.amount });
  }
  capture(id, asked) {
    const it = this.payments.get(id);
    this.need(it, 'requires_capture');
    const amount = asked ?? it.held;
    if (amount < 1) throw new Refused('parameter_invalid_integer', 'amount');
    if (amount > it.held) throw new Refused('amount_too_large', 'amount_to_capture');
    Object.assign(it, { status: 'succeeded', received: amount, held: 0 });
  }
  cancel(id) {
    const it = this.payments.get(id);
    this.need(it, 'requires_payment_method', 'requires_capture');
    Object.assign(it, { status: 'canceled', held: 0 });
  }
  refund(id, asked) {
    const it = this.payments.get(id);
    const left = it.received - it.refunded;
    if (asked !== null && asked < 1) throw new Refused('parameter_invalid_integer', 'amount');
    if (it.status !== 'succeeded') throw new Refused();
    if (left === 0) throw new Refused('charge_already_refunded');
    if ((asked ?? left) > left) throw new Refused(null, 'amount');
    it.refunded += asked ?? left;
    return asked ?? left;
  }

  /** Returns status, amount held, amount received and amount refunded. */
  show(id) {
    const { status, held, received, refunded } = this.payments.get(id);
    return { status, held, received, refunded };
  }
}

/** The contract's requests, in terms of an engine. Fields that it does not show are declared as absent. */
export class Shim {
  absent = ['payment_intent.last_payment_error', 'payment_intent.last_payment_error.code', 'Idempotency-Key', 'charge.balance_transaction'];
  known = new Map();
  refunds = [];
  count = 0;
  constructor(engine, absent) {
    this.engine = engine;
    this.absent.push(...absent);
  }

  name(kind) {
    this.count += 1;
    return `${kind}_${String(this.count).padStart(8, '0')}ShimA1`;
  }
  only(form, ...names) {
    const unknown = [...form.keys()].find((name) => !['expand', ...names].includes(name.split('[')[0]));
    if (unknown) throw new Refused('parameter_unknown', unknown);
  }
  amount(form, name) {
    return form.has(name) ? Number(form.get(name)) : null;
  }
  method(form) {
    const method = form.get('payment_method');
    if (method !== null && !METHODS.has(method)) throw new Refused('resource_missing', 'payment_method', 404);
    return method;
  }

  async shown(id) {
    const it = this.known.get(id);
    let { status, held, received, refunded } = await this.engine.show(id);
    if (status === 'requires_payment_method' && it.method && !it.failed) status = 'requires_confirmation';
    const released = status === 'canceled' && !it.failed;
    const charge = it.charge && {
      id: it.charge, object: 'charge', amount: it.amount, currency: it.currency, amount_captured: received,
      amount_refunded: released ? it.amount : refunded, captured: !(it.failed || released || status === 'requires_capture'),
      refunded: released || (received > 0 && refunded === received), status: it.failed ? 'failed' : 'succeeded',
    };
    return {
      id, object: 'payment_intent', status, amount: it.amount, currency: it.currency, amount_capturable: held, amount_received: received,
      capture_method: it.capture, confirmation_method: 'automatic', cancellation_reason: it.reason, payment_method: it.method,
      latest_charge: charge, next_action: null,
    };
  }

  async create(form) {
    const amount = this.amount(form, 'amount');
    if (amount === null || amount < 1) throw new Refused('parameter_invalid_integer', 'amount');
    if (amount < 50) throw new Refused('amount_too_small', 'amount');
    if (amount > 99999999) throw new Refused('amount_too_large', 'amount');
    const currency = form.get('currency');
    if (!['usd', 'eur'].includes(currency)) throw new Refused(null, 'currency');
    this.only(form, 'amount', 'currency', 'confirm', 'payment_method', 'capture_method', 'payment_method_types');
    const [method, id, capture] = [this.method(form), this.name('pi'), form.get('capture_method') ?? 'automatic_async'];
    await this.engine.create(id, amount, currency, capture === 'manual');
    this.known.set(id, { amount, currency, capture, method, charge: null, failed: false, reason: null });
    return form.get('confirm') === 'true' ? this.confirm(id, new URLSearchParams()) : this.shown(id);
  }

  async confirm(id, form) {
    this.only(form, 'payment_method');
    const it = this.known.get(id);
    const method = this.method(form) ?? it.method;
    const { status } = await this.engine.show(id);
    if (method === null && status === 'requires_payment_method') throw new Refused('payment_intent_unexpected_state');
    try {
      await this.engine.confirm(id, DECLINES[method]);
    } catch (refused) {
      if (refused.status === 402) {
        Object.assign(it, { failed: true, method: null, charge: this.name('ch') });
        refused.body.payment_intent = await this.shown(id);
      }
      throw refused;
    }
    Object.assign(it, { failed: false, method, charge: this.name('ch') });
    return this.shown(id);
  }

  async act(id, verb, form) {
    if (!this.known.has(id)) throw new Refused('resource_missing', 'intent', 404);
    if (verb === 'confirm') return this.confirm(id, form);
    this.only(form, verb === 'capture' ? 'amount_to_capture' : 'cancellation_reason');
    if (form.get('amount_to_capture')?.startsWith('-')) throw new Refused(null, 'amount_to_capture');
    if (verb === 'capture') {
      await this.engine.capture(id, this.amount(form, 'amount_to_capture'));
    } else {
      const reason = form.get('cancellation_reason');
      if (reason !== null && !REASONS.includes(reason)) throw new Refused(null, 'cancellation_reason');
      await this.engine.cancel(id);
      this.known.get(id).reason = reason;
    }
    return this.shown(id);
  }

  async refund(form) {
    const id = form.get('payment_intent');
    if (!this.known.has(id)) throw new Refused('resource_missing', 'payment_intent', 404);
    this.only(form, 'payment_intent', 'amount');
    const amount = await this.engine.refund(id, this.amount(form, 'amount'));
    const refund = { id: this.name('re'), object: 'refund', amount, status: 'succeeded', payment_intent: id };
    this.refunds.push(refund);
    return refund;
  }

  answer(verb, path, form) {
    const [, , kind, id, action] = path.split('/');
    if (verb === 'GET' && kind === 'holdfast') return { absent: this.absent };
    if (verb === 'GET' && kind === 'payment_intents' && this.known.has(id)) return this.shown(id);
    if (verb === 'GET' && kind === 'refunds') return { object: 'list', data: this.refunds.filter((it) => it.payment_intent === form.get('payment_intent')) };
    if (verb === 'POST' && kind === 'payment_intents' && !id) return this.create(form);
    if (verb === 'POST' && ['confirm', 'capture', 'cancel'].includes(action)) return this.act(id, action, form);
    if (verb === 'POST' && kind === 'refunds' && !id) return this.refund(form);
    throw new Refused(null, null, 404);
  }
}

/** Serves an engine. Requests are carried out one after the other; await less to test an engine that takes several. */
export function serve(engine, port, absent = []) {
  const shim = new Shim(engine, absent);
  let last = Promise.resolve();
  createServer((request, response) => {
    let text = '';
    request.on('data', (piece) => (text += piece));
    request.on('end', () => {
      const target = new URL(request.url, 'http://127.0.0.1');
      const form = new URLSearchParams(text || target.search);
      last = last.then(() => shim.answer(request.method, target.pathname, form)).then(
        (body) => response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body)),
        (error) => response.writeHead(error.status ?? 500).end(JSON.stringify({ error: error.body ?? { type: 'api_error', message: String(error) } })),
      );
    });
  }).listen(port, '127.0.0.1');
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) serve(new Engine(), Number(process.argv[2]));
