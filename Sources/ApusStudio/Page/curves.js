// Loss and accuracy over the epochs, as SVG.

import { element, figure } from './parts.js';
import * as ticks from './ticks.js';

const ns = 'http://www.w3.org/2000/svg';
const width = 360;
const height = 150;
const left = 46;
const bottom = 24;
const top = 22;

let points = [];
/** The point of the past that is looked at, or null. */
let marked = null;

export function setCurves(all) { points = all; }

/** The point of now; one of the past is pointed out, and what came after it stays. */
export function addPoint(point, isPast) {
  marked = isPast ? point : null;
  if (isPast) return;
  while (points.length && points[points.length - 1][0] >= point[0]) points.pop();
  points.push(point);
  if (points.length > 800) points = points.filter((_, index) => index % 2 === 0 || index === points.length - 1);
}

export function draw() {
  chart('loss-chart', 'loss', 2, 4, true);
  chart('accuracy-chart', 'accuracy', 3, 5, false);
}

const percent = (share) => Number.isFinite(share) ? Number((share * 100).toPrecision(3)) + ' %' : '–';
const least = 1e-12;

function chart(id, name, training, validation, isLogarithmic) {
  const box = document.getElementById(id);
  const shown = points.filter((point) => Number.isFinite(point[training]));
  box.hidden = shown.length === 0;
  if (box.hidden) return;
  const values = shown.flatMap((point) => [point[training], point[validation]]).filter(Number.isFinite);
  const positive = values.filter((value) => value > least);
  const axis = isLogarithmic ? ticks.logarithmic(Math.min(...positive, positive.length ? Infinity : 1), Math.max(...positive, positive.length ? 0 : 1)) : ticks.shares(Math.min(...values));
  const scale = isLogarithmic ? (value) => Math.log(Math.max(value, axis.low)) : (value) => value;
  const first = shown[0][1];
  const last = Math.max(shown[shown.length - 1][1], first + 1e-6);
  const x = (epoch) => left + (epoch - first) / (last - first) * (width - left - 8);
  const y = (value) => top + (1 - (scale(value) - scale(axis.low)) / (scale(axis.high) - scale(axis.low))) * (height - top - bottom);
  const known = (column) => shown.filter((point) => Number.isFinite(point[column]));
  const line = (column) => known(column).map((point) => `${x(point[1]).toFixed(1)},${y(point[column]).toFixed(1)}`).join(' ');
  let svg = box.querySelector('svg');
  if (!svg) {
    svg = document.createElementNS(ns, 'svg');
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    svg.setAttribute('role', 'img');
    box.append(svg);
  }
  const told = marked ?? shown[shown.length - 1];
  const text = isLogarithmic ? figure : percent;
  const place = marked ? `, at epoch ${figure(marked[1])}` : '';
  svg.setAttribute('aria-label', `${name}: training ${text(told[training])}, validation ${text(told[validation])}${place}`);
  const parts = [];
  const add = (tag, attributes, content) => {
    const part = document.createElementNS(ns, tag);
    for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
    if (content !== undefined) part.textContent = content;
    parts.push(part);
  };
  for (const tick of axis.ticks) {
    add('line', { class: 'grid', x1: left, x2: width - 8, y1: y(tick), y2: y(tick) });
    add('text', { x: left - 6, y: y(tick) + 4, 'text-anchor': 'end' }, text(tick));
  }
  add('text', { x: left, y: 13, class: 'strong' }, isLogarithmic ? name + ' (logarithmic)' : name);
  if (shown.length > 1) add('text', { x: left, y: height - 6 }, figure(first));
  add('text', { x: width - 8, y: height - 6, 'text-anchor': 'end' }, 'epoch ' + Number(shown[shown.length - 1][1].toPrecision(4)));
  if (marked) add('text', { x: width - 8, y: 13, 'text-anchor': 'end' }, `at epoch ${figure(marked[1])}`);
  if (marked) add('line', { class: 'marker', x1: x(marked[1]), x2: x(marked[1]), y1: top, y2: height - bottom });
  const hasValidation = known(validation).length > 0;
  if (hasValidation) add('polyline', { class: 'validation', points: line(validation) });
  add('polyline', { class: 'training', points: line(training) });
  // One point makes no line.
  for (const point of marked ? [marked] : shown.length === 1 ? shown : []) {
    for (const [column, className] of [[validation, 'validation'], [training, 'training']]) {
      if (Number.isFinite(point[column])) add('circle', { class: className, cx: x(point[1]), cy: y(point[column]), r: 3.5 });
    }
  }
  svg.replaceChildren(...parts);
  let note = box.querySelector('p');
  if (!note) { note = element('p'); box.append(note); }
  note.replaceChildren(element('span', 'key training', `training ${text(told[training])}`));
  if (hasValidation) note.append(element('span', 'key validation', `validation ${text(told[validation])}`));
}
