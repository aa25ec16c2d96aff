// The plane: what the network puts out, or one unit, with the points over it; clicks add points and take them away.

import { classRamp, colors, css, drawing, pack, paintUnit, rampColor, seriesCount } from './colors.js';
import * as legend from './legend.js';
import { figure } from './parts.js';

const { view } = legend;
const canvas = document.getElementById('plane');
/** Beside the controls of time, where the screen is too small for both. */
const glimpse = document.getElementById('glimpse');
const caption = document.getElementById('plane-caption');
const hidden = document.createElement('canvas');
let plan = null;
let picture = null;
let shown = null;
let onClick = () => {};
/** The number of a point that is pointed out, or null. */
let marked = null;
/** Where the names of many classes stand: more than colors can tell. */
let middles = [];

/** What pictures are of from now on; it is drawn with the next one. */
export function setPlan(newPlan) { plan = newPlan; shown = null; picture = null; middles = middlesOf(plan); legend.setPlan(plan); }
export function setPicture(newPicture) { picture = newPicture; draw(); }
/** Shows one unit in the place of the output; null goes back. */
export function show(unit) { shown = unit; draw(); }
export function whenClicked(body) { onClick = body; }
/** Points a point out by its number; null none. */
export function mark(index) { marked = index; draw(); }

export function draw() {
  if (!plan) return;
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const side = Math.round(canvas.clientWidth * ratio);
  if (side < 2) return;
  if (canvas.width !== side) { canvas.width = side; canvas.height = side; }
  const context = canvas.getContext('2d');
  context.fillStyle = css(colors().paper);
  context.fillRect(0, 0, side, side);
  const unit = shown && shown.bytes();
  if (unit) {
    paintUnit(hidden, unit, plan.grid);
  } else if (picture) {
    paintOutput(hidden, picture.output, plan.grid, view.isDiscrete);
  }
  if (unit || picture) {
    context.imageSmoothingEnabled = Boolean(unit) || plan.task !== 'classification';
    context.drawImage(hidden, 0, 0, side, side);
  }
  drawAxes(context, side, ratio);
  drawPoints(context, side, ratio);
  drawMark(context, side, ratio);
  drawNames(context, side, ratio);
  drawGlimpse(ratio);
  const scale = unit && shown.scale?.();
  caption.classList.toggle('scaled', Boolean(scale));
  caption.textContent = (unit ? shown.title : 'the output') + (scale ? `, from ${figure(-scale)} to ${figure(scale)}` : '')
    + (plan.projection || !unit ? ', ' + over() : '');
}

function drawGlimpse(ratio) {
  const side = Math.round(glimpse.clientWidth * ratio);
  if (side < 2) return;
  if (glimpse.width !== side) { glimpse.width = side; glimpse.height = side; }
  glimpse.getContext('2d').drawImage(canvas, 0, 0, side, side);
}
glimpse.addEventListener('click', () => canvas.scrollIntoView({ block: 'start' }));

/** What the axes are. */
function over() {
  if (!plan.projection) return 'over ' + plan.axes[0] + ' (across) and ' + plan.axes[1] + ' (up)';
  const percent = (share) => Math.round(share * 100) + ' %';
  const [across, up] = plan.projection;
  return `on the plane of the first two principal components of ${plan.inputs.length === 1 ? 'the one input' : `all ${plan.inputs.length} inputs`}, through their mean: `
    + `${percent(across)} (across) and ${percent(up)} (up) of the variance. Points are seen along the other directions, `
    + 'so that what the network says of one need not be the color behind it.';
}

/** What a network puts out, on a canvas of so many places along each side; discrete: classes alone, numbers in eight steps. */
export function paintOutput(hidden, output, size, isDiscrete = false) {
  if (plan.task !== 'classification') {
    // The smallest number is the ramp's end, and not “no number”.
    paintUnit(hidden, output.map((value) => isDiscrete ? (value >> 5 << 5) + 16 : Math.max(value, 1)), size);
    return;
  }
  const { context, image, pixels } = drawing(hidden, size);
  const ramps = plan.classes.map((_, label) => classRamp(label));
  const fallback = pack(colors().muted);
  for (let place = 0; place < pixels.length; place++) {
    pixels[place] = ramps[output[2 * place]]?.[isDiscrete ? 200 : output[2 * place + 1]] ?? fallback;
  }
  context.putImageData(image, 0, 0);
}

const place = (value, range, side) => (value - range[0]) / (range[1] - range[0]) * side;

function drawAxes(context, side, ratio) {
  context.strokeStyle = css(colors().ink, 0.25);
  context.lineWidth = ratio;
  context.beginPath();
  const x = place(0, plan.x, side);
  const y = side - place(0, plan.y, side);
  if (x > 0 && x < side) { context.moveTo(x, 0); context.lineTo(x, side); }
  if (y > 0 && y < side) { context.moveTo(0, y); context.lineTo(side, y); }
  context.stroke();
}

function drawPoints(context, side, ratio) {
  const { paper, ink } = colors();
  const classes = colors().classes.map((color) => css(color));
  const inside = css(paper, 0.75);
  const rim = plan.task === 'classification' ? css(paper) : css(ink, 0.6);
  const count = plan.points.length / 4;
  const radius = (count > 2000 ? 1.6 : count > 600 ? 2.4 : 3.4) * ratio;
  // Many points would hide the picture.
  const every = Math.max(1, Math.floor(count / 4000));
  for (let index = 0; index < count; index += every) {
    const [x, y, target, isValidation] = plan.points.subarray(4 * index, 4 * index + 4);
    if (isValidation && !view.showsValidation) continue;
    const left = place(x, plan.x, side);
    const top = side - place(y, plan.y, side);
    if (left < -radius || top < -radius || left > side + radius || top > side + radius) continue;
    let color;
    if (plan.task === 'classification') {
      color = classes[target % seriesCount];
    } else {
      color = rampColor((target - plan.targets[0]) / (plan.targets[1] - plan.targets[0]));
    }
    context.beginPath();
    context.arc(left, top, radius, 0, 2 * Math.PI);
    if (isValidation) {
      // Rings are for validation.
      context.fillStyle = inside;
      context.fill();
      context.lineWidth = 1.6 * ratio;
      context.strokeStyle = color;
    } else {
      context.fillStyle = color;
      context.fill();
      context.lineWidth = ratio;
      context.strokeStyle = rim;
    }
    context.stroke();
  }
}

function drawMark(context, side, ratio) {
  if (marked === null || marked >= plan.points.length / 4) return;
  const left = place(plan.points[4 * marked], plan.x, side);
  const top = side - place(plan.points[4 * marked + 1], plan.y, side);
  const { paper, ink } = colors();
  for (const [color, width] of [[paper, 5], [ink, 2]]) {
    context.beginPath();
    context.arc(left, top, 8 * ratio, 0, 2 * Math.PI);
    context.lineWidth = width * ratio;
    context.strokeStyle = css(color);
    context.stroke();
  }
}

function middlesOf({ classes, points, task }) {
  if (task !== 'classification' || classes.length <= 6) return [];
  const sums = classes.map(() => [0, 0, 0]);
  for (let index = 0; index < points.length; index += 4) {
    const sum = sums[points[index + 2]];
    sum[0] += points[index];
    sum[1] += points[index + 1];
    sum[2] += 1;
  }
  return sums.map(([x, y, count]) => count > 0 ? [x / count, y / count] : null);
}

function drawNames(context, side, ratio) {
  const { classes, paper, ink } = colors();
  context.font = `600 ${13 * ratio}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  middles.forEach((middle, label) => {
    if (!middle) return;
    const left = place(middle[0], plan.x, side);
    const top = side - place(middle[1], plan.y, side);
    const text = plan.classes[label].slice(0, 12);
    const width = Math.max(context.measureText(text).width + 8 * ratio, 20 * ratio);
    context.fillStyle = css(paper, 0.9);
    context.strokeStyle = css(classes[label % seriesCount]);
    context.lineWidth = 2 * ratio;
    context.beginPath();
    context.roundRect(left - width / 2, top - 10 * ratio, width, 20 * ratio, 6 * ratio);
    context.fill();
    context.stroke();
    context.fillStyle = css(ink);
    context.fillText(text, left, top + ratio);
  });
}

/** The number of the point at a place of the plane, or nil. */
export function nearest(x, y) {
  let best = -1;
  let distance = Infinity;
  for (let index = 0; index < plan.points.length / 4; index++) {
    const dx = (plan.points[4 * index] - x) / (plan.x[1] - plan.x[0]);
    const dy = (plan.points[4 * index + 1] - y) / (plan.y[1] - plan.y[0]);
    if (dx * dx + dy * dy < distance) { distance = dx * dx + dy * dy; best = index; }
  }
  return Math.sqrt(distance) < 0.04 ? best : null;
}

canvas.addEventListener('click', (event) => {
  if (!plan) return;
  const box = canvas.getBoundingClientRect();
  const x = plan.x[0] + (event.clientX - box.left) / box.width * (plan.x[1] - plan.x[0]);
  const y = plan.y[1] - (event.clientY - box.top) / box.height * (plan.y[1] - plan.y[0]);
  onClick(x, y);
});

legend.wire(draw);
