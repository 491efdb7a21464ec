import { bracketed, splitTop, type Token, tokenize } from './c-tokens.ts';

/** A `#define`: `params` is null for one without parentheses. */
export interface Macro {
  readonly params: readonly string[] | null;
  readonly body: readonly Token[];
}

export type Macros = ReadonlyMap<string, Macro>;

/** Reads one `#define` line without the word `#define`, e.g. `BIT(nr) (1 << (nr))`. */
export function parseDefine(line: string): readonly [name: string, macro: Macro] | null {
  const hit = /^([A-Za-z_]\w*)(\(([^)]*)\))?\s*([\s\S]*)$/.exec(line.trim());
  if (hit?.[1] === undefined) return null;
  const params =
    hit[2] === undefined
      ? null
      : (hit[3] ?? '')
          .split(',')
          .map((param) => param.trim())
          .filter((param) => param !== '');
  return [hit[1], { params, body: tokenize(hit[4] ?? '') }];
}

/**
 * Expands macros as the C preprocessor does: arguments first unless pasted, and never a macro inside itself.
 * @param tokens C tokens
 * @param macros the macros in force; a name that is absent stays as it is, so leave out the names to keep
 */
export function expand(tokens: readonly Token[], macros: Macros): Token[] {
  const output: Token[] = [];
  // A stack with the next token last: replacements go back on it, so that a macro name that an expansion leaves meets its `(`.
  const input = [...tokens].reverse();
  for (let token = input.pop(); token !== undefined; token = input.pop()) {
    const macro = token.hidden?.has(token.text) ? undefined : macros.get(token.text);
    if (macro === undefined) {
      output.push(token);
      continue;
    }
    let args: readonly Token[][] = [];
    if (macro.params !== null) {
      const call = bracketed([...input].reverse(), 0);
      if (input[input.length - 1]?.text !== '(' || call === null) {
        output.push(token);
        continue;
      }
      input.length -= call.end;
      args = splitTop(call.inner, ',');
    }
    const hidden = new Set([...(token.hidden ?? []), token.text]);
    const replaced = substitute(macro, args, macros).map((part) => ({ text: part.text, hidden: new Set([...hidden, ...(part.hidden ?? [])]) }));
    input.push(...replaced.reverse());
  }
  return output;
}

/** The body with its parameters put in, `a ## b` pasted, `#a` a string. */
function substitute(macro: Macro, args: readonly Token[][], macros: Macros): Token[] {
  const output: Token[] = [];
  const parameter = (name: string | undefined): Token[] | null => {
    const index = macro.params?.findIndex((param) => param === name || (param === '...' && name === '__VA_ARGS__')) ?? -1;
    if (index < 0) return null;
    if (macro.params?.[index] !== '...') return args[index] ?? [];
    return args.slice(index).flatMap((arg, i) => (i === 0 ? arg : [{ text: ',' }, ...arg]));
  };
  for (let i = 0; i < macro.body.length; i++) {
    const token = macro.body[i] as Token;
    if (token.text === '##') {
      const right = macro.body[++i] as Token;
      const pasted = parameter(right.text) ?? [right];
      const left = output.pop();
      output.push({ text: (left?.text ?? '') + (pasted[0]?.text ?? '') }, ...pasted.slice(1));
      continue;
    }
    if (token.text === '#' && parameter(macro.body[i + 1]?.text) !== null) {
      const words = parameter(macro.body[++i]?.text) ?? [];
      output.push({ text: JSON.stringify(words.map((word) => word.text).join(' ')) });
      continue;
    }
    const arg = parameter(token.text);
    if (arg === null) output.push(token);
    else output.push(...(macro.body[i + 1]?.text === '##' ? arg : expand(arg, macros)));
  }
  return output;
}
