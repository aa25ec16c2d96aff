// Puts the page together: one lesson, one session, and what comes of it.

import * as closer from './closer.js';
import { colours, forgetColours, seriesCount } from './colours.js';
import * as controls from './controls.js';
import * as curves from './curves.js';
import * as digit from './digit.js';
import * as flow from './flow.js';
import * as hiding from './hiding.js';
import * as network from './network.js';
import * as panels from './panels.js';
import * as plane from './plane.js';
import * as race from './race.js';
import { Refusal, Session, get, post } from './server.js';

const $ = (id) => document.getElementById(id);

let menus = null;
let lesson = null;
let table = null;
let session = null;
let plan = null;
let facts = { state: 'paused', rate: 0 };
let tool = null;

// MARK: Messages

function say(text, isError = false) {
  $('status').textContent = text;
  $('status').classList.toggle('error', isError);
}

function fail(error) {
  console.info(error.message);
  say(error.message, true);
}

// MARK: The lesson and the address

/** What differs from another value, for objects of known keys. */
function difference(value, usual) {
  const result = {};
  for (const [key, item] of Object.entries(value)) {
    if (JSON.stringify(item) === JSON.stringify(usual[key])) continue;
    const isPlain = item && usual[key] && typeof item === 'object' && !Array.isArray(item) && key === 'data';
    result[key] = isPlain ? difference(item, usual[key]) : item;
  }
  return result;
}

/** The address of the lesson at hand, with the keys of a reduced page. */
function hashWith(keys) {
  const text = JSON.stringify(difference(lesson, menus.lesson));
  const all = (text === '{}' ? '' : '&lesson=' + encodeURIComponent(text)) + keys;
  return all && '#' + all.slice(1);
}

function remember() {
  const hash = hashWith(hiding.text());
  if (classroom && $('classroom').open) classroom.renew();
  if (location.hash !== hash) history.replaceState(null, '', location.pathname + hash);
}

function lessonOfAddress() {
  const found = /(?:^#|&)lesson=([^&]*)/.exec(location.hash);
  if (!found) return null;
  try {
    return JSON.parse(decodeURIComponent(found[1]));
  } catch {
    fail(new Error('the address holds no lesson that can be read'));
    return null;
  }
}

/** Hides what the address hides, and tells of names that nothing goes by. */
function reduce() {
  hiding.read(location.hash);
  const unknown = hiding.apply();
  if (unknown.length) fail(new Error(`nothing here is called ${unknown.map((name) => '“' + name.slice(0, 40) + '”').join(', ')}, which the address hides; “A reduced page for a class” makes such an address`));
}

let classroom = null;

let queue = Promise.resolve();

/** Changes the lesson here and in the session; a refused change is undone. */
function change(body) {
  const wanted = structuredClone(lesson);
  body(wanted);
  return take(wanted);
}

function take(wanted) {
  if (hiding.refuses()) return Promise.resolve(say('The lesson of this page is locked.'));
  lesson = wanted;
  queue = queue.then(async () => {
    try {
      lesson = await session.order('lesson', { lesson: wanted });
      accepted = structuredClone(lesson);
      say('');
    } catch (error) {
      lesson = structuredClone(accepted);
      fail(error);
    }
    remember();
    refresh();
  });
  return queue;
}

let accepted = null;

const taskOf = (lesson) => menus.sets.find((set) => set.name === lesson.data.set)?.task ?? plan?.task ?? 'classification';

function refresh() {
  const focused = document.activeElement;
  const path = focused && focused !== document.body ? focusPath(focused) : null;
  controls.dataForm($('data-form'), lesson, menus, table, change, { chooseSet, openFile, refresh });
  controls.trainingForm($('training-form'), lesson, menus, taskOf(lesson), change);
  controls.layersForm($('layers'), lesson, menus, change);
  race.form(lesson);
  hiding.apply();
  if (path) restoreFocus(path);
}

/** Which control has the focus, so that a form made anew gives it back. */
function focusPath(focused) {
  const form = focused.closest('#data-form, #training-form, #layers, #race');
  if (!form) return null;
  return { form: form.id, index: [...form.querySelectorAll('input, select, button, summary')].indexOf(focused) };
}

function restoreFocus({ form, index }) {
  $(form).querySelectorAll('input, select, button, summary')[index]?.focus({ preventScroll: true });
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
      const numeric = table.columns.filter((column) => column.isNumeric);
      const [x, y] = numeric.length > 1 ? [numeric[0].name, numeric[1].name] : ['', ''];
      lesson.data.columns = { x, y, target: table.columns[table.columns.length - 1].name, all: numeric.length < 2 };
    }
    if (name === 'own' || set?.task !== former) lesson.loss = null;
  });
}

async function openFile(file) {
  if (file.size > menus.limits.bytes) return fail(new Error(`${file.name} has ${file.size} bytes; expected at most ${menus.limits.bytes}`));
  try {
    const answer = await session.open(file.name, await file.text());
    lesson = answer.lesson;
    accepted = structuredClone(lesson);
    table = answer.table;
    remember();
    refresh();
    say(`${table.name}: ${table.rows} rows`);
  } catch (error) {
    fail(error);
    refresh();
  }
}

// MARK: Pictures

function takePlan(header, bytes) {
  const floats = new Float32Array(bytes.buffer, 0, header.points * 4);
  const isSameTask = plan && plan.task === header.task && plan.classes.join() === header.classes.join()
    && Boolean(plan.projection) === Boolean(header.projection) && Boolean(plan.image) === Boolean(header.image);
  const count = header.points;
  plan = { ...header, points: floats, validation: count - header.training, inputImages: bytes.subarray(16 * count) };
  plane.setPlan(plan);
  digit.setPlan(plan);
  race.setPlan(plan);
  network.setPlan(plan, menus.limits);
  flow.reset(plan.layers.length);
  closer.setPlan(plan, lesson);
  if (!isSameTask) { $('confusion').replaceChildren(); tools(); controls.trainingForm($('training-form'), lesson, menus, plan.task, change); }
  $('hand-x').value = Number(((plan.x[0] + plan.x[1]) / 2).toPrecision(3));
  $('hand-y').value = Number(((plan.y[0] + plan.y[1]) / 2).toPrecision(3));
  hiding.apply();
}

function takePicture(header, bytes) {
  if (!plan || header.plan !== plan.plan) return;
  const weightCount = plan.layers.reduce((sum, layer) => sum + layer.inputs * layer.units + layer.units, 0);
  const unitCount = plan.layers.slice(0, -1).reduce((sum, layer) => sum + layer.units, 0);
  const size = plan.grid ** 2;
  const start = 4 * (weightCount + unitCount);
  const outputSize = plan.task === 'classification' ? 2 * size : size;
  const picture = {
    weights: new Float32Array(bytes.buffer, 0, weightCount),
    scales: new Float32Array(bytes.buffer, 4 * weightCount, unitCount),
    output: bytes.subarray(start, start + outputSize),
    units: bytes.subarray(start + outputSize),
  };
  facts = header;
  latest = { header, picture };
  closer.take(header);
  pictures += 1;
  if (!frameRequested) { frameRequested = true; requestAnimationFrame(drawLatest); }
}

let latest = null;
let frameRequested = false;
let lastFigures = 0;
/** How many pictures came and how many were drawn: for the tests. */
let pictures = 0;
let drawn = 0;

function drawLatest() {
  frameRequested = false;
  if (!latest || latest.header.plan !== plan.plan) return;
  const { header, picture } = latest;
  drawn += 1;
  plane.setPicture(picture);
  network.setPicture(picture, header.state === 'playing');
  // Text and curves need not keep up with the pictures.
  const now = performance.now();
  if (header.state === 'playing' && now - lastFigures < 100) return;
  lastFigures = now;
  figures(header);
  digit.setPicture(header);
  curves.draw();
  if (header.gradients.length) flow.add(header.gradients, header.movement, dead(picture));
  panels.confusion($('confusion'), plan, header);
  panels.divergence($('banner'), header.divergence, lesson.rate, { goBack });
}

/** Of each hidden layer the share of units that say the same all over the plane. */
function dead(picture) {
  const size = plan.grid ** 2;
  let start = 0;
  return plan.layers.slice(0, -1).map((layer) => {
    let count = 0;
    for (let unit = 0; unit < layer.units; unit++, start += size) {
      let [least, most] = [255, 0];
      // Every seventh place is enough to tell.
      for (let place = start; place < start + size; place += 7) {
        const value = picture.units[place];
        if (value < least) least = value;
        if (value > most) most = value;
      }
      if (most - least <= 1) count += 1;
    }
    return count / layer.units;
  });
}

const figure = (value) => value === null || value === undefined ? '–' : Math.abs(value) >= 1e5 ? value.toExponential(1) : String(Number(Number(value).toPrecision(3)));

function figures(header) {
  const isPlaying = header.state === 'playing';
  $('play-icon').setAttribute('d', isPlaying ? 'M2 1h3v10H2zM7 1h3v10H7z' : 'M2 1v10l9-5z');
  $('play-word').textContent = isPlaying ? 'Pause' : 'Play';
  $('play').disabled = header.state === 'finished';
  $('epochs').textContent = header.epoch >= 100 || Number.isInteger(header.epoch) ? Math.floor(header.epoch).toLocaleString('en') : header.epoch.toFixed(1);
  $('steps').textContent = header.step.toLocaleString('en');
  $('pace').textContent = isPlaying && header.stepsPerSecond ? Number(header.stepsPerSecond.toPrecision(3)).toLocaleString('en') : '–';
  $('loss').textContent = figure(header.curve[2]);
  $('validation').textContent = figure(header.curve[4]);
  const scrub = $('scrub');
  scrub.max = Math.max(header.snapshots.length - 1, 0);
  if (document.activeElement !== scrub || isPlaying) {
    let place = 0;
    header.snapshots.forEach((step, index) => { if (step <= header.step) place = index; });
    scrub.value = place;
  }
  scrub.setAttribute('aria-valuetext', `step ${header.step}`);
  document.documentElement.dataset.state = header.state;
  if (header.state === 'finished') say(`The run is at its end: ${header.epochs} epochs. Give it more, or rewind.`);
}

function takeFrame(header, bytes) {
  if (header.kind === 'plan') {
    takePlan(header, bytes);
  } else if (header.kind === 'picture') {
    if (plan && header.plan === plan.plan) {
      if (header.curves) curves.setCurves(header.curves);
      else curves.addPoint(header.curve, lookingBack);
    }
    takePicture(header, bytes);
  } else if (header.kind === 'race') {
    race.take(header, bytes);
  } else if (header.kind === 'doctor') {
    $('doctor').disabled = false;
    $('doctor-state').textContent = '';
    panels.verdicts($('verdicts'), header.verdicts);
  }
}

// MARK: Time

let lookingBack = false;

function order(name, members) { return session.order(name, members).catch(fail); }

function goBack(step, rate) {
  lookingBack = true;
  order('scrub', { step }).then(() => rate !== null && change((lesson) => { lesson.rate = rate; }));
}

function wire() {
  $('play').addEventListener('click', () => { lookingBack = false; order(facts.state === 'playing' ? 'pause' : 'play'); });
  for (const by of ['sample', 'batch', 'epoch']) {
    $(by).addEventListener('click', () => { lookingBack = false; order('step', { by }); });
  }
  $('rewind').addEventListener('click', () => { lookingBack = false; order('rewind'); });
  $('speed').addEventListener('change', setSpeed);
  $('scrub').addEventListener('input', () => {
    const step = facts.snapshots?.[Number($('scrub').value)];
    if (step !== undefined) { lookingBack = true; order('scrub', { step }); }
  });
  $('doctor').addEventListener('click', () => {
    $('doctor').disabled = true;
    $('doctor-state').textContent = 'examining a copy …';
    order('doctor');
  });
  $('share').addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      say('The address is copied; it holds the whole lesson.');
    } catch {
      say('The whole lesson is in the address of this page.');
    }
  });
  $('preset').addEventListener('change', () => {
    const preset = menus.presets.find((candidate) => candidate.name === $('preset').value);
    if (!preset) {
      $('sentences').textContent = '';
      return;
    }
    $('sentences').textContent = preset.sentences;
    take(structuredClone(preset.lesson)).then(() => order('rewind'));
  });
  plane.whenClicked(click);
  $('hand-do').addEventListener('click', () => click(Number($('hand-x').value), Number($('hand-y').value)));
  network.setActions({
    limits: () => menus.limits,
    addLayer: () => change((lesson) => { lesson.layers.push(structuredClone(menus.layer)); }),
    setUnits: (layer, units) => change((lesson) => { lesson.layers[layer].units = units; }),
    setWeight: (path, index, value) => order('weight', { path, index, value }),
  });
  closer.wire({ order: (name, members) => session.order(name, members), tools });
  race.setActions({ order: (what) => order('race', { what }), change, menus: () => menus, lesson: () => lesson });
  digit.setActions((members) => order('draw', members), network.setInputImage);
  panels.exports($('downloads'), $('export-note'), $('export-text'), () => session, fail);
  document.addEventListener('keydown', (event) => {
    if (event.target.closest('input, select, button, summary, pre') || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === ' ') { event.preventDefault(); $('play').click(); }
  });
  window.addEventListener('hashchange', () => {
    reduce();
    const given = lessonOfAddress();
    if (given) take(given);
  });
  classroom = hiding.form($('classroom-form'), (keys) => location.origin + location.pathname + hashWith(keys), say);
  $('classroom').addEventListener('toggle', () => { if ($('classroom').open) classroom.make(); });
  window.addEventListener('resize', () => { plane.draw(); });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { forgetColours(); plane.draw(); network.redraw(); flow.redraw(); digit.redraw(); race.redraw(); });
  window.addEventListener('pagehide', (event) => { if (!event.persisted) session?.close(); });
}

function setSpeed() {
  const value = $('speed').value;
  order('speed', { stepsPerSecond: value === '' ? null : Number(value) });
}

// MARK: Points by hand

function tools() {
  const box = $('tools');
  const choices = plan.projection ? [] : plan.task === 'classification'
    ? plan.classes.map((name, label) => ({ value: String(label), text: 'adds ' + name, mark: `var(--c${label % seriesCount})` }))
    : [{ value: 'high', text: 'adds the highest', mark: 'var(--high)' }, { value: 'low', text: 'adds the lowest', mark: 'var(--low)' }];
  choices.push(plan.image ? { value: 'look', text: 'shows the digit there on the pad' } : { value: 'remove', text: 'takes away' });
  if (closer.choosesPoints() && !plan.image) choices.push({ value: 'look', text: 'shows it in the graph' });
  if (!choices.some((choice) => choice.value === tool)) tool = choices[0].value;
  box.replaceChildren(...choices.map((choice) => {
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
  $('hand-do').textContent = tool === 'remove' ? 'Take away here' : tool === 'look' ? (plan.image ? 'Show the digit' : 'Show the point') : 'Add here';
}

function click(x, y) {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return;
  const data = lesson.data;
  if (tool === 'remove' || tool === 'look') {
    const index = plane.nearest(x, y);
    if (index === null) return say('There is no point.');
    if (tool === 'look') {
      if (closer.choosesPoints()) closer.choose(index);
      if (!plan.image) return;
      say(`Digit number ${index + 1} of the set, a ${plan.classes[plan.points[4 * index + 2]]}, is on the pad.`);
      digit.take(index);
      return;
    }
    const generated = plan.points.length / 4 - data.added.length;
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
    return;
  }
  if (data.added.length >= menus.limits.edits) return fail(new Error(`at most ${menus.limits.edits} points by hand`));
  const target = plan.task === 'classification' ? Number(tool) : tool === 'high' ? plan.targets[1] : plan.targets[0];
  const round = (value) => Number(value.toPrecision(4));
  change((lesson) => { lesson.data.added.push({ x: round(x), y: round(y), target }); });
}

// MARK: The beginning

async function open(wanted) {
  const answer = await (await post('/api/sessions', { lesson: wanted })).json();
  session = new Session(answer.id);
  lesson = answer.lesson;
  accepted = structuredClone(lesson);
  table = answer.table;
  listen(session);
}

async function listen(current) {
  for (let failures = 0; failures < 5; failures++) {
    try {
      await current.listen((header, bytes) => { failures = 0; takeFrame(header, bytes); });
    } catch (error) {
      if (error instanceof Refusal) break;
    }
    if (current !== session) return;
    await new Promise((resolve) => { setTimeout(resolve, 300); });
  }
  say('The server is gone, or the session is over: start apus playground, and load the page again.', true);
}

async function start() {
  colours();
  try {
    menus = await get('/api/menus');
    const given = lessonOfAddress();
    try {
      await open(given);
    } catch (error) {
      if (!given) throw error;
      await open(null);
      fail(error);
    }
  } catch (error) {
    fail(error);
    return;
  }
  for (const preset of [{ name: '', title: 'of your own' }, ...menus.presets]) {
    const option = document.createElement('option');
    option.value = preset.name;
    option.textContent = preset.title;
    $('preset').append(option);
  }
  const known = menus.presets.find((preset) => JSON.stringify(preset.lesson) === JSON.stringify(lesson));
  $('preset').value = known?.name ?? '';
  $('sentences').textContent = known?.sentences ?? '';
  hiding.read(location.hash);
  wire();
  refresh();
  setSpeed();
  reduce();
  remember();
  document.documentElement.dataset.ready = 'true';
}

/** For the tests in a browser. */
window.playground = {
  get lesson() { return lesson; },
  get facts() { return facts; },
  get plan() { return plan; },
  get picture() { return latest?.picture; },
  get counts() { return { pictures, drawn }; },
  idle: () => queue,
};

start();
