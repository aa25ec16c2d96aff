// What panels are made of: elements, numbers as text, and pictures that the server drew.

/** A picture that the server drew, as an element of the page; its text is no markup any more. */
export function picture(text) {
  const parsed = new DOMParser().parseFromString(text.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" '), 'image/svg+xml');
  const svg = document.importNode(parsed.documentElement, true);
  svg.setAttribute('class', 'kit');
  return svg;
}

export const figure = (value) => {
  if (value === null || value === undefined) return 'no number';
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size >= 1e5 || size < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(3)));
  return text.replace('e+', 'e').replaceAll('-', '−');
};

export const element = (tag, className, text) => {
  const result = document.createElement(tag);
  if (className) result.className = className;
  if (text !== undefined) result.textContent = text;
  return result;
};
