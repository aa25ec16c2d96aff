// What a click on the plane does: it adds a point, takes one away, or shows one.

import * as closer from './closer.js';
import { seriesCount } from './colors.js';
import * as digit from './digit.js';
import { change } from './lesson.js';
import { menus } from './menus.js';
import { fail, say } from './messages.js';
import * as plane from './plane.js';
import { state } from './state.js';

const $ = (id) => document.getElementById(id);
const place = [$('hand-x'), $('hand-y')];

/** A class' number, 'high' or 'low' to add; 'remove' or 'look'. */
let tool = null;

export function wire() {
  plane.whenClicked(click);
  $('hand-do').addEventListener('click', () => click(...place.map((input) => Number(input.value))));
}

/** The middle of the plane, for a point by hand, and what its axes are called. */
export function setPlan({ x, y, axes, projection }) {
  [x, y].forEach((range, axis) => {
    place[axis].value = Number(((range[0] + range[1]) / 2).toPrecision(3));
    const name = place[axis].labels[0].firstElementChild;
    name.textContent = name.title = projection ? ['across', 'up'][axis] : axes[axis];
  });
}

/** The tools that the plan and the open panels have; the one that was chosen stays chosen. */
export function offer() {
  const { plan } = state;
  const choices = plan.projection ? [] : plan.task === 'classification'
    ? plan.classes.map((name, label) => ({ value: String(label), text: 'adds ' + name, mark: `var(--c${label % seriesCount})` }))
    : [{ value: 'high', text: 'adds the highest', mark: 'var(--high)' }, { value: 'low', text: 'adds the lowest', mark: 'var(--low)' }];
  choices.push(plan.image ? { value: 'look', text: 'shows the digit there on the pad' } : { value: 'remove', text: 'takes away' });
  if (closer.choosesPoints() && !plan.image) choices.push({ value: 'look', text: 'shows it in the graph' });
  if (!choices.some((choice) => choice.value === tool)) tool = choices[0].value;
  $('tools').replaceChildren(...choices.map((choice) => {
    const label = document.createElement('label');
    label.className = 'choice';
    const input = document.createElement('input');
    Object.assign(input, { type: 'radio', name: 'tool', value: choice.value, checked: choice.value === tool });
    input.addEventListener('change', () => { tool = choice.value; sayTool(); });
    label.append(input);
    if (choice.mark) {
      const dot = document.createElement('span');
      dot.className = 'dot';
      dot.style.setProperty('--mark', choice.mark);
      label.append(dot);
    }
    label.append(choice.text);
    return label;
  }));
  sayTool();
}

function sayTool() {
  $('hand-do').textContent = tool === 'remove' ? 'Take away here' : tool === 'look' ? (state.plan.image ? 'Show the digit' : 'Show the point') : 'Add here';
}

function click(x, y) {
  if (!state.plan || !Number.isFinite(x) || !Number.isFinite(y)) return;
  if (tool === 'remove' || tool === 'look') {
    const index = plane.nearest(x, y);
    if (index === null) say('There is no point.');
    else if (tool === 'look') look(index);
    else remove(index);
  } else {
    add(x, y);
  }
}

function look(index) {
  const { plan } = state;
  if (closer.choosesPoints()) closer.choose(index);
  if (!plan.image) return;
  say(`Digit number ${index + 1} of the set, a ${plan.classes[plan.points[4 * index + 2]]}, is on the pad.`);
  digit.take(index);
}

function remove(index) {
  const generated = state.plan.points.length / 4 - state.lesson.data.added.length;
  change((lesson) => {
    if (index >= generated) {
      lesson.data.added.splice(index - generated, 1);
    } else {
      // The numbers are those of the whole set: those taken away before it are counted too.
      let number = index;
      for (const removed of [...lesson.data.removed].sort((a, b) => a - b)) if (removed <= number) number += 1;
      lesson.data.removed.push(number);
    }
  });
}

function add(x, y) {
  const { plan } = state;
  if (state.lesson.data.added.length >= menus.limits.edits) return fail(new Error(`at most ${menus.limits.edits} points by hand`));
  const target = plan.task === 'classification' ? Number(tool) : tool === 'high' ? plan.targets[1] : plan.targets[0];
  const round = (value) => Number(value.toPrecision(4));
  change((lesson) => { lesson.data.added.push({ x: round(x), y: round(y), target }); });
}
