// The network: a picture for each unit, edges by weight, units and layers added and taken away, weights set by hand.

import { colors, css, paintImage, paintUnit, seriesCount, signed } from './colors.js';
import * as inspector from './inspector.js';
import { element } from './parts.js';
import { show } from './plane.js';

const diagram = document.getElementById('diagram');
const edges = document.getElementById('edges');

let plan = null;
let picture = null;
/** Columns of tiles: the inputs, the hidden layers, the outputs. */
let columns = [];
/** The pictures of the hidden units. */
let canvases = [];
let selected = null;
let actions = {};
let hover = null;

export function setActions(given) { actions = given; }

/** Where each layer's weights begin in a picture's list. */
function offsets(layers) {
  let start = 0;
  return layers.map((layer) => {
    const weights = start;
    const biases = start + layer.inputs * layer.units;
    start = biases + layer.units;
    return { weights, biases };
  });
}

export function setPlan(newPlan, limits) {
  plan = newPlan;
  plan.offsets = offsets(plan.layers);
  picture = null;
  ends = null;
  hover = null;
  if (selected && !(selected.layer < plan.layers.length && selected.unit < plan.layers[selected.layer].units)) select(null);
  const focused = focusedPart();
  diagram.querySelectorAll('.column').forEach((column) => column.remove());
  const shownInputs = plan.image ? [`${plan.inputs.length} pixels`] : plan.inputs.slice(0, limits.shownInputs);
  const largest = Math.max(...plan.layers.map((layer) => layer.units), shownInputs.length, 1);
  const isDeep = plan.layers.length > 5;
  diagram.classList.toggle('deep', isDeep);
  diagram.style.setProperty('--tile', Math.max(12, Math.min(isDeep ? 30 : 40, Math.floor(400 / largest) - 6)) + 'px');
  columns = [];
  addColumn('inputs', shownInputs.map((name, index) => inputTile(name, index)), []);
  const others = plan.image ? 0 : plan.inputs.length - shownInputs.length;
  if (others > 0) columns[0].element.append(element('span', 'name muted', `and ${others} more`));
  plan.layers.forEach((layer, index) => {
    const isOutput = index === plan.layers.length - 1;
    const tiles = Array.from({ length: layer.units }, (_, unit) => unitTile(index, unit, isOutput));
    addColumn(isOutput ? 'output' : `layer ${index + 1}`, tiles, isOutput ? [] : unitButtons(index, layer.units, limits));
  });
  canvases = columns.slice(1, -1).map((column) => column.tiles.map((tile) => tile.querySelector('canvas')));
  const add = columns[columns.length - 1].element;
  if (plan.layers.length - 1 < limits.layers) {
    const button = element('button', 'add-layer', '+ layer');
    button.type = 'button';
    button.title = 'Add a hidden layer before the output';
    button.dataset.part = 'add';
    button.addEventListener('click', () => actions.addLayer());
    add.querySelector('.head').append(button);
  }
  if (plan.image) {
    columns[0].tiles[0].querySelector('canvas').classList.add('pixels');
    setInputImage(inputImage);
    const tiles = columns[1].element.querySelector('.tiles');
    if (plan.layers.length > 1) {
      tiles.classList.add('images');
      tiles.style.setProperty('--across', Math.ceil(plan.layers[0].units / 8));
      for (const tile of columns[1].tiles) tile.querySelector('canvas').classList.add('pixels');
    }
  }
  for (let index = 0; !plan.image && index < shownInputs.length; index++) {
    const bytes = plan.inputImages.subarray(index * plan.grid ** 2, (index + 1) * plan.grid ** 2);
    paintUnit(columns[0].tiles[index].querySelector('canvas'), bytes, plan.grid, 2);
  }
  // Those of before; new ones come with the picture.
  edges.width = 0;
  if (selected) select(selected, null);
  if (focused) focus(focused);
}

/** What has the focus in the diagram, by a name that its successor in a new diagram has too. */
function focusedPart() {
  const item = document.activeElement;
  return diagram.contains(item) ? item.dataset.part : undefined;
}

/** Where the part itself is gone or off, the one beside it has the focus: the limit of units, of layers. */
function focus(name) {
  const parts = [...diagram.querySelectorAll('[data-part]')].filter((part) => !part.disabled);
  const [kind, layer] = name.split(' ');
  const found = parts.find((part) => part.dataset.part === name)
    ?? parts.find((part) => part.dataset.part === `${kind === 'more' ? 'less' : 'more'} ${layer ?? plan.layers.length - 2}`)
    ?? parts[0];
  found?.focus({ preventScroll: true });
}

function addColumn(title, tiles, buttons) {
  const column = element('div', 'column');
  column.setAttribute('role', 'group');
  column.setAttribute('aria-label', title);
  const head = element('div', 'head');
  head.append(element('span', 'muted', title), ...buttons);
  const body = element('div', 'tiles');
  body.append(...tiles);
  column.append(head, body);
  diagram.append(column);
  columns.push({ element: column, tiles });
}

function unitButtons(layer, units, limits) {
  const make = (text, label, part, isOff, body) => {
    const button = element('button', 'small', text);
    button.type = 'button';
    button.disabled = isOff;
    button.dataset.part = `${part} ${layer}`;
    button.setAttribute('aria-label', label);
    button.addEventListener('click', body);
    return button;
  };
  const group = element('span', 'pair');
  group.append(
    make('−', `one unit less in layer ${layer + 1}`, 'less', units <= 1, () => actions.addUnits(layer, -1)),
    make('+', `one unit more in layer ${layer + 1}`, 'more', units >= limits.units, () => actions.addUnits(layer, 1)));
  return [group];
}

function inputTile(name, index) {
  const tile = element('div', 'tile input');
  const canvas = element('canvas');
  canvas.setAttribute('aria-hidden', 'true');
  const words = element('span', 'name', name);
  words.title = name;
  tile.append(canvas, words);
  if (plan.image) return tile;
  const bytes = () => plan.inputImages.subarray(index * plan.grid ** 2, (index + 1) * plan.grid ** 2);
  tile.addEventListener('pointerenter', () => show({ title: `the input ${name}`, bytes }));
  tile.addEventListener('pointerleave', () => show(null));
  return tile;
}

function unitTile(layer, unit, isOutput) {
  const tile = element('button', 'tile' + (isOutput ? ' result' : ''));
  tile.type = 'button';
  const title = isOutput ? outputTitle(unit) : `unit ${unit + 1} of layer ${layer + 1}`;
  tile.setAttribute('aria-label', title + ': its weights');
  tile.dataset.layer = layer;
  tile.dataset.unit = unit;
  tile.dataset.part = `unit ${layer} ${unit}`;
  if (isOutput) {
    tile.append(element('span', 'name', outputName(unit)));
    if (plan.task === 'classification' && plan.layers[layer].units > 1) tile.style.setProperty('--mark', `var(--c${unit % seriesCount})`);
  } else {
    const canvas = element('canvas');
    canvas.setAttribute('aria-hidden', 'true');
    tile.append(canvas);
    const bytes = () => picture && unitBytes(layer, unit);
    const scale = () => picture.scales[unitNumber(layer, unit)];
    const look = () => show({ title, bytes, scale });
    tile.addEventListener('pointerenter', look);
    tile.addEventListener('pointerleave', () => show(null));
    tile.addEventListener('focus', look);
    tile.addEventListener('blur', () => show(null));
  }
  tile.addEventListener('click', () => select({ layer, unit }));
  return tile;
}

const outputName = (unit) => plan.task !== 'classification' ? plan.target
  : plan.layers[plan.layers.length - 1].units === 1 ? plan.classes[1] : plan.classes[unit];
const outputTitle = (unit) => `the output ${outputName(unit)}`;

/** A unit's number among all hidden ones. */
const unitNumber = (layer, unit) => plan.layers.slice(0, layer).reduce((sum, { units }) => sum + units, unit);

function unitBytes(layer, unit) {
  const number = unitNumber(layer, unit);
  const size = plan.grid ** 2;
  return picture.units.subarray(number * size, (number + 1) * size);
}

/** The image that the network is given, where it is given images: 0 … 16. */
let inputImage = [];

export function setInputImage(pixels) {
  inputImage = pixels;
  if (!plan?.image) return;
  paintImage(columns[0].tiles[0].querySelector('canvas'), plan.inputs.map((_, place) => pixels[place] ?? 0), plan.image[1]);
}

/** Many edges need not keep up with the pictures. */
let lastEdges = 0;

export function setPicture(newPicture, isPlaying = false) {
  picture = newPicture;
  for (let layer = 0; layer < plan.layers.length - 1; layer++) {
    for (let unit = 0; unit < plan.layers[layer].units; unit++) {
      if (plan.image && layer === 0) paintImage(canvases[0][unit], inspector.weightsOf(plan, picture, unit), plan.image[1]);
      else paintUnit(canvases[layer][unit], unitBytes(layer, unit), plan.grid, 2);
    }
  }
  const now = performance.now();
  if (!isPlaying || lines.length < 150 || now - lastEdges > 100) {
    lastEdges = now;
    drawEdges();
  }
  inspector.setPicture(plan, picture);
}

/** In other colors. */
export function redraw() {
  if (!plan) return;
  const kept = picture;
  setPlan(plan, actions.limits());
  if (kept) setPicture(kept);
}

// MARK: Edges

let lines = [];
/** Where edges begin and end; nil until the tiles have their places. */
let ends = null;
const scroll = document.getElementById('diagram-scroll');

/** The output stays in sight; what goes on to either side is faded. */
function showScroll() {
  scroll.classList.toggle('before', scroll.scrollLeft > 1);
  scroll.classList.toggle('after', scroll.scrollLeft + scroll.clientWidth < scroll.scrollWidth - 1);
}
scroll.addEventListener('scroll', () => {
  showScroll();
  // The output has moved against the others.
  ends = null;
  drawEdges();
}, { passive: true });

function drawEdges() {
  const box = diagram.getBoundingClientRect();
  if (box.width < 2 || columns.length < 2) return;
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const width = diagram.scrollWidth;
  const height = diagram.scrollHeight;
  if (edges.width !== Math.round(width * ratio) || edges.height !== Math.round(height * ratio)) {
    edges.width = Math.round(width * ratio);
    edges.height = Math.round(height * ratio);
    edges.style.width = width + 'px';
    edges.style.height = height + 'px';
  }
  const context = edges.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  if (!picture) return;
  lines = [];
  if (!ends) ends = columns.map((column) => column.tiles.map((tile) => {
    const rectangle = (tile.querySelector('canvas') ?? tile).getBoundingClientRect();
    return {
      left: rectangle.left - box.left, right: rectangle.right - box.left, y: (rectangle.top + rectangle.bottom) / 2 - box.top,
    };
  }));
  plan.layers.forEach((layer, index) => {
    // The weights of pixels are the images.
    if (plan.image && index === 0) return;
    const { weights } = plan.offsets[index];
    let largest = 1e-6;
    for (let place = 0; place < layer.inputs * layer.units; place++) {
      const size = Math.abs(picture.weights[weights + place]);
      if (size > largest && size < Infinity) largest = size;
    }
    for (let input = 0; input < layer.inputs; input++) {
      for (let unit = 0; unit < layer.units; unit++) {
        const from = ends[index][input];
        const to = ends[index + 1][unit];
        if (!from || !to) continue;
        const value = picture.weights[weights + input * layer.units + unit];
        const line = { layer: index, input, unit, value, x1: from.right, y1: from.y, x2: to.left, y2: to.y };
        lines.push(line);
        stroke(context, line, Math.abs(value) / largest);
      }
    }
  });
  if (hover) {
    const line = lines.find((item) => item.layer === hover.layer && item.input === hover.input && item.unit === hover.unit);
    if (line) {
      stroke(context, line, 1, 2.5);
      label(context, line);
    }
  }
}

function stroke(context, line, share, extra = 0) {
  context.beginPath();
  context.moveTo(line.x1, line.y1);
  const middle = (line.x1 + line.x2) / 2;
  context.bezierCurveTo(middle, line.y1, middle, line.y2, line.x2, line.y2);
  context.lineWidth = 0.4 + 3.2 * share + extra;
  context.strokeStyle = css(signed(line.value), extra ? 1 : 0.25 + 0.65 * share);
  context.stroke();
}

function label(context, line) {
  const text = String(Number(line.value.toPrecision(3)));
  const { paper, ink } = colors();
  context.font = '600 12px system-ui, sans-serif';
  const width = context.measureText(text).width + 10;
  const x = (line.x1 + line.x2) / 2;
  const y = (line.y1 + line.y2) / 2;
  context.fillStyle = css(paper, 0.92);
  context.fillRect(x - width / 2, y - 10, width, 20);
  context.fillStyle = css(ink);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, x, y);
}

function lineAt(event) {
  const box = diagram.getBoundingClientRect();
  const x = event.clientX - box.left;
  const y = event.clientY - box.top;
  let best = null;
  let distance = 7;
  for (const line of lines) {
    if (x < line.x1 || x > line.x2) continue;
    const share = (x - line.x1) / Math.max(line.x2 - line.x1, 1);
    // The curve's height over its middle part, near enough.
    const eased = share * share * (3 - 2 * share);
    const away = Math.abs(line.y1 + (line.y2 - line.y1) * eased - y);
    if (away < distance) { distance = away; best = line; }
  }
  return best;
}

diagram.addEventListener('pointermove', (event) => {
  if (event.target.closest('button')) return;
  const line = lineAt(event);
  if (line?.layer === hover?.layer && line?.input === hover?.input && line?.unit === hover?.unit) return;
  hover = line;
  diagram.classList.toggle('on-edge', Boolean(line));
  drawEdges();
});
diagram.addEventListener('pointerleave', () => { hover = null; drawEdges(); });
diagram.addEventListener('click', (event) => {
  if (event.target.closest('button')) return;
  const line = lineAt(event);
  if (line) select({ layer: line.layer, unit: line.unit }, line.input);
});

// MARK: One unit's weights

/** Points a unit out and shows its weights; what has the focus then, `inspector.show` says. Without a unit none is shown. */
function select(unit, input) {
  selected = unit;
  diagram.querySelectorAll('.tile.selected').forEach((tile) => tile.classList.remove('selected'));
  if (!unit) return inspector.hide();
  const { layer } = unit;
  const tile = () => columns[layer + 1]?.tiles[unit.unit];
  tile().classList.add('selected');
  const isOutput = layer === plan.layers.length - 1;
  inspector.show(plan, picture, unit, {
    title: isOutput ? outputTitle(unit.unit) : `Unit ${unit.unit + 1} of layer ${layer + 1}`,
    inputs: layer === 0 ? plan.inputs : Array.from({ length: plan.layers[layer].inputs }, (_, unit) => `unit ${unit + 1}`),
    setWeight: (...weight) => actions.setWeight(...weight),
    close: () => { select(null); tile()?.focus(); },
  }, input);
}

const resized = new ResizeObserver(() => { ends = null; drawEdges(); showScroll(); });
for (const item of [diagram, scroll]) resized.observe(item);
