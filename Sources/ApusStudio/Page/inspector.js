// One unit's weights, as numbers that can be changed.

import { paintImage } from './colors.js';
import { element } from './parts.js';

const box = document.getElementById('inspector');

let plan = null;
let picture = null;
/** The unit that is shown: its layer, and its number there. */
let shown = null;
let leave = () => {};

/** Of a unit of the first layer its weights, which make an image. */
export function weightsOf(plan, picture, unit) {
  const { inputs, units } = plan.layers[0];
  return Array.from({ length: inputs }, (_, input) => picture.weights[plan.offsets[0].weights + input * units + unit]);
}

/** Its title, the names of its inputs, `setWeight(path, index, value)` and `close()`; the focus goes to one of the inputs where one is given, and nowhere for null. */
export function show(newPlan, newPicture, unit, { title, inputs, setWeight, close }, input) {
  // None is shown until its fields are there: those of the last one are told that they lose the focus.
  [plan, picture, shown, leave] = [newPlan, newPicture, null, close];
  const layer = plan.layers[unit.layer];
  const head = element('div', 'row spread');
  const button = element('button', 'small', '✕');
  button.type = 'button';
  button.setAttribute('aria-label', 'close');
  button.addEventListener('click', close);
  head.append(element('h3', '', title), button);
  const list = element('div', inputs.some((name) => name.length > 8) ? 'weights long' : 'weights');
  const field = (name, kind, index) => {
    const label = element('label', 'field');
    const number = element('input');
    number.type = 'number';
    number.step = 'any';
    number.dataset.kind = kind;
    number.dataset.index = index;
    number.addEventListener('change', () => {
      const value = Number(number.value);
      if (number.value !== '' && Number.isFinite(value)) setWeight(`${layer.path}.${kind}`, index, value);
      // The focus stays, for the next value; what is typed takes the place of the last.
      if (document.activeElement === number) number.select();
    });
    number.addEventListener('blur', refresh);
    label.append(element('span', '', name), ' ', number);
    list.append(label);
    return number;
  };
  field('bias', 'bias', unit.unit);
  const numbers = inputs.map((name, index) => field(name, 'weight', index * layer.units + unit.unit));
  const parts = [head, element('p', 'muted', 'Its bias, and its weights from what comes before; change one, and go on.')];
  if (plan.image && unit.layer === 0) {
    const image = element('canvas');
    image.setAttribute('role', 'img');
    image.setAttribute('aria-label', 'its weights as an image');
    parts.push(image);
  }
  box.replaceChildren(...parts, list);
  box.hidden = false;
  shown = unit;
  refresh();
  if (input === undefined) return button.focus({ preventScroll: true });
  numbers[input]?.focus();
  numbers[input]?.select();
}

box.addEventListener('keydown', (event) => { if (event.key === 'Escape') leave(); });

export function hide() {
  shown = null;
  box.hidden = true;
  box.replaceChildren();
}

export function setPicture(newPlan, newPicture) {
  [plan, picture] = [newPlan, newPicture];
  refresh();
}

function refresh() {
  if (!shown || !picture) return;
  const offset = plan.offsets[shown.layer];
  const image = box.querySelector('canvas');
  if (image) paintImage(image, weightsOf(plan, picture, shown.unit), plan.image[1]);
  box.querySelectorAll('input').forEach((number) => {
    if (document.activeElement === number) return;
    const start = number.dataset.kind === 'bias' ? offset.biases : offset.weights;
    const value = picture.weights[start + Number(number.dataset.index)];
    const text = Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
    if (number.value !== text) number.value = text;
  });
}
