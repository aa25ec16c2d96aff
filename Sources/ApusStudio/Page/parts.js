// What panels are made of: elements, numbers as text, and pictures that the server drew.

/** A picture that the server drew, as an element of the page; its text is no markup any more. */
export function picture(text) {
  const parsed = new DOMParser().parseFromString(text.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" '), 'image/svg+xml');
  const svg = document.importNode(parsed.documentElement, true);
  svg.setAttribute('class', 'kit');
  return svg;
}

/** A number of three digits, in about seven characters whatever its size. */
export const figure = (value) => {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  let text = String(Number(value.toPrecision(3)));
  if (size !== 0 && (size >= 99950 || size < 0.0009995)) {
    const short = (digits) => Number(value.toPrecision(digits)).toExponential();
    text = short(3);
    if (text.replace('+', '').length > 7) text = short(2);
  }
  return text.replace('e+', 'e').replaceAll('-', '−');
};

/** How many there are: in full below a million. */
export const count = (value) => value < 1e6 ? value.toLocaleString('en') : Number((value / 1e6).toPrecision(4)).toLocaleString('en') + 'M';

export const element = (tag, className, text) => {
  const result = document.createElement(tag);
  if (className) result.className = className;
  if (text !== undefined) result.textContent = text;
  return result;
};
