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

/**
 * @param text the characters that the key gave, if any
 * @param press what readline found out about them
 * @returns the key, or null for what no screen of ours listens to
 */
export function keyOf(text: string | undefined, press: Keypress): Key | null {
  const { name, ctrl, shift } = press;
  if (ctrl) return name === undefined ? null : `ctrl-${name}`;
  if (text !== undefined && isText(text)) return text;
  if (name === undefined) return null;
  const known = NAMES[name] ?? name;
  return shift && known === 'tab' ? 'shift-tab' : known;
}
