// Colors of classes and of numbers, for light and dark; what the style sheet says is what counts.

const parse = (text) => {
  const hex = text.trim().replace('#', '');
  return [0, 2, 4].map((place) => parseInt(hex.slice(place, place + 2), 16));
};

export const seriesCount = 12;
let cache = null;

/** Read anew when light turns to dark. */
export function colors() {
  if (cache) return cache;
  const style = getComputedStyle(document.documentElement);
  const read = (name) => parse(style.getPropertyValue(name));
  cache = {
    paper: read('--paper'), ink: read('--ink'), muted: read('--muted'), rule: read('--rule'),
    classes: Array.from({ length: seriesCount }, (_, index) => read('--c' + index)),
    low: read('--low'), high: read('--high'), middle: read('--middle'), ramps: [],
  };
  cache.ramp = ramp(cache);
  return cache;
}

export function forgetColors() { cache = null; }

export const css = (color, alpha = 1) => `rgba(${color[0]},${color[1]},${color[2]},${alpha})`;

export const mix = (a, b, share) => a.map((part, index) => Math.round(part + (b[index] - part) * share));

/** 256 colors from the low end over the middle to the high one, as the bytes of a picture have them. */
function ramp({ low, middle, high, muted }) {
  const result = new Uint32Array(256);
  for (let value = 0; value < 256; value++) {
    const share = (value - 128) / 127;
    const color = share < 0 ? mix(middle, low, Math.min(-share, 1)) : mix(middle, high, Math.min(share, 1));
    result[value] = pack(color);
  }
  result[0] = pack(muted);
  return result;
}

/** A number's color, by its share of the way from the smallest to the largest; the ramp's end is not “no number”. */
export function rampColor(share) {
  const packed = colors().ramp[Math.max(1, Math.min(255, Math.round(share * 255)))];
  return css([packed & 255, packed >> 8 & 255, packed >> 16 & 255]);
}

export const pack = (color) => (255 << 24 | color[2] << 16 | color[1] << 8 | color[0]) >>> 0;

/** A class' colors from pale to plain, by how sure the network is. */
export function classRamp(label) {
  const { ramps } = colors();
  return ramps[label % seriesCount] ??= paleToPlain(label % seriesCount);
}

function paleToPlain(series) {
  const { paper, classes } = colors();
  const result = new Uint32Array(256);
  for (let value = 0; value < 256; value++) {
    result[value] = pack(mix(paper, classes[series], 0.12 + 0.55 * Math.round(value / 16) * 16 / 256));
  }
  return result;
}

export const signed = (value) => value < 0 ? colors().low : colors().high;

/** Of each canvas its context and its pixels, which are filled again and again. */
const drawings = new WeakMap();

export function drawing(canvas, size) {
  let known = drawings.get(canvas);
  if (!known || known.size !== size) {
    canvas.width = size;
    canvas.height = size;
    const context = canvas.getContext('2d');
    const image = context.createImageData(size, size);
    known = { size, context, image, pixels: new Uint32Array(image.data.buffer) };
    drawings.set(canvas, known);
  }
  return known;
}

/** Numbers as an image, of which 0 is the middle of the ramp. */
export function paintImage(canvas, values, size) {
  const { context, image, pixels } = drawing(canvas, size);
  const { ramp } = colors();
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
  values.forEach((value, place) => { pixels[place] = ramp[Number.isFinite(value) ? Math.round(128 + 127 * value / largest) : 0]; });
  context.putImageData(image, 0, 0);
}

/** A picture of one unit: bytes of which 128 is zero, 0 is no number; every so manyth place of each axis. */
export function paintUnit(canvas, bytes, size, every = 1) {
  const small = Math.floor(size / every);
  const { context, image, pixels } = drawing(canvas, small);
  const { ramp } = colors();
  let index = 0;
  for (let row = 0; row < small; row++) {
    let place = row * every * size;
    for (let column = 0; column < small; column++, place += every) pixels[index++] = ramp[bytes[place]];
  }
  context.putImageData(image, 0, 0);
}
