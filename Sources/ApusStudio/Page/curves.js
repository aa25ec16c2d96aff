// Loss and accuracy over the epochs, as SVG.

const ns = 'http://www.w3.org/2000/svg';
const width = 360;
const height = 150;
const left = 46;
const bottom = 24;
const top = 22;

let points = [];
let marker = null;

export function setCurves(all) { points = all; }

export function addPoint(point, isPast) {
  if (isPast) {
    marker = point[1];
  } else {
    marker = null;
    while (points.length && points[points.length - 1][0] >= point[0]) points.pop();
    points.push(point);
    if (points.length > 800) points = points.filter((_, index) => index % 2 === 0);
  }
}

export function draw() {
  chart('loss-chart', 'loss', 2, 4, true);
  chart('accuracy-chart', 'accuracy', 3, 5, false);
}

const figure = (value) => value === 0 ? '0' : Math.abs(value) >= 1e4 || Math.abs(value) < 1e-3 ? value.toExponential(0)
  : String(Number(value.toPrecision(2)));

function chart(id, name, training, validation, isLogarithmic) {
  const box = document.getElementById(id);
  const shown = points.filter((point) => Number.isFinite(point[training]));
  box.hidden = shown.length === 0;
  if (box.hidden) return;
  const values = shown.flatMap((point) => [point[training], point[validation]]).filter(Number.isFinite);
  let low = isLogarithmic ? Math.max(Math.min(...values.filter((value) => value > 0)), 1e-7) : Math.min(...values, 0.5);
  let high = isLogarithmic ? Math.max(...values, low * 1.5) : 1;
  if (!Number.isFinite(low)) low = 1e-7;
  if (!(high > low)) high = low * 2;
  const scale = isLogarithmic ? (value) => Math.log(Math.max(value, 1e-9)) : (value) => value;
  const first = shown[0][1];
  const last = Math.max(shown[shown.length - 1][1], first + 1e-6);
  const x = (epoch) => left + (epoch - first) / (last - first) * (width - left - 8);
  const y = (value) => top + (1 - (scale(value) - scale(low)) / (scale(high) - scale(low))) * (height - top - bottom);
  const line = (column) => shown.filter((point) => Number.isFinite(point[column]))
    .map((point) => `${x(point[1]).toFixed(1)},${Math.min(y(point[column]), height - bottom).toFixed(1)}`).join(' ');
  let svg = box.querySelector('svg');
  if (!svg) {
    svg = document.createElementNS(ns, 'svg');
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    svg.setAttribute('role', 'img');
    box.append(svg);
  }
  const newest = shown[shown.length - 1];
  const text = (value) => !Number.isFinite(value) ? '–' : isLogarithmic ? String(Number(value.toPrecision(3))) : Number((value * 100).toPrecision(3)) + ' %';
  svg.setAttribute('aria-label', `${name}: training ${text(newest[training])}, validation ${text(newest[validation])}`);
  const parts = [];
  const add = (tag, attributes, content) => {
    const element = document.createElementNS(ns, tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (content !== undefined) element.textContent = content;
    parts.push(element);
  };
  const ticks = isLogarithmic ? [low, Math.sqrt(low * high), high] : [low, (low + high) / 2, high];
  for (const tick of ticks) {
    add('line', { class: 'grid', x1: left, x2: width - 8, y1: y(tick), y2: y(tick) });
    add('text', { x: left - 6, y: y(tick) + 4, 'text-anchor': 'end' },
      isLogarithmic ? figure(tick) : Math.round(tick * 100) + ' %');
  }
  add('text', { x: left, y: 13, class: 'strong' }, isLogarithmic ? name + ' (logarithmic)' : name);
  add('text', { x: left, y: height - 6 }, figure(first));
  add('text', { x: width - 8, y: height - 6, 'text-anchor': 'end' }, 'epoch ' + Number(shown[shown.length - 1][1].toPrecision(4)));
  if (marker !== null) add('line', { class: 'marker', x1: x(marker), x2: x(marker), y1: top, y2: height - bottom });
  const kept = line(validation);
  if (kept) add('polyline', { class: 'validation', points: kept });
  add('polyline', { class: 'training', points: line(training) });
  svg.replaceChildren(...parts);
  let note = box.querySelector('p');
  if (!note) { note = document.createElement('p'); box.append(note); }
  note.replaceChildren();
  const key = (className, words) => {
    const item = document.createElement('span');
    item.className = 'key ' + className;
    item.textContent = words;
    note.append(item);
  };
  key('training', `training ${text(newest[training])}`);
  if (kept) key('validation', `validation ${text(newest[validation])}`);
}
