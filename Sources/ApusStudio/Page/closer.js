// A closer look: panels that are folded until they are asked for. What is not open is neither measured nor sent.

import * as depth from './depth.js';
import * as gradients from './gradients.js';
import * as graph from './graph.js';
import * as landscape from './landscape.js';

const $ = (id) => document.getElementById(id);
const none = () => Promise.reject(new Error('no session'));
let given = { order: none, read: none, tools: () => {} };
/** What the lesson is about, without what may change on the way. */
let subject = '';

let queue = Promise.resolve();

/** Asks for a measurement; the server makes one at a time. */
function measure(name, members) {
  const result = queue.then(() => given.read(name, members));
  queue = result.catch(() => {});
  return result;
}

const watch = (members) => given.order('watch', members).catch(() => {});

/** `order(name, members)` and `read(name, members)` of the session, and `tools()` when the plane has others. */
export function wire(actions) {
  given = actions;
  gradients.wire(measure);
  landscape.wire(measure, watch);
  graph.wire(measure);
  $('depth').addEventListener('toggle', () => watch({ depth: $('depth').open }));
  $('landscape').addEventListener('toggle', () => landscape.toggle());
  $('graph').addEventListener('toggle', () => { graph.toggle(); given.tools(); });
}

/** Whether a click on the plane may choose the graph's point. */
export const choosesPoints = () => $('graph').open;
export const choose = (index) => graph.choose(index);

export function setPlan(plan, lesson) {
  const { rate, epochs, ...rest } = lesson;
  const now = JSON.stringify(rest);
  const isOther = now !== subject;
  subject = now;
  graph.setPlan(plan);
  if (isOther) {
    landscape.renew();
    gradients.forget();
  }
}

export function take(header) {
  if (header.depth && $('depth').open) depth.show(header.depth);
  if ($('landscape').open) landscape.take(header);
  if ($('graph').open) graph.take(header);
}
