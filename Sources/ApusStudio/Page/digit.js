// A digit drawn by hand, or pixel by pixel: what the network is given of it, and what it takes it for.

import { colors, css } from './colors.js';

const section = document.getElementById('digit');
const pad = document.getElementById('pad');
const grid = document.getElementById('pixels');
const bars = document.getElementById('pad-bars');
const answer = document.getElementById('pad-result');
const side = 8;
const white = 16;
/** As wide as the server's pen, in parts of the pad. */
const pen = 4 / 32;
const mostCorners = 4000;
const mostStrokes = 60;

let plan = null;
let draw = null;
/** Each the corners of a line, from 0 to 1. */
let strokes = [];
let pixels = new Array(side * side).fill(0);
let isEmpty = true;
let onPixels = () => {};
let cells = [];

/** `order(members)` tells the server what is drawn, and gives its pixels. */
export function setActions(order, whenPixels) { draw = order; onPixels = whenPixels; }

export function setPlan(newPlan) {
  const isShown = Boolean(newPlan.image);
  if (isShown && !plan?.image) forget();
  plan = newPlan;
  section.hidden = !isShown;
  if (!isShown) return;
  if (!cells.length) makeGrid();
  if (bars.rows.length !== plan.classes.length) makeBars();
  paint();
}

function forget() {
  strokes = [];
  show(new Array(side * side).fill(0), true);
}

function show(newPixels, empty = false) {
  pixels = newPixels;
  isEmpty = empty;
  cells.forEach((cell, place) => {
    cell.style.setProperty('--level', pixels[place] / white);
    cell.setAttribute('aria-label', `row ${Math.floor(place / side) + 1}, column ${place % side + 1}: ${pixels[place]}`);
  });
  onPixels(pixels);
  if (empty) { answer.textContent = ''; clearBars(); }
}

// MARK: Telling the server

let isAsking = false;
let waiting = null;

/** One at a time, and of those that wait the last alone. */
async function tell(members) {
  waiting = members;
  if (isAsking) return;
  isAsking = true;
  while (waiting) {
    const sent = waiting;
    waiting = null;
    const answer = await draw(sent);
    if (answer && !waiting) show(answer.pixels ?? new Array(side * side).fill(0), !answer.pixels);
  }
  isAsking = false;
}

/** A sample of the data set on the pad. */
export function take(sample) {
  strokes = [];
  paint();
  return tell({ sample });
}

// MARK: Strokes

const corner = (event) => {
  const box = pad.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
    .map((value) => Number(Math.min(Math.max(value, 0), 1).toFixed(4)));
};

let isDrawing = false;
pad.addEventListener('pointerdown', (event) => {
  if (event.button !== 0 || strokes.length >= mostStrokes) return;
  event.preventDefault();
  pad.setPointerCapture(event.pointerId);
  isDrawing = true;
  strokes.push(corner(event));
  paint();
  tell({ strokes });
});
pad.addEventListener('pointermove', (event) => {
  if (!isDrawing) return;
  const stroke = strokes[strokes.length - 1];
  const [x, y] = corner(event);
  const [lastX, lastY] = stroke.slice(-2);
  if (Math.hypot(x - lastX, y - lastY) < 0.012 || strokes.reduce((sum, line) => sum + line.length / 2, 0) >= mostCorners) return;
  stroke.push(x, y);
  paint();
  tell({ strokes });
});
for (const end of ['pointerup', 'pointercancel']) pad.addEventListener(end, () => { isDrawing = false; });

document.getElementById('pad-clear').addEventListener('click', () => {
  strokes = [];
  paint();
  tell({});
});

function paint() {
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const size = Math.round(pad.clientWidth * ratio);
  if (size < 2) return;
  if (pad.width !== size) { pad.width = size; pad.height = size; }
  const context = pad.getContext('2d');
  context.clearRect(0, 0, size, size);
  context.lineWidth = pen * size * 0.8;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.strokeStyle = css(colors().ink);
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(stroke[0] * size, stroke[1] * size);
    for (let index = 0; index < stroke.length; index += 2) context.lineTo(stroke[index] * size, stroke[index + 1] * size);
    context.stroke();
  }
}

export const redraw = paint;
new ResizeObserver(paint).observe(pad);

// MARK: Pixels

function makeGrid() {
  for (let row = 0; row < side; row++) {
    const line = document.createElement('div');
    line.setAttribute('role', 'row');
    for (let column = 0; column < side; column++) {
      const cell = document.createElement('button');
      cell.type = 'button';
      cell.setAttribute('role', 'gridcell');
      cell.tabIndex = row + column === 0 ? 0 : -1;
      const place = cells.length;
      cell.addEventListener('click', () => toggle(place));
      cell.addEventListener('keydown', (event) => move(event, place));
      line.append(cell);
      cells.push(cell);
    }
    grid.append(line);
  }
  show(pixels, isEmpty);
}

function toggle(place) {
  strokes = [];
  paint();
  const wanted = [...pixels];
  wanted[place] = wanted[place] > white / 2 ? 0 : white;
  focusCell(place);
  show(wanted);
  tell({ pixels: wanted });
}

function move(event, place) {
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -side, ArrowDown: side };
  const step = steps[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const isAtEdge = (step === -1 && place % side === 0) || (step === 1 && place % side === side - 1);
  const next = place + step;
  if (!isAtEdge && next >= 0 && next < cells.length) focusCell(next);
}

/** One cell alone is reached with Tab: the last one that was. */
function focusCell(place) {
  cells.forEach((cell, index) => { cell.tabIndex = index === place ? 0 : -1; });
  cells[place].focus();
}

// MARK: What it is taken for

function makeBars() {
  bars.replaceChildren();
  const body = bars.createTBody();
  for (const name of plan.classes) {
    const row = body.insertRow();
    const title = document.createElement('th');
    title.scope = 'row';
    title.textContent = name;
    const bar = document.createElement('td');
    bar.className = 'share';
    bar.append(document.createElement('span'));
    const figure = document.createElement('td');
    figure.className = 'n';
    row.append(title, bar, figure);
  }
  clearBars();
}

/** Bars without a length: they keep their place, so that nothing moves under the finger that begins to draw. */
function clearBars() {
  for (const row of bars.rows) {
    row.classList.remove('best');
    row.querySelector('.share span').style.setProperty('--share', 0);
    row.lastChild.textContent = '–';
  }
}

export function setPicture(header) {
  if (!plan?.image || !header.drawn || isEmpty) return;
  const { values, areProbabilities } = header.drawn;
  const known = values.filter((value) => value !== null);
  const [low, high] = areProbabilities ? [0, 1] : [Math.min(...known), Math.max(...known)];
  let best = -1;
  values.forEach((value, label) => { if (value !== null && (best < 0 || value > values[best])) best = label; });
  const text = (value) => value === null ? '–' : areProbabilities ? (value * 100).toFixed(value > 0.0995 ? 0 : 1) + ' %' : String(Number(value.toPrecision(2)));
  [...bars.rows].forEach((row, label) => {
    const share = values[label] === null || high <= low ? 0 : (values[label] - low) / (high - low);
    row.classList.toggle('best', label === best);
    row.querySelector('.share span').style.setProperty('--share', share.toFixed(4));
    row.lastChild.textContent = text(values[label]);
  });
  const words = best < 0 ? 'no class: the network puts out no numbers' : `predicted: ${plan.classes[best]}`;
  if (answer.textContent !== words) answer.textContent = words;
}
