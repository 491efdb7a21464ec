/**
 * A key press: a printed character stands for itself (`a`, `A`, `/`, ` `), every other key has a name of two letters or more
 * (`up`, `enter`, `escape`, `shift-tab`, `ctrl-c`).
 */
export type Key = string;

/** What Node's readline says of a key press. */
export interface Keypress {
  readonly name?: string;
  readonly sequence?: string;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
  readonly shift?: boolean;
}

const NAMES: Readonly<Record<string, Key>> = { return: 'enter', enter: 'enter', linefeed: 'enter', space: ' ' };

/** @returns whether a key is a character that can be typed into a line. */
export function isText(key: Key): boolean {
  const [first, second] = key;
  return first !== undefined && second === undefined && !/\p{Cc}/u.test(first);
}

function named(text: string | undefined, { name, ctrl, shift }: Keypress): Key | null {
  if (ctrl) return name === undefined ? null : `ctrl-${name}`;
  if (text !== undefined && isText(text)) return text;
  if (name === undefined) return null;
  const known = NAMES[name] ?? name;
  return shift && known === 'tab' ? 'shift-tab' : known;
}

/** Keys that stand for themselves behind an escape. */
const AFTER_ESCAPE: Readonly<Record<string, Key>> = { '\r': 'enter', '\n': 'enter', '\t': 'tab', '\u007f': 'backspace', ' ': ' ' };

/**
 * @param text the characters that the key gave, if any
 * @param press what readline found out about them
 * @returns the keys: none for what no screen of ours listens to, two for an escape that was followed so quickly that it looks like Alt
 */
export function keysOf(text: string | undefined, press: Keypress): Key[] {
  const { meta, sequence = '' } = press;
  const [first, after] = sequence;
  if (meta && first === '\u001b' && after !== undefined && [...sequence].length === 2) {
    const key = AFTER_ESCAPE[after] ?? (isText(after) ? after : null);
    return key === null ? ['escape'] : ['escape', key];
  }
  const key = named(text, press);
  return key === null ? [] : [key];
}
