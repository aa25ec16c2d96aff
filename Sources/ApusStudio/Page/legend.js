// What the plane's colors and signs mean, and the two ticks that say how it is drawn.

import { seriesCount } from './colors.js';
import { element, figure } from './parts.js';

const box = document.getElementById('legend');
const ticks = document.getElementById('view');

/** How the plane is drawn: nothing of the lesson, so that no address and no run knows it. */
export const view = { showsValidation: true, isDiscrete: false };

/** `draw()` when a tick was set. */
export function wire(draw) {
  const tick = (title, key) => {
    const label = element('label', 'choice');
    const input = element('input');
    Object.assign(input, { type: 'checkbox', checked: view[key] });
    input.addEventListener('change', () => { view[key] = input.checked; draw(); });
    label.append(input, title);
    return label;
  };
  ticks.append(tick('Validation points', 'showsValidation'), tick('Discretize output', 'isDiscrete'));
}

export function setPlan(plan) {
  const items = [];
  const add = (className, text, style) => {
    const item = element('span');
    const mark = element('span', className);
    if (style) mark.style.setProperty('--mark', style);
    item.append(mark, text);
    items.push(item);
    return item;
  };
  if (plan.task === 'classification') {
    plan.classes.forEach((name, label) => add('dot', name, `var(--c${label % seriesCount})`));
  } else {
    add('ramp', `${plan.target} from ${figure(plan.targets[0])} to ${figure(plan.targets[1])}`);
  }
  add('dot filled', `${plan.training} for training`, 'var(--muted)');
  const kept = plan.points.length / 4 - plan.training;
  if (kept > 0) add('dot ring', `${kept} for validation`, 'var(--muted)');
  if (plan.leftOut > 0) items.push(element('span', '', `${plan.leftOut} row${plan.leftOut === 1 ? '' : 's'} left out: a cell that is needed is empty`));
  if (plan.task === 'classification') {
    // The best class of two has at least one half, of ten a tenth.
    const least = plan.areProbabilities ? Math.round(100 / plan.classes.length) + ' %' : 'unsure';
    add('ramp sure', plan.areProbabilities ? '100 % sure' : 'sure').prepend(least);
  }
  box.replaceChildren(...items);
}
