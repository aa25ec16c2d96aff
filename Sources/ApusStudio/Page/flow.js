// How gradients flow: a row for each layer, a column for each moment, the darker the larger; beside it the figures of now.

import { colors, mix } from './colors.js';
import { figure } from './parts.js';

const canvas = document.getElementById('flow');
const table = document.getElementById('flow-figures');
const columns = 240;
const [low, high] = [-7, 1];
let moments = [];
let layers = 0;

export function reset(count) {
  layers = count;
  moments = [];
  draw();
}

/** A moment: the norm of each layer's gradient; columns of a past that is looked at again are not repeated. */
export function add(gradients, movement, dead) {
  if (gradients.length !== layers) return;
  moments.push(gradients);
  if (moments.length > columns) moments.shift();
  draw();
  const names = gradients.map((_, layer) => layer === layers - 1 ? 'output' : `layer ${layer + 1}`);
  const rows = names.map((name, layer) => {
    const row = document.createElement('tr');
    const title = document.createElement('th');
    title.scope = 'row';
    title.textContent = name;
    row.append(title);
    const share = dead[layer];
    for (const text of [figure(gradients[layer]), figure(movement[layer]), share === undefined ? '' : Math.round(share * 100) + ' %']) {
      const cell = document.createElement('td');
      cell.className = 'n';
      cell.textContent = text;
      row.append(cell);
    }
    return row;
  });
  table.replaceChildren(...rows);
}

function draw() {
  const width = Math.max(moments.length, 30);
  canvas.width = width;
  canvas.height = Math.max(layers, 1);
  canvas.style.setProperty('--rows', layers);
  const context = canvas.getContext('2d');
  const image = context.createImageData(width, canvas.height);
  const { paper, ink } = colors();
  moments.forEach((gradients, moment) => {
    gradients.forEach((norm, layer) => {
      const share = norm > 0 ? Math.max(0, Math.min(1, (Math.log10(norm) - low) / (high - low))) : 0;
      const color = mix(paper, ink, share * 0.92);
      image.data.set([...color, 255], 4 * (layer * width + moment));
    });
  });
  context.putImageData(image, 0, 0);
}

export const redraw = draw;
