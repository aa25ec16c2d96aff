// A race of several optimizers on the lesson's network: their losses over one another, and what each puts out.

import { number, readable, select, nameOf } from './controls.js';
import { element, figure } from './parts.js';
import { paintOutput } from './plane.js';
import * as ticks from './ticks.js';

const box = document.getElementById('race');
const list = document.getElementById('racers');
const chart = document.getElementById('race-chart');
const announcement = document.getElementById('race-result');
const play = document.getElementById('race-play');
const goalBox = document.getElementById('race-goal');
const add = document.getElementById('race-add');
const ns = 'http://www.w3.org/2000/svg';
const most = 4;

let actions = {};
let plan = null;
let latest = null;
let cards = [];

/** `order(what)` to the server, `change(body)` of the lesson, `menus()` and `lesson()`. */
export function setActions(given) {
  actions = given;
  box.addEventListener('toggle', async () => {
    if (!box.open) { latest = null; return actions.order('close'); }
    if (!actions.lesson().race.racers.length) await actions.change((lesson) => { lesson.race.racers = usual(lesson); });
    actions.order('open');
  });
  play.addEventListener('click', () => actions.order(latest?.state === 'running' ? 'pause' : 'start'));
  document.getElementById('race-rewind').addEventListener('click', () => actions.order('rewind'));
  add.addEventListener('click', () => actions.change((lesson) => {
    const names = lesson.race.racers.map((racer) => nameOf(racer.optimizer));
    const next = actions.menus().optimizers.find((item) => !names.includes(item.name)) ?? actions.menus().optimizers[0];
    lesson.race.racers.push({ optimizer: next.name, learningRate: next.learningRate });
  }));
}

/** The lesson's own optimizer, and others at their usual rates. */
function usual(lesson) {
  const own = nameOf(lesson.optimizer);
  const others = ['sgd', 'momentum', 'adam'].filter((name) => name !== own)
    .map((name) => ({ optimizer: name, learningRate: actions.menus().optimizers.find((item) => item.name === name).learningRate }));
  return [{ optimizer: lesson.optimizer, learningRate: lesson.learningRate }, ...others].slice(0, most);
}

// MARK: Who races

let shownRacers = '';

export function form(lesson) {
  const racers = lesson.race.racers;
  if (box.open && !racers.length) return actions.change((lesson) => { lesson.race.racers = usual(lesson); });
  const text = JSON.stringify(lesson.race);
  if (text === shownRacers) return;
  shownRacers = text;
  const { optimizers } = actions.menus();
  cards = racers.map((racer, index) => {
    const card = element('div', 'racer');
    card.style.setProperty('--mark', `var(--c${index})`);
    card.setAttribute('role', 'group');
    card.setAttribute('aria-label', `racer ${index + 1}`);
    const name = nameOf(racer.optimizer);
    const set = (body) => actions.change((lesson) => body(lesson.race.racers[index]));
    const chosen = select('optimizer', optimizers, name, (value) => set((racer) => {
      racer.optimizer = value;
      racer.learningRate = optimizers.find((item) => item.name === value).learningRate;
    }));
    const rate = number('rate', racer.learningRate, { min: 0, max: 1000 }, (value) => set((racer) => { racer.learningRate = value ?? racer.learningRate; }));
    const remove = element('button', 'small', '✕');
    remove.type = 'button';
    remove.disabled = racers.length <= 2;
    remove.setAttribute('aria-label', `${readable(name)} no longer races`);
    remove.addEventListener('click', () => actions.change((lesson) => { lesson.race.racers.splice(index, 1); }));
    const canvas = element('canvas');
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', `what ${readable(name)} has come to all over the plane`);
    const figures = element('p', 'muted', ' ');
    const head = element('div', 'row spread');
    head.append(element('span', 'dot'), remove);
    card.append(head, chosen, rate, canvas, figures);
    return { card, canvas, figures };
  });
  list.replaceChildren(...cards.map((item) => item.card));
  add.disabled = racers.length >= most;
  goalBox.replaceChildren(number('Loss to reach', lesson.race.goal, { min: 1e-9, max: 1e9, placeholder: 'a tenth' },
    (value) => actions.change((lesson) => { lesson.race.goal = value; })));
}

/** Names tell racers apart; the same optimizer twice has its rate beside it. */
function names(racers) {
  const plain = racers.map((racer) => readable(nameOf(racer.optimizer)));
  return plain.map((name, index) => plain.indexOf(name) === plain.lastIndexOf(name) ? name : `${name} ${racers[index].learningRate}`);
}

// MARK: How it goes

export function setPlan(newPlan) { plan = newPlan; }

export function take(header, bytes) {
  if (!box.open || !plan || header.racers.length !== cards.length) return;
  latest = header;
  play.textContent = header.state === 'running' ? 'Pause' : 'Start';
  play.disabled = header.state === 'over';
  const size = header.grid;
  const length = plan.task === 'classification' ? 2 * size * size : size * size;
  if (bytes.length === length * cards.length && plan.task === header.task) {
    cards.forEach(({ canvas }, index) => paintOutput(canvas, bytes.subarray(index * length, (index + 1) * length), size));
  }
  const titles = names(header.racers);
  header.racers.forEach((racer, index) => {
    const { figures } = cards[index];
    figures.textContent = racer.fault ? `stopped: ${racer.fault}` : `loss ${figure(racer.loss)}`
      + (racer.reached !== null ? `, there after ${racer.reached.toLocaleString('en')} steps` : '');
  });
  const words = result(header, titles);
  if (announcement.textContent !== words) announcement.textContent = words;
  draw(header, titles);
  document.documentElement.dataset.race = header.state;
}

function result(header, titles) {
  const there = header.racers.map((racer, index) => ({ ...racer, title: titles[index] }))
    .filter((racer) => racer.reached !== null).sort((a, b) => a.reached - b.reached);
  const goal = `a loss of ${figure(header.goal)}`;
  if (!there.length) return header.state === 'ready' ? `All begin with the same weights and learn from the same batches. Who is first at ${goal}?` : `Step ${header.step.toLocaleString('en')}: nobody has reached ${goal} yet.`;
  const first = there.filter((racer) => racer.reached === there[0].reached);
  const steps = (racer) => racer.reached === 1 ? '1 step' : `${racer.reached.toLocaleString('en')} steps`;
  const rest = there.slice(first.length).map((racer) => `${racer.title} after ${steps(racer)}`);
  const missing = titles.filter((title, index) => header.racers[index].reached === null);
  if (missing.length) rest.push(`${missing.join(' and ')} not yet`);
  const winners = first.map((racer) => racer.title).join(' and ');
  return `${winners[0].toUpperCase()}${winners.slice(1)} ${first.length > 1 ? 'were' : 'was'} first at ${goal}, after ${steps(first[0])}`
    + (rest.length ? `; ${rest.join(', ')}.` : '.');
}

const [height, left, bottom, top] = [190, 46, 22, 10];
/** Below it, nobody sees who is ahead, and an axis from it would have no room for anything else. */
const least = 1e-12;

function draw(header, titles) {
  const curves = header.racers.map((racer) => racer.curve.filter(([, loss]) => loss !== null && loss > 0));
  const values = curves.flatMap((curve) => curve.map(([, loss]) => Math.max(loss, least)));
  if (!values.length) return;
  if (header.goal > 0) values.push(header.goal);
  // All that there is: a logarithm has room for it.
  const axis = ticks.logarithmic(Math.min(...values), Math.max(...values), 6);
  // As wide as it is shown, so that its text is of one size with the page's.
  const width = Math.max(260, Math.min(640, chart.clientWidth || 560));
  const last = Math.max(...curves.map((curve) => curve[curve.length - 1]?.[0] ?? 0), 1);
  const x = (epoch) => left + epoch / last * (width - left - 8);
  const share = (loss) => Math.log(Math.max(loss, axis.low) / axis.low) / Math.log(axis.high / axis.low);
  const y = (loss) => top + (1 - share(loss)) * (height - top - bottom);
  let svg = chart.querySelector('svg');
  if (!svg) {
    svg = document.createElementNS(ns, 'svg');
    svg.setAttribute('role', 'img');
    chart.append(svg);
  }
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('aria-label', 'losses: ' + header.racers.map((racer, index) => `${titles[index]} ${figure(racer.loss)}`).join(', '));
  const parts = [];
  const part = (tag, attributes, content) => {
    const item = document.createElementNS(ns, tag);
    for (const [key, value] of Object.entries(attributes)) item.setAttribute(key, value);
    if (content !== undefined) item.textContent = content;
    parts.push(item);
  };
  for (const tick of axis.ticks) {
    part('line', { class: 'grid', x1: left, x2: width - 8, y1: y(tick), y2: y(tick) });
    part('text', { x: left - 6, y: y(tick) + 4, 'text-anchor': 'end' }, figure(tick));
  }
  part('text', { x: left, y: height - 6 }, '0');
  part('text', { x: width - 8, y: height - 6, 'text-anchor': 'end' }, `epoch ${figure(last)}`);
  if (header.goal !== null) {
    part('line', { class: 'marker', x1: left, x2: width - 8, y1: y(header.goal), y2: y(header.goal) });
    // Where the curves have come to by then, and not where they begin.
    part('text', { x: width - 8, y: y(header.goal) - 4, 'text-anchor': 'end' }, 'goal');
  }
  curves.forEach((curve, index) => {
    part('polyline', { class: `racer-${index}`, points: curve.map(([epoch, loss]) => `${x(epoch).toFixed(1)},${y(loss).toFixed(1)}`).join(' ') });
    const { reached } = header.racers[index];
    if (reached !== null) part('circle', { class: `racer-${index}`, cx: x(reached / header.stepsPerEpoch), cy: y(header.goal), r: 4 });
  });
  svg.replaceChildren(...parts);
  let legend = chart.querySelector('p');
  if (!legend) { legend = element('p'); chart.append(legend); }
  legend.replaceChildren(...titles.map((title, index) => element('span', `key racer-${index}`, title)));
}

/** Painted once more in other colors with the next picture. */
export function redraw() { if (box.open) actions.order('open'); }
