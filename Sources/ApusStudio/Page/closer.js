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
let plan = null;
/** Those who wait for another plan than the one that is here. */
let waiting = [];

/**
 * Asks for a measurement; the server makes one at a time. `members()` says what of, when it is its turn: by then the lesson
 * may be another.
 */
function measure(name, members = () => ({})) {
  const result = queue.then(() => current(name, members));
  queue = result.catch(() => {});
  return result;
}

/** A measurement on the plan that the page has: the server may have another one already, whose news is on its way. */
async function current(name, members) {
  for (;;) {
    const mine = plan;
    const found = await given.read(name, { plan: mine?.plan, ...members() });
    if (!found.outdated) return found;
    if (plan === mine) await new Promise((resolve) => { waiting.push(resolve); });
  }
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

export function setPlan(newPlan, lesson) {
  plan = newPlan;
  for (const go of waiting.splice(0)) go();
  const { learningRate, epochs, ...rest } = lesson;
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
