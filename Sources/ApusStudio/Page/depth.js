// Small multiples through depth: of each layer a histogram of what it puts out, and below it one of the gradients.

import { element, figure } from './parts.js';

const ns = 'http://www.w3.org/2000/svg';
const [width, height] = [120, 46];
const box = document.getElementById('depth-layers');
const note = document.getElementById('depth-note');
/** Of each layer its parts, made once. */
let parts = [];

export function show(depth) {
  if (!depth || depth.problem) {
    note.textContent = depth?.problem ? `Nothing to show: ${depth.problem}.` : '';
    box.replaceChildren();
    parts = [];
    return;
  }
  const said = `What the layers put out on ${depth.rows} of the points for training, and below it the size of the gradient of the mean loss that comes back to each number, on a logarithmic axis.`;
  if (note.textContent !== said) note.textContent = said;
  if (parts.length !== depth.layers.length) {
    parts = depth.layers.map(make);
    box.replaceChildren(...parts.map((part) => part.figure));
  }
  depth.layers.forEach((layer, index) => {
    const part = parts[index];
    set(part.title, layer.title);
    set(part.kind, layer.title === 'output' ? '' : layer.kind);
    draw(part.outputs, layer.outputs, [figure(layer.low), figure(layer.high)], describe(layer.rms, layer.zeros),
      `${layer.title}: what it puts out`);
    draw(part.gradients, layer.gradients, depth.sizes.map(power), describe(layer.gradientRms, layer.gradientZeros),
      `${layer.title}: the size of its gradients`);
  });
}

const power = (exponent) => exponent === 1 ? '10' : '10' + String(exponent).replace('-', '⁻').replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[digit]);
const describe = (rms, zeros) => `rms ${figure(rms)}` + (zeros >= 0.005 ? `, ${Math.round(zeros * 100)} % zero` : '');

function set(element, text) { if (element.textContent !== text) element.textContent = text; }

function make() {
  const whole = element('figure', 'depth-layer');
  const caption = element('figcaption');
  const title = element('strong');
  const kind = element('span', 'muted');
  caption.append(title, ' ', kind);
  const outputs = histogram('');
  const gradients = histogram(' back');
  whole.append(caption, ...outputs.all, ...gradients.all);
  return { figure: whole, title, kind, outputs, gradients };
}

function histogram(className) {
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('class', 'histogram' + className);
  svg.setAttribute('role', 'img');
  const bars = document.createElementNS(ns, 'path');
  svg.append(bars);
  const ends = element('div', 'ends muted');
  const [low, high] = [element('span'), element('span')];
  ends.append(low, high);
  const words = element('div', 'words');
  return { svg, bars, low, high, words, all: [svg, ends, words] };
}

function draw(part, counts, ends, words, label) {
  const largest = Math.max(...counts, 1);
  const step = width / counts.length;
  let path = '';
  counts.forEach((count, bin) => {
    if (count === 0) return;
    const size = Math.max(count / largest * height, 1);
    path += `M${(bin * step).toFixed(1)} ${height}v${(-size).toFixed(1)}h${(step - 0.6).toFixed(1)}V${height}z`;
  });
  part.bars.setAttribute('d', path);
  set(part.low, ends[0]);
  set(part.high, ends[1]);
  set(part.words, words);
  part.svg.setAttribute('aria-label', `${label}, from ${ends[0]} to ${ends[1]}, ${words}`);
}
