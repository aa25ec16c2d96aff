// The map of the loss on a plane through weight space, the trajectory so far, and the weights of now on it.

import { figure, picture } from './parts.js';

const $ = (id) => document.getElementById(id);
const ns = 'http://www.w3.org/2000/svg';
let measure = null;
let watch = null;
/** The map that is shown. */
let map = null;
let line = null;
let dot = null;
/** Where the weights have been since, in the map's own coordinates. */
let since = [];
let lastStep = 0;
/** Counts what was asked for, so that an answer that comes too late is told from the newest. */
let asked = 0;
const most = 1500;

export function wire(givenMeasure, givenWatch) {
  [measure, watch] = [givenMeasure, givenWatch];
  $('landscape-again').addEventListener('click', look);
  $('landscape-plane').addEventListener('change', look);
}

export function toggle() {
  if ($('landscape').open) return look();
  asked += 1;
  map = null;
  $('landscape-picture').replaceChildren();
  $('landscape-key').hidden = true;
  return watch({ landscape: false });
}

/** The map of another lesson is none of this one's. */
export function renew() { if ($('landscape').open) look(); }

async function look() {
  const mine = ++asked;
  $('landscape-state').textContent = 'looking …';
  try {
    const found = await measure('landscape', () => ({ plane: $('landscape-plane').value }));
    if (mine !== asked) return $('landscape').open ? undefined : watch({ landscape: false });
    show(found);
    $('landscape-state').textContent = '';
  } catch (error) {
    if (mine === asked) $('landscape-state').textContent = error.message;
  }
}

function show(found) {
  map = found;
  since = [];
  lastStep = map.step;
  const svg = picture(map.svg);
  line = document.createElementNS(ns, 'polyline');
  line.setAttribute('class', 'since');
  dot = document.createElementNS(ns, 'circle');
  dot.setAttribute('class', 'now');
  dot.setAttribute('r', 6);
  svg.append(line, dot);
  $('landscape-picture').replaceChildren(svg);
  $('landscape-key').hidden = false;
  move(map.way[map.way.length - 1], map.loss);
}

export function take(header) {
  if (!map || header.landscape?.number !== map.number) return;
  // Another trajectory begins where training goes back.
  if (header.step < lastStep) since = [];
  lastStep = header.step;
  move(header.landscape.at, header.curve[2]);
}

const share = (value, [low, high]) => (value - low) / (high - low);

function move(at, loss) {
  const last = since[since.length - 1];
  if (!last || last[0] !== at[0] || last[1] !== at[1]) since.push(at);
  if (since.length > most) since = since.filter((_, index) => index % 2 === 0 || index === since.length - 1);
  const [x, y, width, height] = map.plot;
  const clamp = (value) => Math.max(0, Math.min(1, value));
  const place = ([a, b]) => [x + clamp(share(a, map.a)) * width, y + (1 - clamp(share(b, map.b))) * height];
  const points = since.filter((point) => point.every(Number.isFinite)).map(place);
  if (points.length === 0) return;
  line.setAttribute('points', points.map((point) => point.map((value) => value.toFixed(1)).join(',')).join(' '));
  const [cx, cy] = points[points.length - 1];
  dot.setAttribute('cx', cx.toFixed(1));
  dot.setAttribute('cy', cy.toFixed(1));
  const isInside = [share(at[0], map.a), share(at[1], map.b)].every((value) => value >= 0 && value <= 1);
  dot.classList.toggle('outside', !isInside);
  $('landscape-note').textContent = `${about()} ${now(at, loss, isInside)}`;
}

function about() {
  if (map.kind === 'path') {
    const part = 100 * (map.explained[0] + map.explained[1]);
    return `The plane of the two directions in which the trajectory to step ${map.step} goes furthest: ${Number(part.toPrecision(3))} % of its variance lies in it.`;
  }
  const own = 'each filter as long as the network’s own';
  return $('landscape-plane').value === 'path'
    ? `There is no trajectory yet, so the directions are random, ${own}. Train a little, and look again.`
    : `Random directions, ${own}: a trajectory goes almost at right angles to such a plane, and its shadow is short.`;
}

function now(at, loss, isInside) {
  if (!isInside) return 'The weights of now are beyond the map: look again.';
  const below = height(share(at[0], map.a), share(at[1], map.b));
  const text = `The loss is ${figure(loss)} now, the map below it says ${figure(below)}`;
  // The map has few places and sees but some of the points: a little is nothing to speak of.
  return Math.abs(loss - below) > 0.15 * Math.abs(loss) ? text + ': the weights have left the plane.' : text + '.';
}

/** The map's loss at a place, from 0 to 1 across and up, between the four places around it. */
function height(across, up) {
  const [x, y] = [across, 1 - up].map((part) => part * (map.size - 1));
  const [left, top] = [x, y].map((value) => Math.min(Math.floor(value), map.size - 2));
  const value = (column, row) => map.values[row * map.size + column];
  const along = (row) => value(left, row) + (value(left + 1, row) - value(left, row)) * (x - left);
  return along(top) + (along(top + 1) - along(top)) * (y - top);
}
