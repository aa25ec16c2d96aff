// The text of a file that was handed in.

/**
 * A file's text, and what it was taken for where that is not UTF-8: the mark of UTF-16 tells it apart; for anything else
 * there is no telling, and it is read the way most of such tables were written.
 */
export async function textOf(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const mark = (bytes[0] ?? 0) << 8 | (bytes[1] ?? 0);
  const decoded = (name) => ({ text: new TextDecoder(name).decode(bytes), encoding: name.replace('utf', 'UTF').replace('windows', 'Windows') });
  if (mark === 0xfffe) return decoded('utf-16le');
  if (mark === 0xfeff) return decoded('utf-16be');
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: null };
  } catch {
    return decoded('windows-1252');
  }
}
