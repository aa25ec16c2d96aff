// One point through the computational graph: values forward, one operation at a time, then gradients backward.

import { element, figure, picture } from './parts.js';
import * as plane from './plane.js';

const $ = (id) => document.getElementById(id);
let measure = null;
let plan = null;
let reading = null;
/** Steps taken: first the forward ones, then the backward ones. */
let place = 0;
/** A node that was clicked, in the place of the step's. */
let picked = null;
let asked = 0;
let groups = [];

export function wire(givenMeasure) {
  measure = givenMeasure;
  $('graph-point').addEventListener('change', () => read());
  $('graph-now').addEventListener('click', () => read());
  $('graph-first').addEventListener('click', () => go(0));
  $('graph-back').addEventListener('click', () => go(place - 1));
  $('graph-forward').addEventListener('click', () => go(place + 1));
  $('graph-last').addEventListener('click', () => go(Infinity));
  $('graph-picture').addEventListener('click', (event) => {
    const group = event.target.closest('[data-node]');
    picked = group ? Number(group.dataset.node) : null;
    if (reading) describe();
  });
}

export function toggle() {
  if ($('graph').open) return read();
  asked += 1;
  plane.mark(null);
}

export function choose(index) {
  $('graph-point').value = index + 1;
  return read();
}

export function setPlan(newPlan) {
  plan = newPlan;
  const count = plan.points.length / 4;
  $('graph-point').max = count;
  if (Number($('graph-point').value) > count) $('graph-point').value = count;
  if ($('graph').open) read();
}

export function take(header) {
  if (!reading) return;
  const isOld = header.step !== reading.step;
  const text = isOld ? `these are of step ${reading.step.toLocaleString('en')}` : '';
  if ($('graph-state').textContent !== text) $('graph-state').textContent = text;
}

/** The point that is looked at, counted from 0: one of those that there are. */
function point() {
  const count = plan.points.length / 4;
  const number = Math.min(Math.max(Math.round(Number($('graph-point').value)) || 1, 1), count);
  $('graph-point').value = number;
  return number - 1;
}

async function read() {
  const mine = ++asked;
  plane.mark(point());
  try {
    const found = await measure('graph', () => ({ point: point() }));
    if (mine !== asked) return;
    plane.mark(found.point);
    show(found);
  } catch (error) {
    if (mine !== asked) return;
    reading = null;
    $('graph-picture').replaceChildren();
    $('graph-node').replaceChildren();
    $('graph-state').textContent = error.message;
  }
}

function show(found) {
  // The same graph of another point, or of other weights, stays where it is.
  const isSame = reading && reading.nodes.length === found.nodes.length
    && reading.nodes.every((node, index) => node.name === found.nodes[index].name);
  reading = found;
  $('graph-state').textContent = '';
  $('graph-sample').textContent = `(${figure(found.x)}, ${figure(found.y)}) → ${found.target}`;
  const svg = picture(found.svg);
  $('graph-picture').replaceChildren(svg);
  groups = found.nodes.map((_, index) => svg.querySelector(`[data-node="${index}"]`));
  picked = null;
  go(isSame ? place : 0);
}

const steps = () => reading.forward.length + reading.backward.length;

function go(wanted) {
  if (!reading) return;
  place = Math.max(0, Math.min(wanted, steps()));
  picked = null;
  const forward = reading.forward.length;
  const values = new Set(reading.forward.slice(0, place));
  const gradients = new Set(reading.backward.slice(0, Math.max(place - forward, 0)));
  const current = now();
  const isBack = place > forward;
  groups.forEach((group, index) => {
    const hasValue = knows(index, values);
    group.querySelector('.above')?.classList.toggle('later', !hasValue);
    group.querySelector('.below')?.classList.toggle('later', !gradients.has(index));
    if (reading.nodes[index].kind === 'result') group.querySelector('.note')?.classList.toggle('later', !hasValue);
    group.classList.toggle('pale', !hasValue);
    group.classList.toggle('now', index === current);
    group.classList.toggle('back', index === current && isBack);
  });
  for (const edge of $('graph-picture').querySelectorAll('[data-from]')) {
    const end = Number(isBack ? edge.dataset.from : edge.dataset.to);
    edge.classList.toggle('now', end === current);
    edge.classList.toggle('back', end === current && isBack);
  }
  $('graph-first').disabled = place === 0;
  $('graph-back').disabled = place === 0;
  $('graph-forward').disabled = place === steps();
  $('graph-last').disabled = place === steps();
  $('graph-place').textContent = place === 0 ? `${forward} steps forward, ${reading.backward.length} back`
    : isBack ? `back ${place - forward} of ${reading.backward.length}` : `forward ${place} of ${forward}`;
  reveal(current === null ? null : groups[current]);
  describe();
}

const knows = (index, values) => reading.nodes[index].operands.length === 0 || values.has(index);

/** The node that the last step was about. */
function now() {
  if (place === 0) return null;
  const forward = reading.forward.length;
  return place <= forward ? reading.forward[place - 1] : reading.backward[place - forward - 1];
}

function reveal(group) {
  const scroll = $('graph-scroll');
  if (!group) { scroll.scrollLeft = 0; return; }
  const [box, frame] = [group.getBoundingClientRect(), scroll.getBoundingClientRect()];
  if (box.left < frame.left + 20 || box.right > frame.right - 20) {
    scroll.scrollLeft += box.left + box.width / 2 - frame.left - frame.width / 2;
  }
}

// MARK: What is known of a node

function describe() {
  const index = picked ?? now();
  const box = $('graph-node');
  if (index === null) {
    box.replaceChildren(element('p', 'muted', 'The point, the target and the parameters are given. Each step forward computes one operation; after the loss each step hands one gradient back. Click a node for its numbers.'));
    return;
  }
  const node = reading.nodes[index];
  const forward = reading.forward.length;
  const values = new Set(reading.forward.slice(0, place));
  const gradients = new Set(reading.backward.slice(0, Math.max(place - forward, 0)));
  const names = (indices) => [...new Set(indices)].map((item) => reading.nodes[item].name).join(', ');
  const users = reading.nodes.flatMap((user, item) => user.operands.includes(index) && user.gradient ? [item] : []);
  const parts = [element('h3', '', node.name + (node.shape.length ? ` [${node.shape.join(' × ')}]` : ''))];
  if (node.operands.length) parts.push(element('p', 'muted', `${node.name} of ${names(node.operands)}`));
  if (!knows(index, values)) parts.push(element('p', 'muted', 'Not computed yet.'));
  else if (node.value) parts.push(numbers('value', node.value, node.shape));
  if (gradients.has(index)) {
    parts.push(element('p', 'muted', users.length ? `Its gradient came back through ${names(users)}` + (users.length > 1 ? ', added up' : '') : 'The gradient of the loss with respect to itself'));
    parts.push(numbers('gradient', node.gradient, node.shape));
  }
  box.replaceChildren(...parts);
}

/** Rows and columns where there are few numbers, else the first ones, with what they are like. */
function numbers(title, summary, shape) {
  const box = element('div', 'wide ' + title);
  const columns = shape.length === 2 ? shape[1] : summary.count;
  const about = summary.count > 1 ? `from ${figure(summary.least)} to ${figure(summary.most)}, norm ${figure(summary.norm)}` : '';
  const isWhole = summary.first.length === summary.count;
  box.append(element('p', '', [title, about, isWhole ? '' : `the first ${summary.first.length} of ${summary.count.toLocaleString('en')} numbers`].filter(Boolean).join(', ')));
  const table = element('table');
  table.setAttribute('aria-label', title);
  const width = Math.max(1, isWhole ? columns : Math.min(columns, 16));
  for (let start = 0; start < summary.first.length; start += width) {
    const row = table.insertRow();
    for (const value of summary.first.slice(start, start + width)) row.append(element('td', 'n', figure(value)));
  }
  box.append(table);
  return box;
}
