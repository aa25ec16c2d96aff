// The sets of points as small pictures, below the list that names them: for people who would rather look than read. The
// list is the way for the keyboard.

import { colors, css, rampColor, seriesCount } from './colors.js';
import { element } from './parts.js';

const side = 40;
/** Half of the plane's width. */
const reach = 6;
/** One canvas for each set, which moves along to a form that is made anew. */
const canvases = new Map();

/** `onChoose(name)` when one is pressed. */
export function pictures(sets, chosen, onChoose) {
  const box = element('div', 'sets');
  // A page that hides the list hides them too.
  box.dataset.twin = 'points';
  for (const set of sets) {
    const button = element('button', 'set');
    Object.assign(button, { type: 'button', tabIndex: -1, title: set.title });
    button.setAttribute('aria-label', set.title);
    button.setAttribute('aria-pressed', String(set.name === chosen));
    button.append(canvas(set));
    button.addEventListener('click', () => onChoose(set.name));
    box.append(button);
  }
  return box;
}

function canvas(set) {
  const known = canvases.get(set.name);
  if (known) return known.canvas;
  const canvas = element('canvas', set.areImages ? 'pixels' : '');
  canvas.width = canvas.height = set.areImages ? 10 : 2 * side;
  canvases.set(set.name, { canvas, set });
  // The first picture of the training does not wait for these.
  setTimeout(() => paint(canvas, set), 150);
  return canvas;
}

/** In other colors. */
export function redraw() { for (const { canvas, set } of canvases.values()) paint(canvas, set); }

function paint(canvas, { areImages, task, sample }) {
  const context = canvas.getContext('2d');
  context.clearRect(0, 0, canvas.width, canvas.height);
  const { classes, ink } = colors();
  if (areImages) {
    for (let place = 0; place < sample.length; place++) {
      context.fillStyle = css(ink, sample[place] / 16);
      context.fillRect(1 + place % 8, 1 + Math.floor(place / 8), 1, 1);
    }
    return;
  }
  const place = (coordinate) => side * (1 + coordinate / 10 / reach);
  for (let at = 0; at < sample.length; at += 3) {
    const target = sample[at + 2];
    context.fillStyle = task === 'classification' ? css(classes[target % seriesCount]) : rampColor(target / 200 + 0.5);
    context.beginPath();
    context.arc(place(sample[at]), place(-sample[at + 1]), 3, 0, 7);
    context.fill();
  }
}
