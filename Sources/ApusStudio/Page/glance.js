// What is changed most often, in the page's first row on a wide screen: rate, activation, and kind of problem.

import { nameOf, rates, select } from './controls.js';
import { menus } from './menus.js';

const box = document.getElementById('glance');
/** Of each kind of problem the points that it had last. */
const lastSets = {};

/** `change(body)` of the lesson, and `chooseSet(name)`. */
export function show(lesson, task, change, chooseSet) {
  lastSets[task] = lesson.data.set;
  const known = [...new Set([...rates, lesson.learningRate])].sort((a, b) => a - b);
  const names = new Set(lesson.layers.map((layer) => nameOf(layer.activation)));
  // Layers that differ have a word of their own, which changes nothing.
  const mixed = names.size === 1 ? [] : [{ name: '', title: names.size ? 'of each layer' : 'no hidden layer' }];
  const tasks = ['classification', 'regression'].map((name) => ({ name, title: name }));
  const fields = [
    select('Rate', known.map((rate) => ({ name: String(rate), title: String(rate) })), String(lesson.learningRate),
      (rate) => change((lesson) => { lesson.learningRate = Number(rate); })),
    select('Activation', [...mixed, ...menus.activations], names.size === 1 ? [...names][0] : '',
      (name) => change((lesson) => { if (name) for (const layer of lesson.layers) layer.activation = name; })),
    select('Problem', tasks, task,
      (task) => chooseSet(lastSets[task] ?? menus.sets.find((set) => set.task === task).name)),
  ];
  ['learning-rate', 'layers', 'data points'].forEach((name, index) => { fields[index].dataset.twin = name; });
  box.replaceChildren(...fields);
}
