// The lesson: its forms, and the changes that the server takes or refuses, one after the other.

import { remember } from './address.js';
import * as controls from './controls.js';
import * as glance from './glance.js';
import * as hiding from './hiding.js';
import { menus } from './menus.js';
import { fail, say } from './messages.js';
import * as race from './race.js';
import { state } from './state.js';

const $ = (id) => document.getElementById(id);

/** The lesson that the server trains: a refused change goes back to it. */
let accepted = null;
let queue = Promise.resolve();

/** Resolves when the server has answered all changes. */
export const idle = () => queue;

/** The lesson that a page without one begins with, as long as the server has not said what it trains. */
export function showUsual() {
  state.lesson = structuredClone(menus.lesson);
  refresh();
}

/** Takes the lesson, and the table if there is one, that the server says it trains. */
export function begin({ lesson, table }) {
  const isShown = !table && JSON.stringify(lesson) === JSON.stringify(state.lesson);
  accepted = structuredClone(lesson);
  state.lesson = lesson;
  state.table = table;
  if (!isShown) refresh();
}

/** Changes the lesson here and in the session; a refused change is undone. */
export function change(body) {
  const wanted = structuredClone(state.lesson);
  body(wanted);
  return take(wanted);
}

export function take(wanted) {
  if (hiding.refuses()) return Promise.resolve(say('The lesson of this page is locked.'));
  state.lesson = wanted;
  queue = queue.then(async () => {
    try {
      state.lesson = await state.session.order('lesson', { lesson: wanted });
      accepted = structuredClone(state.lesson);
      say('');
    } catch (error) {
      state.lesson = structuredClone(accepted);
      fail(error);
    }
    remember();
    refresh();
  });
  return queue;
}

function chooseSet(name) {
  return change((lesson) => {
    const set = menus.sets.find((candidate) => candidate.name === name);
    const former = taskOf(lesson);
    lesson.data = {
      ...lesson.data, set: name, added: [], removed: [],
      classes: set ? Math.min(Math.max(lesson.data.classes, set.classes[0]), set.classes[1]) : lesson.data.classes,
    };
    if (name === 'own' && !lesson.data.columns) {
      const { columns } = state.table;
      const numeric = columns.filter((column) => column.isNumeric);
      const [x, y] = numeric.length > 1 ? [numeric[0].name, numeric[1].name] : ['', ''];
      lesson.data.columns = { x, y, target: columns[columns.length - 1].name, all: numeric.length < 2 };
    }
    if (name === 'own' || set?.task !== former) lesson.loss = null;
  });
}

async function openFile(file) {
  if (file.size > menus.limits.bytes) return fail(new Error(`${file.name} has ${file.size} bytes; expected at most ${menus.limits.bytes}`));
  try {
    const answer = await state.session.open(file.name, await file.text());
    begin(answer);
    remember();
    say(`${answer.table.name}: ${answer.table.rows} rows`);
  } catch (error) {
    fail(error);
    refresh();
  }
}

// MARK: The forms

const taskOf = (lesson) => menus.sets.find((set) => set.name === lesson.data.set)?.task ?? state.plan?.task ?? 'classification';

function refresh() {
  const { lesson, table } = state;
  const focused = document.activeElement;
  const path = focused && focused !== document.body ? focusPath(focused) : null;
  controls.dataForm($('data-form'), lesson, menus, table, change, { chooseSet, openFile, refresh });
  showTraining(taskOf(lesson));
  controls.layersForm($('layers'), lesson, menus, change);
  race.form(lesson);
  hiding.apply();
  if (path) restoreFocus(path);
}

let shownTask = null;

function showTraining(task) {
  shownTask = task;
  glance.show(state.lesson, task, change, chooseSet);
  controls.trainingForm($('training-form'), state.lesson, menus, task, change);
}

/** Another task has other losses. */
export function setTask(task) { if (task !== shownTask) showTraining(task); }

/** Which control has the focus, so that a form made anew gives it back. */
function focusPath(focused) {
  const form = focused.closest('#glance, #data-form, #training-form, #layers, #race');
  if (!form) return null;
  return { form: form.id, index: [...form.querySelectorAll('input, select, button, summary')].indexOf(focused) };
}

function restoreFocus({ form, index }) {
  $(form).querySelectorAll('input, select, button, summary')[index]?.focus({ preventScroll: true });
}
