// Forms made from the tables: whatever is added to one shows up here.

import { element } from './parts.js';
import { pictures } from './sets.js';

export const nameOf = (description) =>
  typeof description === 'string' ? description : Array.isArray(description) ? 'sequence' : Object.keys(description ?? {})[0];

/** Names as people read them: “softmax cross entropy”, “leaky ReLU”, “multiclass SVM”; `adamW` stays. */
export const readable = (name) => name.replace(/([a-z])([A-Z][a-z])/g, '$1 $2').replace(/([a-z]{3})([A-Z]{2})/g, '$1 $2')
  .replace(/\b[A-Z][a-z]+\b/g, (word) => word.toLowerCase());

export function select(label, options, value, onChange) {
  const field = element('label', 'field');
  const list = element('select');
  for (const option of options) {
    const item = element('option', '', option.title ?? readable(option.name));
    item.value = option.name;
    if (option.formula) item.title = option.formula;
    if (option.isUnknown) item.dataset.unknown = 'true';
    list.append(item);
  }
  list.value = value;
  list.addEventListener('change', () => onChange(list.value));
  field.append(element('span', '', label), list);
  return field;
}

export function number(label, value, { min, max, step = 'any', placeholder = '' }, onChange) {
  const field = element('label', 'field');
  const input = element('input');
  input.type = 'number';
  input.step = step;
  if (min !== undefined) input.min = min;
  if (max !== undefined) input.max = max;
  input.placeholder = placeholder;
  input.value = value ?? '';
  input.addEventListener('change', () => {
    if (input.value === '') return onChange(null);
    let given = Number(input.value);
    if (!Number.isFinite(given)) return;
    if (min !== undefined) given = Math.max(given, min);
    if (max !== undefined) given = Math.min(given, max);
    input.value = given;
    onChange(given);
  });
  field.append(element('span', '', label), input);
  return field;
}

/** A slider, and its value beside it as a number to type, which need be none of the slider's `stops` or steps. */
export function range(label, value, { min, max, step, stops = null, unit = '' }, onChange) {
  const field = element('label', 'field range');
  const scale = unit === '%' ? 100 : 1;
  const slider = element('input');
  slider.type = 'range';
  slider.setAttribute('aria-label', label);
  Object.assign(slider, stops ? { min: 0, max: stops.length - 1, step: 1 } : { min, max, step });
  const typed = element('input');
  typed.type = 'number';
  typed.setAttribute('aria-label', `${label}, as a number${unit && ' of ' + unit}`);
  Object.assign(typed, { min: min * scale, max: max * scale, step: stops ? 'any' : Number((step * scale).toPrecision(6)) });
  const chosen = () => stops ? stops[slider.value] : Number(slider.value);
  const show = (value) => {
    typed.value = Number((value * scale).toPrecision(6));
    slider.setAttribute('aria-valuetext', `${typed.value}${unit && ' ' + unit}`);
  };
  slider.value = stops ? nearestStop(stops, value) : value;
  show(value);
  slider.addEventListener('input', () => show(chosen()));
  slider.addEventListener('change', () => onChange(chosen()));
  typed.addEventListener('change', () => {
    const given = Number(typed.value) / scale;
    if (typed.value === '' || !Number.isFinite(given)) return show(value);
    const taken = Math.min(Math.max(step === 1 ? Math.round(given) : Number(given.toPrecision(9)), min), max);
    slider.value = stops ? nearestStop(stops, taken) : taken;
    show(taken);
    onChange(taken);
  });
  if (stops) typed.addEventListener('keydown', (event) => {
    // From stop to stop: a step of 1, a browser's own, is no step of a learning rate.
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    const now = Number(typed.value);
    const next = event.key === 'ArrowUp' ? stops.find((stop) => stop > now) : stops.findLast((stop) => stop < now);
    if (next === undefined) return;
    slider.value = nearestStop(stops, next);
    show(next);
    onChange(next);
  });
  const number = element('span', 'number');
  number.append(typed, ...(unit ? [element('span', 'muted', unit)] : []));
  field.append(element('span', '', label), number, slider);
  return field;
}

/** The number of the stop that is the nearest by its factor. */
function nearestStop(stops, value) {
  const distances = stops.map((stop) => Math.abs(Math.log(stop / Math.max(value, 1e-9))));
  return distances.indexOf(Math.min(...distances));
}

export function check(label, value, onChange) {
  const field = element('label', 'field check');
  const input = element('input');
  input.type = 'checkbox';
  input.checked = value;
  input.addEventListener('change', () => onChange(input.checked));
  field.append(input, element('span', '', label));
  return field;
}

/** An item of a table: its name, and its parameters. */
export function named(label, items, description, onChange) {
  const box = element('div', 'named');
  const name = nameOf(description);
  const options = items.some((item) => item.name === name) ? items : [...items, { name, title: name, isUnknown: true }];
  box.append(select(label, options, name, (chosen) => onChange(chosen)));
  const item = items.find((candidate) => candidate.name === name);
  if (!item) return box;
  const given = typeof description === 'object' ? description[name] : {};
  const set = (key, value) => {
    const parameters = { ...given };
    if (value === null) delete parameters[key]; else parameters[key] = value;
    onChange(Object.keys(parameters).length ? { [name]: parameters } : name);
  };
  const more = element('details', 'more');
  more.dataset.named = label;
  const parameters = element('div', 'parameters');
  more.append(element('summary', '', item.parameters.length ? 'formula, parameters' : 'formula'), parameters);
  for (const parameter of item.parameters) {
    const value = given?.[parameter.name] ?? parameter.value;
    if (typeof parameter.value === 'boolean') {
      parameters.append(check(readable(parameter.name), value, (chosen) => set(parameter.name, chosen)));
    } else if (typeof parameter.value === 'number') {
      parameters.append(number(readable(parameter.name), value, {}, (chosen) => set(parameter.name, chosen)));
    } else {
      const field = element('label', 'field');
      const input = element('input');
      input.value = value;
      input.maxLength = 60;
      input.addEventListener('change', () => set(parameter.name, input.value || null));
      field.append(element('span', '', readable(parameter.name)), input);
      parameters.append(field);
    }
  }
  parameters.append(element('p', 'formula muted', item.formula));
  box.append(more);
  return box;
}

/** Puts new parts into a form; what was unfolded stays so. */
function replace(box, parts) {
  const key = (item) => (item.closest('[data-layer]')?.dataset.layer ?? '') + '/' + item.dataset.named;
  const open = new Set([...box.querySelectorAll('details.more[open]')].map(key));
  box.replaceChildren(...parts);
  for (const item of box.querySelectorAll('details.more')) item.open = open.has(key(item));
}

/** Sets a column; the place that had it takes what is left, for none can stand in two. */
function swapped(columns, key, value, numeric) {
  const other = ['x', 'y', 'target'].find((name) => name !== key && columns[name] === value);
  if (other) {
    const isFit = other === 'target' || numeric.some((column) => column.name === columns[key]);
    columns[other] = isFit ? columns[key]
      : numeric.find((column) => column.name !== value && !Object.values(columns).includes(column.name))?.name ?? value;
  }
  columns[key] = value;
}

// MARK: The three forms

/** Whether the plane is a slice of many inputs, and its points are not all of a sample. */
export const isProjected = (lesson) => lesson.data.set === 'digits' || lesson.data.set === 'own' && Boolean(lesson.data.columns?.all);

/** An input as it is called: after the columns where the points are a table's. */
export function inputTitle({ title }, { data }) {
  if (data.set !== 'own' || !data.columns) return title;
  return title.replace('x₁x₂', 'x₁ · x₂').replace('x₁', () => data.columns.x).replace('x₂', () => data.columns.y);
}

export function dataForm(box, lesson, menus, table, change, actions) {
  const data = lesson.data;
  const sets = menus.sets.map((set) => ({ name: set.name, title: set.title + (set.task === 'regression' ? ' (numbers)' : '') }));
  if (table) sets.push({ name: 'own', title: table.name });
  const parts = [select('Points', sets, data.set, (name) => actions.chooseSet(name)), pictures(menus.sets, data.set, actions.chooseSet)];
  const set = menus.sets.find((candidate) => candidate.name === data.set);
  if (data.set === 'own' && table) {
    const numeric = table.columns.filter((column) => column.isNumeric);
    const set = (key) => (value) => change((lesson) => { swapped(lesson.data.columns, key, value, numeric); lesson.data.added = []; lesson.data.removed = []; lesson.loss = null; });
    const title = (columns) => columns.map((column) => ({ name: column.name, title: column.name }));
    if (numeric.length > 1) {
      parts.push(select('Inputs', [{ name: 'two', title: 'two columns' }, { name: 'all', title: 'all columns' }], data.columns.all ? 'all' : 'two',
        (value) => change((lesson) => { lesson.data.columns.all = value === 'all'; lesson.data.added = []; lesson.data.removed = []; })));
    }
    if (!data.columns.all) parts.push(select('across', title(numeric), data.columns.x, set('x')), select('up', title(numeric), data.columns.y, set('y')));
    parts.push(select('predict', title(table.columns), data.columns.target, set('target')));
  } else if (set && !set.areImages) {
    if (set.classes[1] > set.classes[0]) {
      parts.push(range('Classes', data.classes, { min: set.classes[0], max: set.classes[1], step: 1 },
        (value) => change((lesson) => { lesson.data.classes = value; lesson.data.added = []; })));
    }
    parts.push(number('Size', data.points, { min: 4, max: menus.limits.points - data.added.length, step: 1 },
      (value) => change((lesson) => { lesson.data.points = Math.round(value ?? 300); })));
    parts.push(range('Noise', data.noise, { min: 0, max: 0.5, step: 0.01, unit: '%' },
      (value) => change((lesson) => { lesson.data.noise = value; })));
  }
  parts.push(range('For validation', data.validation, { min: 0, max: 0.8, step: 0.05, unit: '%' },
    (value) => change((lesson) => { lesson.data.validation = value; })));
  if (set && !set.areImages) {
    const again = element('button', '', 'Other points');
    again.type = 'button';
    again.id = 'regenerate';
    again.addEventListener('click', () => change((lesson) => { lesson.data.seed = (lesson.data.seed + 1) % 1000; }));
    parts.push(again);
  }
  const edits = data.added.length + data.removed.length;
  if (edits > 0) {
    const undo = element('button', '', `Undo ${edits} click${edits === 1 ? '' : 's'}`);
    undo.type = 'button';
    undo.addEventListener('click', () => change((lesson) => { lesson.data.added = []; lesson.data.removed = []; }));
    parts.push(undo);
  }
  const inputs = element('fieldset', 'inputs');
  inputs.hidden = isProjected(lesson);
  inputs.append(element('legend', '', 'Inputs'));
  for (const feature of menus.features) {
    inputs.append(check(inputTitle(feature, lesson), lesson.inputs.includes(feature.name), (isOn) => {
      const chosen = menus.features.map((item) => item.name)
        .filter((name) => name === feature.name ? isOn : lesson.inputs.includes(name));
      if (chosen.length) change((lesson) => { lesson.inputs = chosen; }); else actions.refresh();
    }));
  }
  parts.push(inputs);
  parts.push(select('Scaling of inputs', menus.scalings.map((name) => ({ name })), lesson.scaling,
    (name) => change((lesson) => { lesson.scaling = name; })));
  const file = element('label', 'field file');
  const input = element('input');
  input.type = 'file';
  input.accept = '.csv,.tsv,.txt,text/csv';
  input.id = 'file';
  input.addEventListener('change', () => { if (input.files[0]) actions.openFile(input.files[0]); });
  file.append(element('span', '', 'Your own table (CSV)'), input);
  parts.push(file);
  replace(box, parts);
}

/** 1 and 3 of each power of ten. */
export const rates = [-5, -4, -3, -2, -1, 0, 1].flatMap((exponent) => [Number(`1e${exponent}`), Number(`3e${exponent}`)]);

export function trainingForm(box, lesson, menus, task, change) {
  const set = (key) => (value) => change((lesson) => { lesson[key] = value; });
  const losses = menus.losses.filter((loss) => task === 'classification' || loss.isForNumbers);
  // Title, help and range of a number are those of the run's setting.
  const setting = (make, key, options, onChange) => {
    const { title, help, min, max } = menus.settings[key];
    const field = make(title, lesson[key], { min, max, ...options }, onChange);
    field.title = help;
    return field;
  };
  const rate = setting(range, 'learningRate', { stops: rates }, set('learningRate'));
  rate.id = 'rate';
  replace(box, [
    rate,
    named('Optimizer', menus.optimizers, lesson.optimizer, (value) => change((lesson) => { lesson.optimizer = value; })),
    named('Schedule', menus.schedules, lesson.schedule, set('schedule')),
    named('Loss', losses, lesson.loss ?? menus.defaultLosses[task], set('loss')),
    setting(number, 'batch', { step: 1 }, (value) => set('batch')(Math.round(value ?? 10))),
    setting(number, 'epochs', { step: 1 }, (value) => set('epochs')(Math.round(value ?? 10000))),
    setting(number, 'l2', {}, (value) => set('l2')(value ?? 0)),
    setting(number, 'l1', {}, (value) => set('l1')(value ?? 0)),
    setting(number, 'clipNorm', { min: 0.000001, placeholder: 'never' }, set('clipNorm')),
    number('Seed', lesson.seed, { min: 0, max: 1000000, step: 1 }, (value) => set('seed')(Math.round(value ?? 1))),
  ]);
}

/** A fold whose form is there while it is open. */
function fold(key, title, isOpen, make) {
  const details = element('details');
  const form = element('div', 'form');
  details.dataset.layer = key;
  details.open = isOpen;
  details.append(element('summary', '', title), form);
  const fill = () => { if (details.open !== form.hasChildNodes()) form.replaceChildren(...(details.open ? make() : [])); };
  details.addEventListener('toggle', fill);
  fill();
  return details;
}

export function layersForm(box, lesson, menus, change) {
  const open = new Set([...box.querySelectorAll('details[data-layer][open]')].map((item) => item.dataset.layer));
  const parts = lesson.layers.map((layer, index) => {
    const words = [`${layer.units} unit${layer.units === 1 ? '' : 's'}`, readable(nameOf(layer.activation))];
    if (layer.batchNorm) words.push('batch normalization');
    if (layer.dropout > 0) words.push(`dropout ${layer.dropout}`);
    const set = (key) => (value) => change((lesson) => { lesson.layers[index][key] = value; });
    return fold(index, `Layer ${index + 1}: ${words.join(', ')}`, open.has(String(index)), () => {
      const remove = element('button', '', 'Remove this layer');
      remove.type = 'button';
      remove.addEventListener('click', () => change((lesson) => { lesson.layers.splice(index, 1); }));
      return [
        number('Units', layer.units, { min: 1, max: menus.limits.units, step: 1 }, (value) => set('units')(Math.round(value ?? 1))),
        named('Activation', menus.activations, layer.activation, set('activation')),
        check('Batch normalization', layer.batchNorm, set('batchNorm')),
        range('Dropout', layer.dropout, { min: 0, max: 0.9, step: 0.05 }, set('dropout')),
        named('First weights', menus.initializers, layer.initializer, set('initializer')), remove,
      ];
    });
  });
  parts.push(fold('output', 'Output layer: first weights ' + readable(nameOf(lesson.initializer)), open.has('output'), () => [
    named('First weights', menus.initializers, lesson.initializer, (value) => change((lesson) => { lesson.initializer = value; })),
  ]));
  if (lesson.layers.length > 1) {
    const set = (key) => (value) => change((lesson) => { for (const layer of lesson.layers) layer[key] = value; });
    parts.push(fold('all', 'All hidden layers at once', open.has('all'), () => [
      named('Activation', menus.activations, lesson.layers[0].activation, set('activation')),
      check('Batch normalization', lesson.layers.every((layer) => layer.batchNorm), set('batchNorm')),
      range('Dropout', lesson.layers[0].dropout, { min: 0, max: 0.9, step: 0.05 }, set('dropout')),
      named('First weights', menus.initializers, lesson.layers[0].initializer, set('initializer')),
    ]));
  }
  replace(box, parts);
}
