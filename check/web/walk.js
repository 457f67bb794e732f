// The walk at hand, and its requests to the server. Every view comes from a trace that the server has replayed.

/** Asks the server; throws an error with the server's words if it refuses. */
export async function ask(path, body) {
  const options = body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {};
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(`${answer.field}: ${answer.error}`);
  return answer;
}

/** The walk: its view, the position that is shown, and the inputs possible there. */
export class Walk {
  constructor(changed) {
    this.changed = changed;
    this.view = null;
    this.position = 0;
    this.next = [];
    this.waiting = Promise.resolve();
  }

  get length() {
    return this.view ? this.view.steps.length : 0;
  }

  /** Carries out one request after the other, so that quick keys do not overtake each other. */
  queue(work) {
    this.waiting = this.waiting.then(work, work);
    return this.waiting;
  }

  request(more) {
    const { scenario, variant, trace } = this.view;
    return ask("/api/walk", { scenario, variant, trace, ...more });
  }

  show(view, position) {
    this.view = view;
    this.position = Math.min(position ?? view.steps.length, view.steps.length);
    this.next = view.next;
    this.changed();
  }

  /** Begins a walk: scenario, variant, choices of the dialect, perhaps a trace and a position. */
  begin(request, position) {
    return this.queue(async () => {
      const view = await ask("/api/walk", request);
      this.show(view);
      if (position !== undefined && position < view.steps.length) await this.moved(position);
    });
  }

  /** Takes an input at the position that is shown; later steps are dropped. */
  take(input) {
    return this.queue(async () => this.show(await this.request({ keep: this.position, add: input })));
  }

  /** Drops the last step. */
  undo() {
    return this.queue(async () => {
      if (this.length > 0) this.show(await this.request({ keep: this.length - 1 }));
    });
  }

  /** Shows another position of the same walk. */
  move(position) {
    return this.queue(() => this.moved(position));
  }

  async moved(position) {
    const target = Math.max(0, Math.min(position, this.length));
    if (target === this.position) return;
    const there = target === this.length ? this.view : await this.request({ keep: target });
    this.position = target;
    this.next = there.next;
    this.changed();
  }
}

/** Returns the part of the address behind `#` that shares a walk. */
export function address(walk) {
  const { scenario, variant, trace } = walk.view;
  const parts = new URLSearchParams({ scenario, variant, trace });
  if (walk.position < walk.length) parts.set("step", walk.position);
  return `#${parts}`;
}

/** Returns the walk that an address shares, or null. */
export function shared(hash) {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  if (!parts.has("scenario")) return null;
  const step = Number.parseInt(parts.get("step"), 10);
  return {
    request: {
      scenario: parts.get("scenario"),
      variant: parts.get("variant") || null,
      trace: parts.get("trace") || null,
    },
    position: Number.isNaN(step) ? undefined : step,
  };
}
