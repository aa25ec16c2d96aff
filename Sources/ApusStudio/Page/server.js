// Talks to the process that serves the page: requests with its token, and the stream of what training comes to.

const storageKey = 'apus-token';

/** The token of the address, or the one that was kept for pages that are opened without. */
const given = /(?:^#|&)token=([0-9a-z]+)/.exec(location.hash)?.[1];
const token = given ?? kept();

function kept() {
  try { return localStorage.getItem(storageKey) ?? ''; } catch { return ''; }
}

/** Keeps the token of the address for other pages, and takes it out of the address. */
export function keepToken() {
  if (!given) return;
  try { localStorage.setItem(storageKey, given); } catch { /* kept in memory alone */ }
  const rest = location.hash.replace(/^#/, '').split('&').filter((part) => !part.startsWith('token=')).join('&');
  history.replaceState(null, '', location.pathname + (rest ? '#' + rest : ''));
}

const headers = { 'X-Apus-Token': token };

/** A mistake as the server tells it. */
export class Refusal extends Error {
  constructor(status, body) {
    const place = body.place ? body.place + ': ' : '';
    const rest = (body.expected ? '; expected ' + body.expected : '') + (body.fix ? ' (' + body.fix + ')' : '');
    super(place + (body.problem ?? 'the server does not answer') + rest);
    this.status = status;
    this.body = body;
  }
}

/** No server answers at all. */
class Silence extends Error {
  constructor() { super('the server does not answer'); }
}

const asked = (path, options) => fetch(path, options).catch(() => { throw new Silence(); });

async function checked(response) {
  if (response.ok) return response;
  let body = {};
  try { body = await response.json(); } catch { /* no JSON */ }
  throw new Refusal(response.status, body);
}

export async function post(path, body, options = {}) {
  const response = await asked(path, {
    method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body), ...options,
  });
  return checked(response);
}

/** One page's session. What is ordered before it is open waits for it. */
export class Session {
  /** The answer to the last order. */
  last = Promise.resolve();

  /**
   * Asks for a session; a lesson of null is the server's own. The answer is the session's stream: `onFrame(header, bytes)`
   * is called for each of its messages, of which the first says what the session is, and `onEnd(error)` when there are no
   * more, with the reason why no further stream could be had.
   */
  constructor(lesson, stepsPerSecond, onFrame, onEnd) {
    this.onEnd = onEnd;
    this.opened = new Promise((resolve, reject) => {
      post('/api/sessions', { lesson, stepsPerSecond }).then((response) => this.listen(response, (header, bytes) => {
        if (header.kind === 'session') { this.id = header.id; resolve(); }
        onFrame(header, bytes);
      })).then(onEnd).catch(reject);
    });
  }

  async path(rest) {
    await this.opened;
    return `/api/sessions/${this.id}/${rest}`;
  }

  /** Orders are obeyed in the order in which they are given: each is sent when the one before it is answered. */
  order(name, members = {}) { return this.inTurn('orders', { do: name, ...members }); }

  /** A table, and a lesson that waits for it or null. */
  open(name, text, lesson) { return this.inTurn('table', { name, text, lesson }); }

  inTurn(rest, body) {
    const answer = this.last.then(() => this.post(rest, body)).then((response) => response.json());
    this.last = answer.catch(() => {});
    return answer;
  }

  /** What changes nothing and may take long: it waits for the orders before it, and those after it do not wait for it. */
  async read(name, members = {}) {
    await this.last;
    return (await this.post('orders', { do: name, ...members })).json();
  }

  async model() {
    await this.last;
    return (await this.post('model', {})).blob();
  }

  async post(rest, body) {
    try {
      return await post(await this.path(rest), body);
    } catch (error) {
      // It is over; where the server is silent, the stream finds out whether it stays so.
      if (this.id && (error.status === 401 || error.status === 404)) this.onEnd(error);
      throw error;
    }
  }

  /** At once: the page is on its way out. */
  close() {
    if (this.id) post(`/api/sessions/${this.id}/close`, {}, { keepalive: true }).catch(() => {});
  }

  /** Reads a stream, and when it breaks off another of the same session. */
  async listen(response, onFrame) {
    let reason = null;
    for (let failures = 0; failures < 5; failures++) {
      try {
        response ??= await checked(await asked(`/api/sessions/${this.id}/stream`, { headers, cache: 'no-store' }));
        await read(response, (header, bytes) => {
          failures = 0;
          // A mistake of the page's own is no stream that broke off.
          try { onFrame(header, bytes); } catch (error) { reportError(error); }
        });
      } catch (error) {
        reason = error;
        if (error instanceof Refusal) break;
      }
      response = null;
      await new Promise((resolve) => { setTimeout(resolve, 300); });
    }
    return reason;
  }
}

/** Calls `onFrame(header, bytes)` for each message until the stream ends. */
async function read(response, onFrame) {
  const reader = response.body.getReader();
  let buffer = new Uint8Array(1 << 20);
  let length = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    if (length + value.length > buffer.length) {
      const larger = new Uint8Array(Math.max(buffer.length * 2, length + value.length));
      larger.set(buffer.subarray(0, length));
      buffer = larger;
    }
    buffer.set(value, length);
    length += value.length;
    let start = 0;
    while (length - start >= 4) {
      const size = new DataView(buffer.buffer, start, 4).getUint32(0, true);
      if (length - start < 4 + size) break;
      if (size > 0) {
        const frame = buffer.slice(start + 4, start + 4 + size);
        const headerSize = new DataView(frame.buffer).getUint32(0, true);
        const header = JSON.parse(new TextDecoder().decode(frame.subarray(4, 4 + headerSize)));
        onFrame(header, frame.slice(4 + headerSize));
      }
      start += 4 + size;
    }
    buffer.copyWithin(0, start, length);
    length -= start;
  }
}
