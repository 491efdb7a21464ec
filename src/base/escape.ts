/**
 * Characters that must not reach a terminal as they are: C0 and C1 controls (escape sequences begin with them),
 * DEL, line and paragraph separators, direction marks and overrides (they make text read differently from what it is),
 * zero-width characters, the byte order mark, and halves of surrogate pairs.
 */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Makes text from a file safe to print in one line on a terminal.
 * @param text anything a user gave us
 * @returns the text with every control, direction and invisible character written as `\n`, `\x1b` or `\u202e`
 */
export function escapeControl(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    return SHORT[character] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`);
  });
}

/**
 * Cuts text that is only quoted, not shown: a problem quotes what it found and must stay one readable line.
 * @param text any text
 * @param length longest result in UTF-16 units, the ellipsis included
 * @returns the text, or its beginning and `...`; never half of a surrogate pair
 */
export function shorten(text: string, length = 60): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, Math.max(0, length - 3));
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}...`;
}
