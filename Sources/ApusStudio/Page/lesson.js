// The lesson: its forms, and the changes that the server takes or refuses, one after the other.

import { remember } from './address.js';
import * as controls from './controls.js';
import { textOf } from './encoding.js';
import * as glance from './glance.js';
import * as hiding from './hiding.js';
import * as lessons from './lessons.js';
import { menus } from './menus.js';
import { fail, say } from './messages.js';
import * as race from './race.js';
import { state } from './state.js';
import * as waiting from './waiting.js';

const $ = (id) => document.getElementById(id);

/** The lesson that the server trains: a refused change goes back to it. */
let accepted = null;
let queue = Promise.resolve();
/** How many lessons the server was asked to take. */
let asked = 0;

/** The forms as they are to be shown soon; and of what lesson they are, as a text. */
let forms = Promise.resolve();
let shown = '';

/** Resolves when the server has answered all changes, and the forms show them. */
export const idle = () => queue.then(() => forms);

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
  if (isShown) lessons.show(); else refresh();
}

/** Changes the lesson here and in the session; a refused change is undone. */
export function change(body) {
  const wanted = structuredClone(state.lesson);
  body(wanted);
  const taken = take(wanted);
  refreshSoon();
  return taken;
}

export function take(wanted) {
  if (hiding.refuses()) return Promise.resolve(say('The lesson of this page is locked.'));
  if (state.isOver) return Promise.resolve();
  state.lesson = wanted;
  asked += 1;
  const number = asked;
  queue = queue.then(async () => {
    // What was wanted since is changed further, and no answer to what was wanted before comes in its way.
    const isNewest = () => number === asked;
    try {
      accepted = await answered(wanted);
      if (!isNewest()) return;
      state.lesson = structuredClone(accepted);
      waiting.end();
      say('');
    } catch (error) {
      // What nobody has refused stays in the address, for the time when somebody can answer.
      if (state.isOver) return remember();
      const isAwaited = !state.table && waiting.isFor(wanted, error);
      if (!isAwaited) fail(error);
      if (!isNewest()) return;
      state.lesson = structuredClone(accepted);
      if (isAwaited) wait(wanted);
    }
    remember();
    // Forms that need not be made anew are left alone: somebody may be at one already.
    if (JSON.stringify(state.lesson) === shown) lessons.show(); else refresh();
  });
  return queue;
}

/** What the server makes of a lesson. Where it is silent, it is asked once more when the stream knows whether it stays so. */
async function answered(lesson) {
  try {
    return await state.session.order('lesson', { lesson });
  } catch (error) {
    if (error.status || state.isOver) throw error;
    await new Promise((resolve) => { setTimeout(resolve, 2000); });
    if (state.isOver) throw error;
    return state.session.order('lesson', { lesson });
  }
}

/** A lesson whose table is not here waits for it. */
export function wait(wanted) {
  waiting.begin(wanted, { open: openFile, leave: () => { remember(); lessons.show(); } });
}

function chooseSet(name) {
  return change((lesson) => {
    const set = menus.sets.find((candidate) => candidate.name === name);
    const former = taskOf(lesson);
    lesson.data = {
      ...lesson.data, set: name, added: [], removed: [],
      classes: set ? Math.min(Math.max(lesson.data.classes, set.classes[0]), set.classes[1]) : lesson.data.classes,
    };
    if (name === 'own') lesson.data.columns ??= state.table.usual;
    if (name === 'own' || set?.task !== former) lesson.loss = null;
  });
}

async function openFile(file) {
  if (file.size > menus.limits.bytes) return fail(new Error(`${file.name} has ${file.size} bytes; expected at most ${menus.limits.bytes}`));
  const { awaited } = state;
  try {
    const { text, encoding } = await textOf(file);
    const answer = await state.session.open(file.name, text, awaited);
    waiting.end();
    begin(answer);
    remember();
    say(about(answer, awaited, encoding));
  } catch (error) {
    fail(error);
    refresh();
  }
}

/** What was made of a table. */
function about({ table, leftOut, lesson }, awaited, encoding) {
  const { columns } = lesson.data;
  const rows = `${table.name}: ${table.rows.toLocaleString('en')} rows` + (leftOut > 0 ? `, ${leftOut.toLocaleString('en')} of them left out, for a cell that is needed is empty.` : '.');
  const place = columns.all ? 'from all columns' : `over “${columns.x}” and “${columns.y}”`;
  const choice = awaited ? 'The lesson of the address goes on with it.'
    : `“${columns.target}” is predicted, ${table.why}, ${place}; Data has the others.`;
  const kind = encoding ? ` The file is not UTF-8 and was read as ${encoding}: where its names look wrong, save it as UTF-8.` : '';
  return `${rows} ${choice}${kind}`;
}

// MARK: The forms

const taskOf = (lesson) => menus.sets.find((set) => set.name === lesson.data.set)?.task ?? state.plan?.task ?? 'classification';

/** Not before the change that a field tells has come to its end: the focus may just be on its way to another one. */
function refreshSoon() {
  forms = new Promise((resolve) => { setTimeout(() => { refresh(); resolve(); }); });
}

function refresh() {
  const { lesson, table } = state;
  shown = JSON.stringify(lesson);
  const focused = document.activeElement;
  const path = focused && focused !== document.body ? focusPath(focused) : null;
  controls.dataForm($('data-form'), lesson, menus, table, change, { chooseSet, openFile, refresh });
  showTraining(taskOf(lesson));
  controls.layersForm($('layers'), lesson, menus, change);
  race.form(lesson);
  lessons.show();
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
