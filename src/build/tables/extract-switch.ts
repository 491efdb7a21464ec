import { evaluate } from './c-evaluate.ts';
import { expand, type Macro } from './c-macros.ts';
import { bracketed, join, type Token, tokenize } from './c-tokens.ts';

/** One `case` of a switch: its numbers, what it switches on, and the statements it leads to. */
export interface SwitchCase {
  readonly first: number;
  readonly last: number;
  /** What the switch is over, e.g. `c -> x86_model`. */
  readonly selector: string;
  /** The case of the switch around this one (the family, where the models are nested in it), or null. */
  readonly outer: number | null;
  /** The statements up to the next `break`, tokens one space apart. */
  readonly result: string;
}

/**
 * Finds every case of every switch in a function body.
 * @param body C text of the function without comments
 * @param macros what the labels may use (model names)
 * @returns the cases in the order of the text, `default` left out
 * @throws when a label is no constant: a case that cannot be read must not be lost
 */
export function switchCases(body: string, macros: ReadonlyMap<string, Macro> = new Map()): SwitchCase[] {
  return scan(tokenize(body), macros, null);
}

function scan(tokens: readonly Token[], macros: ReadonlyMap<string, Macro>, outer: number | null): SwitchCase[] {
  const found: SwitchCase[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i]?.text !== 'switch') continue;
    const over = bracketed(tokens, i + 1);
    const block = over === null ? null : bracketed(tokens, over.end);
    if (over === null || block === null) continue;
    found.push(...oneSwitch(block.inner, join(over.inner), macros, outer));
    i = block.end - 1;
  }
  return found;
}

type Label = { first: number; last: number };

function oneSwitch(tokens: readonly Token[], selector: string, macros: ReadonlyMap<string, Macro>, outer: number | null): SwitchCase[] {
  const found: SwitchCase[] = [];
  // Labels in front of the statements; all labels share what follows them up to the break.
  let labels: Label[] = [];
  let statements: Token[] = [];
  const close = (): void => {
    const nested = labels[0] === undefined ? [] : scan(statements, macros, labels[0].first);
    if (nested.length > 0) found.push(...nested);
    else for (const label of labels) found.push({ ...label, selector, outer, result: join(statements) });
    labels = [];
    statements = [];
  };
  for (let i = 0; i < tokens.length; i++) {
    const text = tokens[i]?.text ?? '';
    if (text === 'case' || text === 'default') {
      if (statements.length > 0) close();
      const colon = tokens.findIndex((token, at) => at > i && token.text === ':');
      if (text === 'case') labels.push(label(expand(tokens.slice(i + 1, colon), macros)));
      i = colon;
    } else if (text === '{') {
      const block = bracketed(tokens, i);
      statements.push(...tokens.slice(i, block?.end ?? i + 1));
      i = (block?.end ?? i + 1) - 1;
    } else if (text === 'break') {
      close();
      i++;
    } else if (labels.length > 0) {
      statements.push(tokens[i] as Token);
    }
  }
  close();
  return found;
}

function label(tokens: readonly Token[]): Label {
  const dots = tokens.findIndex((token) => token.text === '...');
  const first = evaluate(dots < 0 ? tokens : tokens.slice(0, dots));
  const last = dots < 0 ? first : evaluate(tokens.slice(dots + 1));
  if (first === null || last === null) throw new Error(`case ${join(tokens)} is no constant`);
  return { first, last };
}
