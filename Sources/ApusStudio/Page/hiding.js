// A reduced page for a classroom: parts that the address hides, and whether the lesson is locked.
//
//     #hide=data,optimizer&lock=true&lesson=…
//
// `hide` takes the names below, of sections and of single controls, or a lesson's control by its label in lower case with
// hyphens (`learning-rate`); `lock=true` leaves what is seen and played, and takes the changes of the lesson away.

import { element } from './parts.js';

/** What a link can hide, by the name in the address: whatever a selector finds. */
const parts = {
  lessons: { title: 'Lessons', selector: '#preset-field, #sentences' },
  speed: { title: 'Speed', selector: '#speed-field' },
  steps: { title: 'Steps by point, batch, epoch', selector: '#sample, #batch, #epoch' },
  history: { title: 'History', selector: '.scrub' },
  data: { title: 'Data', selector: '#data, [data-twin~=data]' },
  training: { title: 'Training', selector: '#training, [data-twin=learning-rate]' },
  layers: { title: 'Layers and units', selector: '#layers, .pair, .add-layer, [data-twin=layers]' },
  weights: { title: 'Weights by hand', selector: '#inspector' },
  race: { title: 'A race of optimizers', selector: '#race' },
  judgment: { title: 'Judgment', selector: '#judgment' },
  doctor: { title: 'The doctor', selector: '#doctor-row, #findings, #gradient-result' },
  clicks: { title: 'Points by hand', selector: '#hand' },
  progress: { title: 'Progress', selector: '#progress' },
  gradients: { title: 'Gradients over time', selector: '#flow-box' },
  depth: { title: 'Histograms through depth', selector: '#depth' },
  landscape: { title: 'Loss landscape', selector: '#landscape' },
  graph: { title: 'Computational graph', selector: '#graph' },
  export: { title: 'Take it with you', selector: '#export' },
  share: { title: 'Copy link, reduced page', selector: '#share, #classroom' },
};

/** Those, and every other section of the page by its own id. */
function allParts() {
  for (const section of document.querySelectorAll('main section[id]')) {
    parts[section.id] ??= { title: section.querySelector('h2')?.textContent ?? section.id, selector: '#' + section.id };
  }
  return parts;
}

const nameOf = (label) => label.trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');

/** The controls of the two forms, and the folds of the page: found in the page, so that new ones are there by themselves. */
function controls() {
  const found = new Map();
  for (const field of document.querySelectorAll('#data-form .field, #training-form .field, #data-form fieldset')) {
    if (field.closest('.parameters') || field.parentElement.closest('fieldset')) continue;
    const title = field.querySelector('span, legend')?.textContent ?? '';
    const name = nameOf(title);
    if (name && !parts[name] && !found.has(name)) found.set(name, { title, element: field.closest('.named') ?? field });
  }
  return found;
}

/** The same control in the page's first row. */
const twins = (name) => document.querySelectorAll(`[data-twin~="${name}"]`);

let hidden = [];
let isLocked = false;
/** Whether something in the page is hidden or locked at the moment. */
let isApplied = false;

/** Reads the keys of the address. */
export function read(hash) {
  const value = (key) => new RegExp(`(?:^#|[#&])${key}=([^&]*)`).exec(hash)?.[1];
  let names = '';
  try { names = decodeURIComponent(value('hide') ?? ''); } catch { names = value('hide'); }
  hidden = [...new Set(names.split(',').map((name) => name.trim()).filter(Boolean))].slice(0, 100);
  isLocked = value('lock') === 'true';
}

/** The keys as they stand in an address; empty when all is there. */
export function text(names = hidden, locks = isLocked) {
  return (names.length ? '&hide=' + names.map(encodeURIComponent).join(',') : '') + (locks ? '&lock=true' : '');
}

/** Hides what is to be hidden, in forms that have been made anew too. The names that nothing goes by are returned. */
export function apply() {
  if (!hidden.length && !isLocked && !isApplied) return [];
  isApplied = hidden.length > 0 || isLocked;
  const parts = allParts();
  const known = controls();
  for (const item of document.querySelectorAll('[data-hides]')) { item.removeAttribute('data-hides'); }
  const unknown = [];
  for (const name of hidden) {
    if (parts[name]) for (const item of document.querySelectorAll(parts[name].selector)) item.dataset.hides = 'true';
    else if (known.has(name)) for (const item of [known.get(name).element, ...twins(name)]) item.dataset.hides = 'true';
    else unknown.push(name);
  }
  // A column of which nothing is left gives its place to the others.
  for (const side of document.querySelectorAll('.side')) {
    if ([...side.children].every((section) => section.dataset.hides)) side.dataset.hides = 'true';
  }
  for (const item of document.querySelectorAll('#glance, #data-form, #training-form, #layers, #hand, #inspector, #preset-field, .pair, .add-layer')) {
    item.inert = isLocked;
  }
  return unknown;
}

/** Whether the lesson may not be changed. */
export const refuses = () => isLocked;

// MARK: Making a link

/** The fold in which a teacher ticks what to hide; `link(keys)` gives the address. */
export function form(box, link, say) {
  const tick = (name, title, isTicked) => {
    const label = element('label', 'choice');
    const input = element('input');
    Object.assign(input, { type: 'checkbox', value: name, checked: isTicked });
    input.addEventListener('change', renew);
    label.append(input, title);
    return label;
  };
  const group = (title, items) => {
    const set = element('fieldset');
    const list = element('div', 'ticks');
    list.append(...items);
    set.append(element('legend', '', title), list);
    return set;
  };
  const address = element('input', 'address');
  Object.assign(address, { type: 'text', readOnly: true });
  address.setAttribute('aria-label', 'The link to the reduced page');
  const open = element('a', '', 'Open it');
  Object.assign(open, { target: '_blank', rel: 'noopener' });
  const copy = element('button', '', 'Copy');
  copy.type = 'button';
  copy.addEventListener('click', async () => {
    try { await navigator.clipboard.writeText(address.value); say('The link to the reduced page is copied.'); } catch { address.select(); }
  });
  const note = element('p', 'muted', 'The link opens this lesson in a page without what is ticked; it holds no token, and works in a browser that has opened this playground before. It is no guard: who knows the keys can take them out.');
  const row = element('div', 'row');
  row.append(address, copy, open);
  function renew() {
    const ticked = [...box.querySelectorAll('.ticks input:checked')].map((input) => input.value);
    address.value = link(text(ticked.filter((name) => name !== 'lock'), ticked.includes('lock')));
    open.href = address.value;
  }
  /** Made anew when it is unfolded: the lesson has other controls by then. */
  const make = () => {
    box.replaceChildren(
      group('Hide', Object.entries(allParts()).map(([name, part]) => tick(name, part.title, hidden.includes(name)))),
      group('Hide single controls', [...controls()].map(([name, control]) => tick(name, control.title, hidden.includes(name)))),
      group('Lock', [tick('lock', 'The lesson cannot be changed', isLocked)]), note, row);
    renew();
  };
  return { make, renew };
}
