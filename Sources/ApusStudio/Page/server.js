// Talks to the process that serves the page: requests with its token, and the stream of what training comes to.

const storageKey = 'apus-token';

/** The token of the address, which is kept for pages that are opened without one, and taken out of the address. */
function takeToken() {
  const given = /(?:^#|&)token=([0-9a-z]+)/.exec(location.hash);
  if (given) {
    try { localStorage.setItem(storageKey, given[1]); } catch { /* kept in memory alone */ }
    const rest = location.hash.replace(/^#/, '').split('&').filter((part) => !part.startsWith('token=')).join('&');
    history.replaceState(null, '', location.pathname + (rest ? '#' + rest : ''));
    return given[1];
  }
  try { return localStorage.getItem(storageKey) ?? ''; } catch { return ''; }
}

const token = takeToken();
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

async function checked(response) {
  if (response.ok) return response;
  let body = {};
  try { body = await response.json(); } catch { /* no JSON */ }
  throw new Refusal(response.status, body);
}

export async function get(path) {
  return (await checked(await fetch(path, { headers, cache: 'no-store' }))).json();
}

export async function post(path, body, options = {}) {
  const response = await fetch(path, {
    method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body), ...options,
  });
  return checked(response);
}

/** One page's session. */
export class Session {
  constructor(id) { this.id = id; }

  get path() { return '/api/sessions/' + this.id; }

  async order(name, members = {}) {
    return (await post(this.path + '/orders', { do: name, ...members })).json();
  }

  async open(name, text) { return (await post(this.path + '/table', { name, text })).json(); }

  async model() { return (await post(this.path + '/model', {})).blob(); }

  close() { post(this.path + '/close', {}, { keepalive: true }).catch(() => {}); }

  /** Calls `onFrame(header, bytes)` for each message until the stream ends. */
  async listen(onFrame) {
    const response = await checked(await fetch(this.path + '/stream', { headers, cache: 'no-store' }));
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
}
