/** A token of C; `hidden` lists the macros it came out of, which must not be expanded in it again. */
export interface Token {
  readonly text: string;
  readonly hidden?: ReadonlySet<string>;
}

const TOKEN = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\d[\w.]*|[A-Za-z_]\w*|##|\.\.\.|<<=?|>>=?|[<>=!]=|&&|\|\||->|\+\+|--|\S/g;

/**
 * Cuts C text into tokens. Numbers are the preprocessor's (`3DNOW` is one token, as in `F(3DNOW)`).
 * @param text C text without comments
 */
export function tokenize(text: string): Token[] {
  return (text.match(TOKEN) ?? []).map((token) => ({ text: token }));
}

/** @returns the tokens as text, one space apart: for patterns and for messages, never for people. */
export function join(tokens: readonly Token[]): string {
  return tokens.map((token) => token.text).join(' ');
}

/** Replaces comments by a space each; strings stay, and so do line ends inside a comment (line-wise readers need them). */
export function stripComments(text: string): string {
  return text.replace(/"(?:\\.|[^"\\\n])*"|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (hit) => (hit.startsWith('"') ? hit : ` ${hit.replace(/[^\n]/g, '')}`));
}

const OPEN = new Set(['(', '[', '{']);
const CLOSE = new Set([')', ']', '}']);

/**
 * Cuts a token list at a separator that stands outside of all brackets.
 * @returns the parts; an empty last part (a trailing comma) is left out
 */
export function splitTop(tokens: readonly Token[], separator: string): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (OPEN.has(token.text)) depth++;
    if (CLOSE.has(token.text)) depth--;
    if (depth === 0 && token.text === separator) parts.push([]);
    else parts[parts.length - 1]?.push(token);
  }
  if (parts[parts.length - 1]?.length === 0) parts.pop();
  return parts;
}

/**
 * The tokens between the bracket at `start` and its partner.
 * @returns the inner tokens and the index behind the closing bracket; null when `start` is no opening bracket or it never closes
 */
export function bracketed(tokens: readonly Token[], start: number): { inner: Token[]; end: number } | null {
  if (!OPEN.has(tokens[start]?.text ?? '')) return null;
  let depth = 0;
  for (let i = start; i < tokens.length; i++) {
    const text = tokens[i]?.text ?? '';
    if (OPEN.has(text)) depth++;
    if (CLOSE.has(text) && --depth === 0) return { inner: tokens.slice(start + 1, i), end: i + 1 };
  }
  return null;
}
