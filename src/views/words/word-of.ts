/**
 * The words for a code, and a readable way out where a table has none: a code is made of words and dashes.
 * @param table words by code
 * @param code any text; a sentence (text with blanks) is taken as it is
 */
export function wordOf(table: Readonly<Record<string, string>>, code: string): string {
  return own(table, code) ?? fallback(code);
}

/** @returns the entry of a table, never one that every object has (`toString`): codes may come from anywhere. */
export function own<T>(table: Readonly<Record<string, T>>, code: string): T | undefined {
  return Object.hasOwn(table, code) ? table[code] : undefined;
}

/** @returns the code with its dashes as blanks; a sentence as it is. */
export function fallback(code: string): string {
  return code.includes(' ') ? code : code.replaceAll('-', ' ');
}

/** @returns `a`, `a and b`, `a, b and c`; empty for no word. */
export function listed(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words[words.length - 1]}`;
}

/** @returns `1 row`, `2 rows`; the plural is the word with an s unless given. */
export function counted(count: number, word: string, plural = `${word}s`): string {
  return `${count} ${count === 1 ? word : plural}`;
}

/** @returns the text with its first letter large. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @returns `CPU 0`, `CPUs 0-3, 8`: runs of numbers drawn together. */
export function cpuList(cpus: readonly (number | string)[]): string {
  const numbers = [...new Set(cpus.map(Number))].filter(Number.isInteger).sort((one, other) => one - other);
  const runs: string[] = [];
  for (let at = 0; at < numbers.length; ) {
    let end = at;
    while (numbers[end + 1] === numbers[end]! + 1) end++;
    runs.push(end > at ? `${numbers[at]}-${numbers[end]}` : `${numbers[at]}`);
    at = end + 1;
  }
  return `${numbers.length === 1 ? 'CPU' : 'CPUs'} ${runs.join(', ')}`;
}
